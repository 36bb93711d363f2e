"""Backups of a session: taken before whatever could lose work, listed, read, and dropped with age."""

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict, GitError, NotFound
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.git import backup_format as form
from ampsm_app.backend.git.layout import git_dir
from ampsm_app.backend.git.objects import TreeEntry, hash_files, read_objects, tree_of
from ampsm_app.backend.git.raw_diff import SYMLINK
from ampsm_app.backend.git.refs import HEADS, ZERO, RefUpdate, drop, update_refs
from ampsm_app.backend.git.runner import Git, decode
from ampsm_app.backend.git.survey import BISECT_REFS, LARGEST_KEPT, Survey, state_files, survey
from ampsm_app.backend.git.worktrees import require_branch

# A backup must be possible before the user has told git a name.
_WHO = ("Amp Session Orchestrator", "ampsm@localhost")
_IDENTITY = {
    **{f"GIT_{role}_NAME": _WHO[0] for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": _WHO[1] for role in ("AUTHOR", "COMMITTER")},
}
_HEADS_OF_STATE = frozenset(
    {
        *("MERGE_HEAD", "MERGE_AUTOSTASH", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD"),
        *("orig-head", "onto", "autostash", "stopped-sha"),
    }
)
_TRIES = 3


def take(
    git: Git,
    *,
    session_id: str,
    operation: str,
    context_dir: str,
    now: datetime | None = None,
    limit: int = LARGEST_KEPT,
    trash_path: Path | None = None,
    also: Collection[str] = (),
) -> RestorePoint:
    """Back up the worktree that `git` stands in: HEAD, index, changed and untracked files, merge state.

    Files are kept byte for byte, whatever filters the repository has; ignored files are not kept, files over
    `limit` bytes and other repositories are named in `not_kept`. Worktree, index and branches are not
    touched. `trash_path` is noted where the worktree itself is about to go there. `also` are unchanged files
    to keep: git would write them again, but perhaps with other line ends or permissions.
    """
    moment = now or utc_now()
    for attempt in range(_TRIES):
        try:
            seen = survey(git, context_dir=context_dir, limit=limit, also=also)
            meta = replace(
                _meta(session_id, operation, moment, seen, trash_path),
                size=sum((git.cwd / path).lstat().st_size for path in seen.kept),
            )
            entries = _entries(git, seen, meta)
        except (GitError, FileNotFoundError):
            # A file went away between looking and reading; it is looked at anew.
            if attempt == _TRIES - 1:
                raise
            continue
        break
    parents = [seen.head] if seen.head else []
    return _store(git, meta, entries, [*parents, *_state_parents(git)], moment)


def take_branch(
    git: Git, *, session_id: str, operation: str, branch: str, now: datetime | None = None
) -> RestorePoint:
    """Back up a session whose worktree is gone: where its branch stands.

    `git` stands in the main worktree, which is not looked at.
    """
    moment = now or utc_now()
    head = require_branch(git, branch)
    meta = replace(form.meta_for(session_id, operation, moment, head, HEADS + branch), refs_only=True, size=0)
    oid = decode(git.write("hash-object", "-w", "--stdin", stdin=form.write_meta(meta))).strip()
    return _store(git, meta, [("100644", oid, form.META)], [head], moment)


def listed(git: Git, session_id: str | None = None) -> list[RestorePoint]:
    """The backups of a session, or of all, the newest first; unreadable ones are left out."""
    where = form.PREFIX + (f"{session_id}/" if session_id else "")
    names = git.text("for-each-ref", "--format=%(refname)", where).split()
    raws = read_objects(git, [f"{name}:{form.META}" for name in names])
    points = [form.point_of(name, form.read_meta(raw)) for name, raw in zip(names, raws, strict=True) if raw]
    return sorted(points, key=lambda point: point.id, reverse=True)


def read_file(git: Git, ref: str, path: str) -> bytes:
    """A file's bytes as they were on disk when the backup was taken.

    An unchanged file is read from its commit as a checkout would write it. Raises `NotFound`.
    """
    backup = form.load(git, ref)
    kept = backup.files.get(path)
    if kept is not None:
        return git.read("cat-file", "blob", kept.oid)
    done = git.attempt("cat-file", "--filters", f"{backup.meta.head}:{path}")
    if done.exit_code != 0 or path in backup.meta.deleted:
        raise NotFound(f"{path} is not in the backup {ref}.", code="not_in_backup")
    return done.stdout


def expire(git: Git, *, older_than: datetime, session_id: str | None = None) -> list[str]:
    """Drop the backups taken before `older_than`; their refs. Their objects go when git collects them."""
    where = form.PREFIX + (f"{session_id}/" if session_id else "")
    names = git.text("for-each-ref", "--format=%(refname)", where).split()
    old = [name for name in names if (time := form.taken_at(name)) is not None and time < older_than]
    drop(git, *old)
    return old


def _meta(
    session_id: str, operation: str, moment: datetime, seen: Survey, trash_path: Path | None
) -> form.Meta:
    return replace(
        form.meta_for(session_id, operation, moment, seen.head, seen.branch),
        dirty_files=len(seen.changed),
        deleted=list(seen.deleted),
        not_kept=list(seen.not_kept),
        unchanged=list(seen.unchanged),
        permissions={path: stat.S_IMODE(mode) for path, mode in seen.kept.items() if stat.S_ISREG(mode)},
        trash_path=os.fspath(trash_path) if trash_path else None,
    )


def _entries(git: Git, seen: Survey, meta: form.Meta) -> list[TreeEntry]:
    """All blobs of the backup's tree, hashed by one process."""
    with temporary_folder("backup") as folder:
        sources = [*_user_files(git, seen, folder), *_own_files(git, meta, folder)]
        oids = hash_files(git, [source for _, _, source in sources])
    entries = [(mode, oid, path) for (mode, path, _), oid in zip(sources, oids, strict=True)]
    return [*entries, *(("100644", oid, form.STAGES + oid) for oid in seen.stage_oids)]


def _user_files(git: Git, seen: Survey, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Mode, name in the backup, and where the bytes are, of the worktree's files."""
    for number, (path, mode) in enumerate(seen.kept.items()):
        if stat.S_ISLNK(mode):
            copy = folder / f"link-{number}"
            copy.write_bytes(os.fsencode((git.cwd / path).readlink()))
            yield SYMLINK, form.FILES + path, os.fspath(copy)
        else:
            yield "100755" if mode & stat.S_IXUSR else "100644", form.FILES + path, path


def _own_files(git: Git, meta: form.Meta, folder: Path) -> Iterator[tuple[str, str, str]]:
    """The same of `meta.json`, the index and the state of an unfinished operation."""
    described = folder / form.META
    described.write_bytes(form.write_meta(meta))
    yield "100644", form.META, os.fspath(described)
    own = git_dir(git.cwd)
    for name, path in state_files(own).items():
        yield "100644", form.STATE + name, os.fspath(path)
    index = own / "index"
    if index.exists():
        whole = _whole_index(git, index, folder) if any(own.glob("sharedindex.*")) else index
        yield "100644", form.INDEX, os.fspath(whole)


def _whole_index(git: Git, index: Path, folder: Path) -> Path:
    # A split index is nothing without the shared one beside it.
    copy = folder / "index"
    shutil.copy2(index, copy)
    git.write("update-index", "--no-split-index", env={"GIT_INDEX_FILE": os.fspath(copy)})
    return copy


def _state_parents(git: Git) -> list[str]:
    """Commits that an unfinished operation names; as parents they outlive every collection of garbage."""
    commits: dict[str, None] = {}
    for name, path in state_files(git_dir(git.cwd)).items():
        words = path.read_text("utf-8", "replace").split()
        if name.rpartition("/")[2] in _HEADS_OF_STATE or name.startswith(BISECT_REFS):
            commits.update(dict.fromkeys(word for word in words if len(word) >= 40))
        elif name == "AUTO_MERGE":
            commits[_commit(git, words[0], [], "AUTO_MERGE")] = None
    return list(commits)


def _store(
    git: Git, meta: form.Meta, entries: list[TreeEntry], parents: list[str], moment: datetime
) -> RestorePoint:
    title = f"Backup of session {meta.session_id} before {meta.operation}"
    commit = _commit(git, tree_of(git, entries), list(dict.fromkeys(parents)), title)
    ref = _new_ref(git, meta, commit, moment)
    return form.point_of(ref, meta)


def _commit(git: Git, tree: str, parents: list[str], title: str) -> str:
    args = [part for parent in parents for part in ("-p", parent)]
    return decode(git.write("commit-tree", tree, *args, "-m", title, env=_IDENTITY)).strip()


def _new_ref(git: Git, meta: form.Meta, commit: str, moment: datetime) -> str:
    while True:
        ref = form.ref_for(meta.session_id, meta.operation, moment)
        try:
            update_refs(git, [RefUpdate(ref, commit, ZERO)], message=f"before {meta.operation}", hooks=False)
        except Conflict:
            # Two in one millisecond.
            moment += timedelta(milliseconds=1)
        else:
            return ref
