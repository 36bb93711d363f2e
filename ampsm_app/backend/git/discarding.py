"""Taking back what is changed in a worktree but not staged. The caller has taken a backup."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.git.backup_restore import check_out, kept_elsewhere
from ampsm_app.backend.git.clearing import Clearing
from ampsm_app.backend.git.index_edits import set_entries
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Entry
from ampsm_app.backend.git.survey import survey

_INTENT_TO_ADD = ".A"


@dataclass(frozen=True, slots=True)
class Discarded:
    """What was moved to the trash because no backup holds it; `aside` is where, None for nothing."""

    set_aside: tuple[str, ...]
    aside: Path | None


def discard(git: Git, entries: Sequence[Entry], aside: Path, *, context_dir: str) -> Discarded:
    """Make files what the index has, and take untracked ones away; entries come from `read_status`.

    Another repository, or a file too large for a backup, goes to the same path below `aside` instead of being
    deleted. Can be repeated after a kill.
    """
    clearing = Clearing(git.cwd, aside, kept_elsewhere(git, survey(git, context_dir=context_dir)))
    new = [each for each in entries if each.untracked or each.xy == _INTENT_TO_ADD]
    for entry in new:
        if entry.nested:
            clearing.set_aside(entry.path.rstrip("/"))
        else:
            clearing.remove(entry.path)
    set_entries(git, {each.path: None for each in new if not each.untracked})
    tracked = [each.path for each in entries if each not in new]
    for path in tracked:
        clearing.make_room(path)
    check_out(git, tracked)
    return Discarded(tuple(clearing.moved), aside if clearing.moved else None)


def reset_tracked(git: Git, entries: Sequence[Entry], aside: Path, *, context_dir: str) -> Discarded:
    """Make index and tracked files what HEAD has, and take away files that are only staged.

    Untracked files and the content of submodules stay. `entries` come from `read_status` without renames.
    Can be repeated after a kill.
    """
    known = [each for each in entries if not each.untracked]
    clearing = Clearing(git.cwd, aside, kept_elsewhere(git, survey(git, context_dir=context_dir)))
    set_entries(git, {each.path: each.in_head for each in known})
    files = [each for each in known if not each.nested]
    for entry in files:
        if entry.in_head is None:
            clearing.remove(entry.path)
    back = [each.path for each in files if each.in_head is not None]
    for path in back:
        clearing.make_room(path)
    check_out(git, back)
    return Discarded(tuple(clearing.moved), aside if clearing.moved else None)
