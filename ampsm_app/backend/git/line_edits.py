"""What index or worktree become when some lines of a file's change are staged, unstaged or discarded."""

from collections.abc import Mapping
from dataclasses import dataclass

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.staging import LineSelection
from ampsm_app.backend.git import partial
from ampsm_app.backend.git.diffs import Sides
from ampsm_app.backend.git.file_diffs import Seen, look
from ampsm_app.backend.git.raw_diff import GITLINK, NOTHING
from ampsm_app.backend.git.runner import Git, decode
from ampsm_app.backend.git.tree_edits import TreeEntry

Entries = dict[str, TreeEntry | None]


@dataclass(frozen=True, slots=True)
class ChosenLines:
    """Lines of one file's change; `whole` where all of it is meant: its modes and names too."""

    seen: Seen
    chosen: partial.Chosen
    whole: bool

    @property
    def path(self) -> str:
        """The file, by its new name."""
        return self.seen.change.path

    @property
    def paths(self) -> tuple[str, ...]:
        """The file, by both of its names."""
        old = self.seen.change.old_path
        return (self.path, old) if old else (self.path,)


def choose(sides: Sides, path: str, selection: LineSelection) -> ChosenLines:
    """The lines that a selection means, in the change as it is now.

    Raises `Conflict` (`diff_changed`) where it is another one than they were chosen from, `InvalidInput`
    (`no_lines`, `no_such_line`).
    """
    try:
        seen = look(sides, path)
    except NotFound as error:
        raise partial.changed_since() from error
    if not seen.hunks:
        raise InvalidInput(
            f"{path} has no lines to choose from.", hint="take the whole file", code="no_lines"
        )
    if seen.digest != selection.digest:
        raise partial.changed_since()
    chosen = _chosen(selection, len(seen.hunks))
    if partial.is_nothing(seen.hunks, chosen):
        raise InvalidInput("No changed line was chosen.", code="no_lines")
    whole = partial.is_whole(seen.hunks, chosen)
    modes = {seen.change.old_mode, seen.change.new_mode} - {NOTHING}
    if not whole and not all(mode.startswith("100") for mode in modes):
        raise InvalidInput(f"{path} is no text file: it has only a whole.", code="no_lines")
    return ChosenLines(seen, chosen, whole)


def to_stage(git: Git, lines: ChosenLines) -> Entries:
    """The index's entries once the lines of index...worktree are staged; their blobs are stored."""
    change = lines.seen.change
    entries: Entries = {change.old_path: None} if change.old_path else {}
    if lines.whole:
        return {**entries, change.path: _stored(git, change.new_mode, change.new_oid, lines.seen.new)}
    text = partial.with_lines(lines.seen.old or b"", lines.seen.hunks, lines.chosen)
    mode = change.new_mode if change.old_mode == NOTHING else change.old_mode
    return {**entries, change.path: TreeEntry(mode, store(git, text))}


def to_unstage(git: Git, lines: ChosenLines) -> Entries:
    """The index's entries once the lines of HEAD...index are taken out of it again."""
    change = lines.seen.change
    if lines.whole:
        before = None if change.old_mode == NOTHING else TreeEntry(change.old_mode, change.old_oid)
        renamed: Entries = {change.path: None} if change.old_path else {}
        return {**renamed, change.old_path or change.path: before}
    mode = change.old_mode if change.new_mode == NOTHING else change.new_mode
    return {change.path: TreeEntry(mode, store(git, without(lines)))}


def without(lines: ChosenLines) -> bytes:
    """The new side's text, with the lines taken back."""
    return partial.without_lines(lines.seen.new or b"", lines.seen.hunks, lines.chosen)


def store(git: Git, content: bytes) -> str:
    """The id of a blob with exactly this content: a diff shows what filters made of a file already."""
    return decode(git.write("hash-object", "-w", "--no-filters", "--stdin", stdin=content)).strip()


def _chosen(selection: LineSelection, number: int) -> Mapping[int, frozenset[int] | None]:
    found: dict[int, frozenset[int] | None] = {}
    for each in selection.hunks:
        if each.index >= number:
            raise InvalidInput(f"The change has no hunk {each.index}.", code="no_such_line")
        known = found.get(each.index, frozenset())
        found[each.index] = None if each.lines is None or known is None else known | frozenset(each.lines)
    return found


def _stored(git: Git, mode: str, oid: str, content: bytes | None) -> TreeEntry | None:
    if mode == NOTHING:
        return None
    return TreeEntry(mode, oid if mode == GITLINK else store(git, content or b""))
