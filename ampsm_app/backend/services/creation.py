"""Makes the worktree and branch of a new session, and takes them back where that did not end well."""

from pathlib import Path

from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import excludes, refs, worktrees
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git


def make_worktree(repository: Repository, session: Session) -> None:
    """Branch, worktree and context folder of a session whose intent is recorded."""
    worktree = Path(session.worktree_path)
    worktrees.add(repository.git, worktree, session.branch, session.base_commit)
    excludes.hide(repository.root, repository.common_dir, worktree, session.context_dir)


def take_back(git: Git, session: Session) -> None:
    """Undo `make_worktree`, however far it came. Only for a session that nobody has worked in."""
    worktrees.remove(git, Path(session.worktree_path))
    ref = refs.HEADS + session.branch
    if refs.resolve(git, ref) == session.base_commit:
        refs.update_refs(
            git, [refs.RefUpdate(ref, None, session.base_commit)], message="creation undone", hooks=False
        )
