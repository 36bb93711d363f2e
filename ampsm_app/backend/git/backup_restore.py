"""Puts a session's worktree back to what it was when a backup was taken."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.git.backup_format import Backup, Kept, load
from ampsm_app.backend.git.backups import take
from ampsm_app.backend.git.clearing import Clearing
from ampsm_app.backend.git.diffs import empty_tree, names
from ampsm_app.backend.git.files import delete_tree
from ampsm_app.backend.git.layout import common_dir, git_dir
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.raw_diff import SYMLINK
from ampsm_app.backend.git.refs import HEADS, NO_HOOKS, RefUpdate, update_refs
from ampsm_app.backend.git.runner import Git, encode, nul_list
from ampsm_app.backend.git.survey import Survey, state_roots, survey
from ampsm_app.backend.git.trash import trash_place
from ampsm_app.backend.git.worktrees import refresh

# Bytes that are held in memory at once, unless one file has more.
_CHUNK = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the backup of what was there before, and what had to be set aside, and where."""

    before: RestorePoint | None
    set_aside: tuple[str, ...]
    aside: Path | None


def restore(
    git: Git,
    ref: str,
    *,
    context_dir: str,
    before: str | None = "restore",
    now: datetime | None = None,
) -> Restored:
    """Make HEAD, branch, index, files and merge state of the worktree what the backup `ref` holds.

    First the present is backed up too, under the operation `before`; None where the caller has done that.
    Ignored files stay; one that is in the way, like anything else that no backup holds, is set aside in the
    trash. May be repeated after a kill. Raises `NotFound` with code `no_backup`, `Conflict` with code
    `index_locked`.
    """
    backup = load(git, ref)
    if backup.meta.head is None:
        raise NotFound(f"The backup {ref} was taken before the first commit.", code="no_backup")
    _refuse_if_elsewhere(git, backup.meta.branch)
    session, moment = backup.meta.session_id, now or utc_now()
    point = None
    if before is not None:
        point = take(git, session_id=session, operation=before, context_dir=context_dir, now=moment)
    aside = trash_place(common_dir(git_dir(git.cwd)), f"{session}-aside", moment)
    with _index_lock(git) as lock:
        present = survey(git, context_dir=context_dir)
        clearing = Clearing(git.cwd, aside, kept_elsewhere(git, present))
        plan = _plan(git, backup, present)
        for path in plan.remove:
            clearing.remove(path)
        rooms = {path: clearing.make_room(path) for path in (*plan.write, *plan.check_out)}
        _move_head(git, backup, f"ampsm: restore {ref.rpartition('/')[2]}")
        _write_index(git, backup, lock)
    _write_files(git, plan.write, rooms, backup.meta.permissions)
    check_out(git, plan.check_out)
    _write_state(git, backup)
    refresh(git)
    return Restored(point, tuple(clearing.moved), aside if clearing.moved else None)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Paths to take away, to write from the backup, and to check out of the restored index."""

    remove: tuple[str, ...]
    write: dict[str, Kept]
    check_out: tuple[str, ...]


def _plan(git: Git, backup: Backup, present: Survey) -> _Plan:
    """Only what differs is touched: now from HEAD, then from HEAD, or between the two."""
    head = str(backup.meta.head)
    moved = names(git, present.head or empty_tree(head), head) if present.head != head else []
    gone, kept_then = set(backup.meta.deleted), set(backup.meta.not_kept)
    known = {*present.changed, *present.hidden, *moved} - gone - kept_then - backup.files.keys()
    tracked = _tracked(git, head, known)
    # What no backup holds stays where it is, unless a file of this one belongs there.
    stays = {path for path in present.not_kept if path not in tracked}
    return _Plan(
        remove=tuple(sorted(gone | (known - tracked - stays))),
        write=backup.files,
        check_out=tuple(sorted(tracked)),
    )


def _tracked(git: Git, commit: str, paths: set[str]) -> set[str]:
    """Those of the paths that are files in a commit."""
    if not paths:
        return set()
    listed = nul_list(git.read("ls-tree", "-r", "-z", "--full-tree", commit))
    files = {path for head, _, path in (entry.partition("\t") for entry in listed) if " commit " not in head}
    return paths & files


def kept_elsewhere(git: Git, present: Survey) -> Callable[[str], bool]:
    """Whether a path's present content is in a commit, in the index or in the backup just taken."""
    indexed = set(nul_list(git.read("ls-files", "-z")))
    return (present.kept.keys() | (indexed - set(present.not_kept))).__contains__


def _refuse_if_elsewhere(git: Git, branch: str | None) -> None:
    if branch is None:
        return
    place = git.text("for-each-ref", "--format=%(worktreepath)", branch).partition("\n")[0]
    if place and Path(place).resolve() != git.cwd.resolve():
        raise Conflict(
            f"The branch {branch.removeprefix(HEADS)} is checked out in {place}.",
            hint="Check out another branch there first.",
            code="branch_checked_out",
        )


def _move_head(git: Git, backup: Backup, message: str) -> None:
    head, branch = str(backup.meta.head), backup.meta.branch
    if branch is None:
        git.write(*NO_HOOKS, "update-ref", "--no-deref", "-m", message, "HEAD", head)
        return
    update_refs(git, [RefUpdate(branch, head)], message=message, hooks=False)
    git.write("symbolic-ref", "-m", message, "HEAD", branch)


@contextmanager
def _index_lock(git: Git) -> Iterator[Path]:
    """Git's own lock on the index: no other git of this worktree changes anything meanwhile."""
    lock = git_dir(git.cwd) / "index.lock"
    try:
        lock.touch(exist_ok=False)
    except FileExistsError as error:
        raise Conflict(
            f"Another git works in {git.cwd}: {lock} exists.",
            hint="Wait until it is done, then restore again.",
            code="index_locked",
        ) from error
    try:
        yield lock
    finally:
        lock.unlink(missing_ok=True)


def _write_index(git: Git, backup: Backup, lock: Path) -> None:
    index = lock.with_name("index")
    if backup.meta.refs_only:
        git.write("read-tree", str(backup.meta.head), env={"GIT_INDEX_FILE": os.fspath(lock)})
    elif backup.index is None:
        index.unlink(missing_ok=True)
        return
    else:
        lock.write_bytes(read_objects(git, [backup.index])[0] or b"")
    lock.replace(index)


def _write_files(
    git: Git, files: dict[str, Kept], rooms: dict[str, Path], permissions: dict[str, int]
) -> None:
    for chunk in _chunks(files):
        contents = read_objects(git, [files[path].oid for path in chunk])
        for path, content in zip(chunk, contents, strict=True):
            write_file(rooms[path], files[path].mode, content or b"", permissions.get(path))


def _chunks(files: dict[str, Kept]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for path, kept in files.items():
        if chunk and size + kept.size > _CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(path)
        size += kept.size
    if chunk:
        yield chunk


def write_file(place: Path, mode: str, content: bytes, permissions: int | None) -> None:
    """Write a file or link at a place that is free; `mode` is git's, `permissions` what it had on disk."""
    if mode == SYMLINK:
        place.symlink_to(os.fsdecode(content))
        return
    place.write_bytes(content)
    place.chmod(permissions if permissions is not None else (0o755 if mode == "100755" else 0o644))


def check_out(git: Git, paths: Iterable[str]) -> None:
    """Write these files as the index has them; the places are free, see `Clearing.make_room`."""
    # Attributes decide how the other files are written, so theirs come first.
    attributes = [path for path in paths if path.rpartition("/")[2] == ".gitattributes"]
    others = [path for path in paths if path not in set(attributes)]
    for group in (attributes, others):
        if group:
            listed = b"".join(encode(path) + b"\0" for path in group)
            # With -u: where line endings are converted, git believes the size in the index, not the content.
            git.write("checkout-index", "-q", "-f", "-u", "-z", "--stdin", stdin=listed)


def _write_state(git: Git, backup: Backup) -> None:
    folder = git_dir(git.cwd)
    for present in state_roots(folder):
        delete_tree(present)
    contents = read_objects(git, [each.oid for each in backup.state.values()])
    for name, content in zip(backup.state, contents, strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content or b"")
