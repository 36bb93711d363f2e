"""Makes the worktree and branch of a new session, and takes them back where that did not end well."""

from pathlib import Path

from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import checkouts, excludes, refs, worktrees
from ampsm_app.backend.git.repository import Repository, git_in
from ampsm_app.backend.git.runner import Git


def claim_branch(repository: Repository, session: Session) -> None:
    """The first step, of a session whose intent is recorded: branch and empty worktree."""
    worktrees.create(repository.git, Path(session.worktree_path), session.branch, session.base_commit)


def fill_worktree(repository: Repository, session: Session) -> None:
    """The second step: the files, and the context folder."""
    worktree = Path(session.worktree_path)
    worktrees.populate(git_in(repository, worktree))
    excludes.hide(repository.root, repository.common_dir, worktree, session.context_dir)


def take_back(git: Git, session: Session) -> None:
    """Undo both steps, however far they came. Only for a session that nobody has worked in."""
    worktrees.remove(git, Path(session.worktree_path))
    ref = refs.HEADS + session.branch
    # A branch that somebody has checked out is not the one that was made here.
    if refs.resolve(git, ref) == session.base_commit and not checkouts.holding(git, ref):
        update = refs.RefUpdate(ref, None, session.base_commit)
        refs.update_refs(git, [update], message="creation undone", hooks=False)
