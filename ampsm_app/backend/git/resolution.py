"""A merge that waits for its conflicts to be settled, kept in the repository under one ref of ours.

`refs/ampsm/merge/<id>` points to a commit whose parents are base and session, whose tree holds the merged
tree at the start and now and every side's blobs (so that no garbage collection takes them), and whose
message is this state. Any process can go on with it.
"""

import json
from collections.abc import Iterable
from typing import Any

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.merges import Conflicted
from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.git.commits import log
from ampsm_app.backend.git.obstacles import folders_of
from ampsm_app.backend.git.raw_diff import GITLINK
from ampsm_app.backend.git.refs import OURS, ZERO, RefUpdate, drop, resolve, update_refs
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.three_way import helper_commit
from ampsm_app.backend.git.tree_edits import TreeEntry, edit_tree


class Change(Model):
    """What one settled conflict makes of a path; without an id the path goes."""

    path: str
    mode: str | None = None
    oid: str | None = None


class Settlement(Model):
    """How one conflict was settled."""

    path: str
    changes: tuple[Change, ...]


class Resolution(Model):
    """The state of a merge in conflict; `tree` is `start_tree` with everything settled so far.

    `kept_by` is the commit that the ref must still point to when the state is saved again.
    """

    merge_id: str
    base_sha: str
    session_sha: str
    start_tree: str
    tree: str
    conflicts: tuple[Conflicted, ...]
    settlements: tuple[Settlement, ...] = ()
    kept_by: str = ZERO

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to settle."""
        return all(each.resolved for each in self.conflicts)

    @property
    def remaining(self) -> tuple[str, ...]:
        """The paths that are still to be settled."""
        return tuple(each.path for each in self.conflicts if not each.resolved)


def keep(git: Git, state: Resolution) -> Resolution:
    """Save the state; raises `Conflict` with code `ref_moved` where another process saved another since."""
    stages = sorted(set(_blobs(state)))
    links = [f"100644 blob {oid}\t{oid}" for oid in stages]
    folders = {"now": state.tree, "start": state.start_tree, "stages": _mktree(git, links)}
    tree = _mktree(git, [f"040000 tree {oid}\t{name}" for name, oid in folders.items()])
    message = json.dumps(state.model_dump(exclude={"kept_by"}))
    commit = helper_commit(git, tree, state.base_sha, state.session_sha, message=message)
    if commit != state.kept_by:
        update = RefUpdate(ref_of(state.merge_id), commit, state.kept_by)
        update_refs(git, [update], message="merge in conflict", hooks=False)
    return state.model_copy(update={"kept_by": commit})


def load(git: Git, merge_id: str) -> Resolution | None:
    """The state that was saved last; None where there is no such merge."""
    commit = resolve(git, ref_of(merge_id), kind="commit")
    if commit is None:
        return None
    values: dict[str, Any] = json.loads(log(git, "-1", commit)[0].message)
    return Resolution.model_validate({**values, "kept_by": commit})


def forget(git: Git, merge_id: str) -> None:
    """Let go of a merge that is over."""
    drop(git, ref_of(merge_id))


def ref_of(merge_id: str) -> str:
    """The ref that keeps a merge alive."""
    return f"{OURS}merge/{merge_id}"


def conflict_at(state: Resolution, path: str) -> Conflicted:
    """The conflict of a path; raises `NotFound` with code `no_conflict`."""
    found = next((each for each in state.conflicts if each.path == path), None)
    if found is None:
        raise NotFound(
            f"{path} is not in conflict.",
            hint=f"In conflict: {', '.join(each.path for each in state.conflicts)}",
            code="no_conflict",
        )
    return found


def settled(
    git: Git, state: Resolution, settlements: Iterable[Settlement], unfinished: Iterable[str] = ()
) -> Resolution:
    """The state with some conflicts settled anew, saved; `unfinished` paths keep counting as conflicts.

    Raises `InvalidInput` with code `cannot_keep_both` where one puts a file where another puts a folder.
    """
    made = {each.path: each for each in settlements}
    kept = [each for each in state.settlements if each.path not in made]
    everything = (*kept, *made.values())
    _require_room(everything)
    open_paths = set(unfinished)
    tree = edit_tree(git, state.start_tree, _changes(everything))
    conflicts = tuple(
        each.model_copy(update={"resolved": each.path not in open_paths}) if each.path in made else each
        for each in state.conflicts
    )
    update = {"tree": tree, "settlements": everything, "conflicts": conflicts}
    return keep(git, state.model_copy(update=update))


def _require_room(settlements: Iterable[Settlement]) -> None:
    files = {change.path: each.path for each in settlements for change in each.changes if change.oid}
    for path, settled_as in files.items():
        for above in folders_of(path):
            if above in files:
                raise InvalidInput(
                    f"{above} is settled to be a file, {path} to stand in a folder of that name.",
                    hint=f"Settle {files[above]} or {settled_as} another way.",
                    code="cannot_keep_both",
                )


def _changes(settlements: Iterable[Settlement]) -> dict[str, TreeEntry | None]:
    return {
        change.path: TreeEntry(change.mode, change.oid) if change.mode and change.oid else None
        for each in settlements
        for change in each.changes
    }


def _blobs(state: Resolution) -> Iterable[str]:
    for each in state.conflicts:
        for side in ("ancestor", "base", "session"):
            oid, mode = getattr(each, f"{side}_oid"), getattr(each, f"{side}_mode")
            if oid and mode != GITLINK:
                yield oid


def _mktree(git: Git, lines: Iterable[str]) -> str:
    script = "".join(f"{line}\n" for line in sorted(lines, key=lambda line: line.partition("\t")[2]))
    return git.write("mktree", "--missing", stdin=script.encode()).decode().strip()
