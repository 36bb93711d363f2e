"""Settling conflicts on objects, path by path: no worktree is needed and none is touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.merges import Conflicted, Side
from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.git import three_way
from ampsm_app.backend.git.conflict_texts import line_ends_of
from ampsm_app.backend.git.markers import is_binary, leftover, name_sides, united
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.own_files import own_file
from ampsm_app.backend.git.raw_diff import GITLINK, SYMLINK
from ampsm_app.backend.git.resolution import Change, Resolution, Settlement, conflict_at, keep, settled
from ampsm_app.backend.git.runner import Git, encode
from ampsm_app.backend.git.sides import (
    Changes,
    OneSide,
    by_side,
    can_join,
    entry_of,
    file_mode,
    is_file,
    keeping_both,
)
from ampsm_app.backend.git.three_way import ThreeWay
from ampsm_app.backend.git.tree_edits import TreeEntry, edit_tree, entries_of, names_beside

_DIFF3 = ("merge.conflictStyle=diff3",)


@dataclass(frozen=True, slots=True)
class Answer:
    """How one path is to be settled: by a side, by its content, or by removing it (neither given)."""

    side: Side | None = None
    content: bytes | None = None


def start(git: Git, merge_id: str, commits: tuple[str, str], merged: ThreeWay) -> Resolution:
    """Begin to settle a merge of `commits` (base and session); saved under its ref at once."""
    base, session = commits
    # Whether there is a conflict was decided in git's own style; the ancestor between markers is for people.
    shown = three_way.merge(git, base, session, config=_DIFF3)
    paths = [each.path for each in merged.conflicts]
    entries = {path: each for path, each in entries_of(git, shown.tree, paths).items() if is_file(each)}
    contents = read_objects(git, [each.oid for each in entries.values()])
    named: Changes = {}
    for (path, entry), content in zip(entries.items(), contents, strict=True):
        if path in paths and content is not None:
            named[path] = TreeEntry(entry.mode, _store(git, name_sides(content)))
    tree = edit_tree(git, merged.tree, named)
    state = Resolution(
        merge_id=merge_id,
        base_sha=base,
        session_sha=session,
        start_tree=tree,
        tree=tree,
        conflicts=merged.conflicts,
    )
    return keep(git, state)


def settle(git: Git, state: Resolution, answers: Mapping[str, Answer]) -> Resolution:
    """Settle paths, all of them or none; saved in one step.

    A side settles the other paths of the same conflict too. `both` joins the lines of two files, base's
    first; other things are kept beside each other. A file gets the line ends of its sides, and with conflict
    markers left in it is kept but not settled; a symlink's content is its target. Raises `InvalidInput` with
    code `cannot_keep_both` or `no_text` where an answer makes no sense.
    """
    made: dict[str, Settlement] = {}
    open_paths: list[str] = []
    for path, answer in answers.items():
        conflict = conflict_at(state, path)
        if answer.side is not None:
            for each in _with_related(state, conflict):
                made[each.path] = Settlement(path=each.path, changes=_taken(git, state, each, answer.side))
        elif answer.content is not None:
            made[path], marked = _written(git, state, conflict, answer.content)
            open_paths += [path] if marked else []
        else:
            # A folder that the other side has there stays.
            made[path] = _settlement(path, dict.fromkeys([*conflict.placed_at, path]))
    return settled(git, state, made.values(), open_paths)


def take(git: Git, state: Resolution, path: str, side: Side) -> Resolution:
    """Settle a path by a side, as `settle` does."""
    return settle(git, state, {path: Answer(side=side)})


def set_text(git: Git, state: Resolution, path: str, text: str) -> Resolution:
    """Settle a file by its content, as `settle` does."""
    return settle(git, state, {path: Answer(content=encode(text))})


def delete(git: Git, state: Resolution, path: str) -> Resolution:
    """Settle a path by removing it."""
    return settle(git, state, {path: Answer()})


def carry_over(git: Git, earlier: Resolution, fresh: Resolution) -> Resolution:
    """A merge begun anew, because base moved, with what was settled before where the conflict is the same."""
    same = {each.model_copy(update={"resolved": False}): each.resolved for each in earlier.conflicts}
    known = {each.path: same[each] for each in fresh.conflicts if each in same}
    again = [each for each in earlier.settlements if each.path in known]
    unfinished = [path for path, resolved in known.items() if not resolved]
    return settled(git, fresh, again, unfinished) if again else fresh


def _with_related(state: Resolution, conflict: Conflicted) -> list[Conflicted]:
    return [conflict, *(each for each in state.conflicts if each.path in conflict.related)]


def _written(
    git: Git, state: Resolution, conflict: Conflicted, content: bytes
) -> tuple[Settlement, tuple[int, ...]]:
    """The file as it was written, and the lines that still are markers."""
    sides = [entry for entry in (entry_of(conflict, "base"), entry_of(conflict, "session")) if entry]
    merged = entries_of(git, state.start_tree, [conflict.path])
    if sides and all(each.mode == GITLINK for each in sides):
        raise InvalidInput(f"{conflict.path} is a submodule.", hint="Take base or session.", code="no_text")
    marked: tuple[int, ...] = ()
    if sides and all(each.mode == SYMLINK for each in sides):
        content, mode = content.rstrip(b"\r\n"), SYMLINK
    else:
        files = [each for each in sides if is_file(each)]
        mode = file_mode(conflict, files[0], merged) if files else "100644"
        if not is_binary(content):
            old = [united(each or b"") for each in read_objects(git, [entry.oid for entry in sides])]
            content = line_ends_of(old, content)
            marked = leftover(content, *old)
    changes: Changes = dict.fromkeys([*conflict.placed_at, *merged])
    changes[conflict.path] = TreeEntry(mode, _store(git, content))
    return _settlement(conflict.path, changes), marked


def _taken(git: Git, state: Resolution, conflict: Conflicted, side: Side) -> tuple[Change, ...]:
    merged = entries_of(git, state.start_tree, [conflict.path, *conflict.placed_at])
    if side != "both":
        changes = by_side(conflict, side, merged)
        _without_markers(git, state, changes, side)
    elif can_join(conflict):
        joined = TreeEntry("100644", _joined(git, conflict))
        changes = dict.fromkeys(conflict.placed_at)
        base = entry_of(conflict, "base")
        changes[conflict.path] = TreeEntry(file_mode(conflict, base or joined, merged), joined.oid)
    else:
        changes = keeping_both(conflict, merged, _taken_names(git, state, conflict.path))
        _without_markers(git, state, changes, "base" if entry_of(conflict, "base") else "session")
    return _settlement(conflict.path, changes).changes


def _taken_names(git: Git, state: Resolution, path: str) -> set[str]:
    others = (each for each in state.settlements if each.path != path)
    given = {change.path for each in others for change in each.changes}
    return names_beside(git, state.start_tree, path) | given


def _without_markers(git: Git, state: Resolution, changes: Changes, side: OneSide) -> None:
    for path, entry in changes.items():
        if entry is not None:
            changes[path] = own_file(git, state, side, path, entry)


def _joined(git: Git, conflict: Conflicted) -> str:
    """The blob that has the lines of both sides where they conflict, base's first."""
    entries = [entry_of(conflict, "base"), entry_of(conflict, "ancestor"), entry_of(conflict, "session")]
    contents = read_objects(git, [entry.oid if entry else "-" for entry in entries])
    with temporary_folder("join") as folder:
        names = [Path(folder) / name for name in ("base", "ancestor", "session")]
        for name, content in zip(names, contents, strict=True):
            name.write_bytes(united(content or b""))
        done = git.attempt("merge-file", "-p", "-q", "--union", *map(str, names))
    if done.exit_code != 0:
        raise InvalidInput(
            f"The lines of {conflict.path} cannot be joined.",
            hint="Take base or session, or give its content.",
            code="cannot_keep_both",
        )
    return _store(git, done.stdout)


def _settlement(path: str, changes: Changes) -> Settlement:
    made = [
        Change(path=at, mode=entry.mode if entry else None, oid=entry.oid if entry else None)
        for at, entry in changes.items()
    ]
    return Settlement(path=path, changes=tuple(made))


def _store(git: Git, content: bytes) -> str:
    # What is shown comes from a blob and goes into one: filters of the worktree have no part in it.
    return git.write("hash-object", "-w", "--no-filters", "--stdin", stdin=content).decode().strip()
