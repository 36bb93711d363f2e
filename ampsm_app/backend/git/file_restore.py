"""Takes single files from a backup into the worktree; branch and index stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.git.backup_format import Backup
from ampsm_app.backend.git.backup_restore import kept_elsewhere, write_file
from ampsm_app.backend.git.clearing import Clearing
from ampsm_app.backend.git.layout import common_dir, git_dir
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.raw_diff import GITLINK
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.survey import survey
from ampsm_app.backend.git.trash import trash_place
from ampsm_app.backend.git.tree_edits import entries_of


@dataclass(frozen=True, slots=True)
class FileThen:
    """A file as it was when a backup was taken; `content` None: it was not there."""

    path: str
    mode: str
    content: bytes | None
    permissions: int | None = None


def files_then(git: Git, backup: Backup, paths: Sequence[str]) -> list[FileThen]:
    """These files as they were on disk; one that had not changed as a checkout would write it.

    Raises `NotFound` with code `not_in_backup` for a path that the backup knows nothing of.
    """
    return [_then(git, backup, path) for path in dict.fromkeys(paths)]


def restore_files(
    git: Git, backup: Backup, wanted: Sequence[FileThen], *, context_dir: str, now: datetime | None = None
) -> None:
    """Make the files what they were. The caller has backed up the present; what no backup holds is set aside.

    May be repeated after a kill.
    """
    common = common_dir(git_dir(git.cwd))
    aside = trash_place(common, f"{backup.meta.session_id}-aside", now or utc_now())
    clearing = Clearing(git.cwd, aside, kept_elsewhere(git, survey(git, context_dir=context_dir)))
    for each in wanted:
        if each.content is None:
            clearing.remove(each.path)
        else:
            place: Path = clearing.make_room(each.path)
            write_file(place, each.mode, each.content, each.permissions)


def _then(git: Git, backup: Backup, path: str) -> FileThen:
    kept = backup.files.get(path)
    if kept is not None:
        content = read_objects(git, [kept.oid])[0]
        return FileThen(path, kept.mode, content or b"", backup.meta.permissions.get(path))
    if path in backup.meta.deleted:
        return FileThen(path, "", None)
    head = backup.meta.head or ""
    # Git would fail, not find nothing, where a path leads out of the worktree.
    inside = path and not path.startswith("/") and ".." not in path.split("/")
    known = inside and path not in backup.meta.not_kept
    entry = entries_of(git, head, [path]).get(path) if known else None
    if entry is None or entry.mode == GITLINK:
        raise NotFound(
            f"{path} is not in the point {backup.ref.rpartition('/')[2]}.",
            hint="amp-sessions history SESSION POINT shows what is",
            code="not_in_backup",
        )
    return FileThen(path, entry.mode, git.read("cat-file", "--filters", f"{head}:{path}"))
