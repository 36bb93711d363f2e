"""What lies in the trash, told as what it was: whose worktree, how large, and what of it is nowhere else."""

from collections.abc import Iterator
from pathlib import Path

from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.time_machine import TrashEntry
from ampsm_app.backend.git import files, refs, trash
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.losses import Losses
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import backups, sessions


class TrashEntries:
    """Reads the trash once: what the database knows is read when this is made."""

    def __init__(self, resources: Resources, losses: Losses) -> None:
        self._losses = losses
        with resources.database.read() as connection:
            self._sessions = {each.id: each for each in sessions.every(connection)}
            self._deleted = {each.id for each in sessions.deleted(connection)}
            points = backups.every(connection)
        self._points = {each.trash_path: each for each in points if each.trash_path is not None}

    def of(self, repository: Repository) -> Iterator[TrashEntry]:
        """The entries of one repository, the newest first."""
        for each in trash.listed(repository.common_dir):
            session = self._sessions.get(each.session_id or "")
            point = self._points.get(str(each.place))
            if each.kind != "worktree":
                yield self._other(repository, each, session)
            elif session is not None and point is not None:
                yield self._worktree(repository, each, session, point)
            else:
                yield self._orphan(repository, each)

    def _worktree(
        self, repository: Repository, trashed: trash.Trashed, session: Session, point: RestorePoint
    ) -> TrashEntry:
        gone = refs.resolve(repository.git, refs.HEADS + session.branch) is None
        return TrashEntry(
            id=trashed.place.name,
            repo_root=str(repository.root),
            path=str(trashed.place),
            kind="worktree",
            session_id=session.id,
            session_name=session.name,
            deleted=session.id in self._deleted,
            trashed_at=trashed.time,
            size=files.tree_size(trashed.place),
            point=point.id,
            pinned=point.pinned,
            branch=session.branch,
            unmerged_commits=self._losses.unmerged(session, point.head) if gone else 0,
            uncommitted_files=point.dirty_files,
            not_kept=point.not_kept,
            restorable=True,
        )

    def _other(self, repository: Repository, trashed: trash.Trashed, session: Session | None) -> TrashEntry:
        """Files that were in the way of something; whoever wants them takes them by hand."""
        return TrashEntry(
            id=trashed.place.name,
            repo_root=str(repository.root),
            path=str(trashed.place),
            kind="aside" if trashed.kind == "aside" else "other",
            session_id=session.id if session else None,
            session_name=session.name if session else None,
            deleted=session is not None and session.id in self._deleted,
            trashed_at=trashed.time,
            size=files.tree_size(trashed.place),
            point=None,
            branch=None,
            unmerged_commits=0,
            uncommitted_files=None,
            restorable=False,
        )

    def _orphan(self, repository: Repository, trashed: trash.Trashed) -> TrashEntry:
        """A worktree whose session is not known here. Its branch was left where it is."""
        head = _head(trashed.place)
        branch = head.removeprefix(refs.HEADS) if head.startswith(refs.HEADS) else None
        kept = refs.resolve(repository.git, head, kind="commit") is not None if head else False
        return TrashEntry(
            id=trashed.place.name,
            repo_root=str(repository.root),
            path=str(trashed.place),
            kind="orphan",
            session_id=None,
            session_name=None,
            deleted=False,
            trashed_at=trashed.time,
            size=files.tree_size(trashed.place),
            point=None,
            branch=branch,
            unmerged_commits=0 if branch and kept else _in_no_branch(repository.git, head) if kept else None,
            uncommitted_files=None,
            restorable=kept and trash.original_place(trashed.place) is not None,
        )


def _head(place: Path) -> str:
    """What the trashed worktree stood on: a full branch name, or a commit; nothing where nobody knows."""
    try:
        return (place / "entry" / "HEAD").read_text("utf-8", "replace").removeprefix("ref:").strip()
    except OSError:
        return ""


def _in_no_branch(git: Git, commit: str) -> int | None:
    done = git.attempt("rev-list", "--count", commit, "--not", "--branches", "--remotes", "--tags")
    return int(done.stdout) if done.exit_code == 0 else None
