"""A conflict in the session's worktree, as an ordinary unfinished merge that every editor and agent knows.

Base is merged into the session there, so git's "ours" is the session; markers name the sides instead. The
merge commit is never made: what is read back is a tree, and the branch is shaped from that as always.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ampsm_app.backend.git import layout, three_way
from ampsm_app.backend.git.conflict_kinds import BASE_LABEL
from ampsm_app.backend.git.landing_refusals import Refused, by_obstacles, by_operation
from ampsm_app.backend.git.markers import leftover, name_worktree_sides
from ampsm_app.backend.git.moving import Move
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.obstacles import Obstacle, changes_between, obstacles
from ampsm_app.backend.git.refs import NO_HOOKS, RefUpdate, is_ancestor, resolve, update_refs
from ampsm_app.backend.git.resolution import Change
from ampsm_app.backend.git.runner import Git, encode, nul_list
from ampsm_app.backend.git.tree_edits import entries_of

_MERGE = (
    *("-c", "rerere.enabled=false", "-c", "merge.conflictStyle=zdiff3", "-c", "submodule.recurse=false"),
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false", *NO_HOOKS),
    *("merge", "-q", "--no-commit", "--no-ff", "--no-autostash", "--no-squash"),
)

# What git appends to a file of a side that has to make room: the names that it is told of the sides.
_STAND_IN = rf"~(HEAD|{re.escape(BASE_LABEL)}[0-9a-f]+)(_\d+)?"

State = Literal["merging", "committed", "gone", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Entered:
    """The worktree is in the middle of a merge; `unmerged` are the paths to settle there."""

    unmerged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What has become of the merge in the worktree.

    `merging`: still on; `committed`: somebody committed it; `gone`: aborted, the session is as before;
    `elsewhere`: HEAD went another way. `tree` is the result, None while `unmerged` paths or `marked` ones
    (conflict markers left in) remain. `unstaged` are other changes in the worktree that are not in the tree.
    """

    state: State
    tree: str | None = None
    unmerged: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    unstaged: tuple[str, ...] = ()


def written(worktree: Git, base_sha: str, session_sha: str) -> tuple[str, ...]:
    """The session's files that are written when the merge is put there, settled, or taken back."""
    merged = three_way.merge(worktree, base_sha, session_sha)
    changed = {each.path for each in changes_between(worktree, session_sha, merged.tree)}
    return tuple(sorted(changed | {each.path for each in merged.conflicts}))


def enter(worktree: Git, base_sha: str, session_sha: str, message: str) -> Entered | Refused:
    """Put the merge of base into the session's worktree; the caller has taken a backup.

    Refused with nothing touched: `branch_moved`, `mid_…`, `dirty`, `staged`, `untracked_in_way`,
    `ignored_in_way`, `checkout_refused`.
    """
    refused = _not_ready(worktree, base_sha, session_sha)
    if refused is not None:
        return refused
    label = BASE_LABEL + base_sha[:16]
    done = worktree.attempt(*_MERGE, "-m", message, label)
    if _merge_head(worktree) != base_sha:
        said = done.stderr.decode("utf-8", "replace").strip()
        return Refused("checkout_refused", f"{worktree.cwd} could not be put in conflict: {said}")
    paths = _unmerged(worktree)
    for path in paths:
        _name_sides(worktree.cwd / path, label)
    return Entered(tuple(paths))


def read_back(worktree: Git, base_sha: str, session_sha: str) -> ReadBack:
    """The result so far. Files whose markers are gone, or that were deleted, are staged: they are settled."""
    state = _state(worktree, base_sha, session_sha)
    if state in ("gone", "elsewhere"):
        return ReadBack(state)
    marked = _marked_by_git(worktree, base_sha, session_sha)
    if state == "merging":
        _stage_settled(worktree, marked)
    unmerged = _unmerged(worktree)
    tree = None if unmerged else _tree(worktree, state)
    left = _still_marked(worktree, tree, marked)
    return ReadBack(
        state=state,
        tree=None if left else tree,
        unmerged=tuple(unmerged),
        marked=left,
        unstaged=tuple(sorted(set(_unstaged(worktree)) - set(unmerged))),
    )


def remaining(worktree: Git, base_sha: str, session_sha: str) -> tuple[str, ...] | None:
    """The paths that are still to be settled there, nothing staged; None where the merge is over."""
    state = _state(worktree, base_sha, session_sha)
    if state in ("gone", "elsewhere"):
        return None
    marked = _marked_by_git(worktree, base_sha, session_sha)
    unmerged = _unmerged(worktree)
    settled = set(_settled_by_hand(worktree, unmerged, marked))
    left = [path for path in unmerged if path not in settled]
    return tuple(dict.fromkeys([*left, *_still_marked(worktree, None, marked)]))


def put(worktree: Git, path: str, changes: Sequence[Change]) -> None:
    """Settle a path in the worktree, index and files, as it was settled on objects."""
    stand_in = re.compile(re.escape(path) + _STAND_IN)
    stand_ins = [each for each in _unmerged(worktree) if stand_in.fullmatch(each)]
    gone = [*stand_ins, *(each.path for each in changes if each.oid is None)]
    lines = [f"0 {'0' * 40}\t{each}" for each in (*gone, path)]
    lines += [f"{each.mode} {each.oid}\t{each.path}" for each in changes if each.oid is not None]
    worktree.write("update-index", "-z", "--index-info", stdin=encode("".join(f"{line}\0" for line in lines)))
    for each in gone:
        _remove(worktree.cwd, each)
    made = encode("".join(f"{each.path}\0" for each in changes if each.oid is not None))
    worktree.write("checkout-index", "-f", "-u", "-q", "-z", "--stdin", stdin=made)


def write(worktree: Git, changes: Iterable[Change]) -> None:
    """Give files the content of an unfinished settlement; they stay in conflict."""
    made = [each for each in changes if each.oid is not None]
    for each, content in zip(made, read_objects(worktree, [each.oid or "-" for each in made]), strict=True):
        place = worktree.cwd / each.path
        if content is not None and place.is_file() and not place.is_symlink():
            place.write_bytes(content)


def leave(worktree: Git, landed: Move) -> bool:
    """End the merge after it has landed: the session's branch goes to what base is now, files stay.

    Only where the index is exactly the landed tree, else False and nothing is touched. Can be repeated.
    """
    if _unmerged(worktree) or _index_tree(worktree) != worktree.text("rev-parse", f"{landed.new}^{{tree}}"):
        return False
    if resolve(worktree, landed.ref) != landed.new:
        update = RefUpdate(landed.ref, landed.new, landed.old)
        update_refs(worktree, [update], message=landed.message, hooks=False)
    worktree.write("merge", "--quit")
    return True


def _not_ready(worktree: Git, base_sha: str, session_sha: str) -> Refused | None:
    if resolve(worktree, "HEAD") != session_sha:
        return Refused("branch_moved", f"{worktree.cwd} is no longer at {session_sha[:12]}.", "Merge again.")
    folder = layout.git_dir(worktree.cwd)
    operation = layout.unfinished(folder)
    if operation is not None:
        return by_operation(worktree.cwd, operation)
    merged = three_way.merge(worktree, base_sha, session_sha)
    found = obstacles(worktree, folder, changes_between(worktree, session_sha, merged.tree))
    # Git merges into a clean index only, and what is changed by hand could not be told from the merge.
    found += [Obstacle("dirty", path) for path in _changed(worktree) if path not in {o.path for o in found}]
    return by_obstacles(worktree.cwd, found) if found else None


def _state(worktree: Git, base_sha: str, session_sha: str) -> State:
    head, merging = resolve(worktree, "HEAD"), _merge_head(worktree)
    if merging == base_sha and head == session_sha:
        return "merging"
    if merging is not None or head is None:
        return "elsewhere"
    if head == session_sha:
        return "gone"
    both = all(is_ancestor(worktree, side, head) for side in (base_sha, session_sha))
    return "committed" if both else "elsewhere"


def _merge_head(worktree: Git) -> str | None:
    return resolve(worktree, "MERGE_HEAD")


def _unmerged(worktree: Git) -> list[str]:
    lines = nul_list(worktree.read("ls-files", "-u", "-z"))
    return list(dict.fromkeys(line.partition("\t")[2] for line in lines))


def _changed(worktree: Git) -> list[str]:
    asked = ("--porcelain", "-z", "--untracked-files=no", "--no-renames", "--ignore-submodules=dirty")
    return [entry[3:] for entry in nul_list(worktree.read("status", *asked))]


def _unstaged(worktree: Git) -> Iterable[str]:
    yield from nul_list(worktree.read("ls-files", "-m", "-d", "-z"))
    yield from nul_list(worktree.read("ls-files", "-o", "--exclude-standard", "-z"))


def _name_sides(file: Path, label: str) -> None:
    if file.is_symlink() or not file.is_file():
        return
    content = file.read_bytes()
    named = name_worktree_sides(content, label)
    if named != content:
        file.write_bytes(named)


def _marked_by_git(worktree: Git, base_sha: str, session_sha: str) -> dict[str, tuple[bytes, ...]]:
    """The files in which git left markers, with both sides' contents; the same merge, computed again."""
    merged = three_way.merge(worktree, base_sha, session_sha)
    entries = entries_of(worktree, merged.tree, [each.path for each in merged.conflicts])
    found: dict[str, tuple[bytes, ...]] = {}
    for conflict in merged.conflicts:
        if conflict.path in entries:
            names = [entries[conflict.path].oid, conflict.base_oid or "-", conflict.session_oid or "-"]
            content, *sides = (each or b"" for each in read_objects(worktree, names))
            if leftover(content, *sides):
                found[conflict.path] = tuple(sides)
    return found


def _stage_settled(worktree: Git, marked: dict[str, tuple[bytes, ...]]) -> None:
    settled = _settled_by_hand(worktree, _unmerged(worktree), marked)
    if settled:
        names = encode("".join(f"{path}\0" for path in settled))
        worktree.write("update-index", "--add", "--remove", "-z", "--stdin", stdin=names)


def _settled_by_hand(
    worktree: Git, unmerged: Sequence[str], marked: dict[str, tuple[bytes, ...]]
) -> list[str]:
    settled = []
    for path in unmerged:
        place = worktree.cwd / path
        gone = not place.exists() and not place.is_symlink()
        edited = path in marked and place.is_file() and not leftover(place.read_bytes(), *marked[path])
        if gone or edited:
            settled.append(path)
    return settled


def _still_marked(worktree: Git, tree: str | None, marked: dict[str, tuple[bytes, ...]]) -> tuple[str, ...]:
    """The files that still have markers: in the result, or on disk while there is none."""
    if tree is None:
        places = {path: worktree.cwd / path for path in marked}
        contents = {path: place.read_bytes() for path, place in places.items() if place.is_file()}
    else:
        entries = entries_of(worktree, tree, list(marked))
        blobs = read_objects(worktree, [entry.oid for entry in entries.values()])
        contents = {path: blob or b"" for path, blob in zip(entries, blobs, strict=True)}
    return tuple(path for path, sides in marked.items() if leftover(contents.get(path, b""), *sides))


def _tree(worktree: Git, state: State) -> str:
    if state == "committed":
        return worktree.text("rev-parse", "HEAD^{tree}")
    return _index_tree(worktree)


def _index_tree(worktree: Git) -> str:
    return worktree.write("write-tree").decode().strip()


def _remove(root: Path, path: str) -> None:
    place = root / path
    if place.is_symlink() or place.is_file():
        place.unlink()
    for above in place.parents:
        if above == root or not above.is_dir() or any(above.iterdir()):
            return
        above.rmdir()
