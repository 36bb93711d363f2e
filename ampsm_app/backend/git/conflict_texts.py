"""What people see of a conflicted path, and what becomes of the text that they give back."""

from ampsm_app.backend.domain.merges import Conflicted, ConflictKind
from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.git.markers import is_binary
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.own_files import own_file
from ampsm_app.backend.git.raw_diff import GITLINK
from ampsm_app.backend.git.resolution import Resolution, conflict_at
from ampsm_app.backend.git.runner import Git, encode
from ampsm_app.backend.git.sides import SIDES, OneSide, entry_of
from ampsm_app.backend.git.tree_edits import TreeEntry, entries_of


class ConflictTexts(Model):
    """A conflicted path as texts; None where a side has none, all None where `binary`.

    `result` is what the merge has there now, with markers while it is not settled. A symlink's text is its
    target, a submodule's the id of its commit.
    """

    path: str
    kind: ConflictKind
    ancestor: str | None
    base: str | None
    session: str | None
    result: str | None
    binary: bool


def texts(git: Git, state: Resolution, path: str) -> ConflictTexts:
    """The texts of a conflicted path's three sides, and of what is there now."""
    conflict = conflict_at(state, path)
    entries = [entry_of(conflict, "ancestor"), *(_side(git, state, conflict, side) for side in SIDES)]
    now = entries_of(git, state.tree, [path, *conflict.placed_at])
    entries.append(next((now[place] for place in (path, *conflict.placed_at) if place in now), None))
    found = read_objects(git, [each.oid if each and each.mode != GITLINK else "-" for each in entries])
    contents = [
        encode(each.oid) if each and each.mode == GITLINK else found[at] for at, each in enumerate(entries)
    ]
    shown = [None if content is None else _text(content) for content in contents]
    binary = any(content is not None and text is None for content, text in zip(contents, shown, strict=True))
    ancestor, base, session, result = [None] * 4 if binary else shown
    return ConflictTexts(
        path=path,
        kind=conflict.kind,
        ancestor=ancestor,
        base=base,
        session=session,
        result=result,
        binary=binary,
    )


def _side(git: Git, state: Resolution, conflict: Conflicted, side: OneSide) -> TreeEntry | None:
    entry = entry_of(conflict, side)
    return own_file(git, state, side, conflict.path, entry) if entry is not None else None


def line_ends_of(sides: list[bytes], content: bytes) -> bytes:
    """Editors hand back one kind of line end; a file keeps the one that all of its sides have."""
    plain = content.replace(b"\r\n", b"\n")
    ends = {_line_ends(side) for side in sides} - {b""}
    if ends == {b"\r\n"}:
        return plain.replace(b"\n", b"\r\n")
    return plain if ends == {b"\n"} else content


def _line_ends(content: bytes) -> bytes | None:
    windows, all_ends = content.count(b"\r\n"), content.count(b"\n")
    if not all_ends:
        return b""
    return b"\r\n" if windows == all_ends else b"\n" if windows == 0 else None


def _text(content: bytes) -> str | None:
    if is_binary(content):
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
