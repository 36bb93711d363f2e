"""What a restore point holds, and what going back to it would change now."""

from pathlib import Path

from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.time_machine import PointContent, RestoreEffect
from ampsm_app.backend.git import backup_format, diffs, layout, point_content, refs
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.services.resources import Resources


def content_of(resources: Resources, session: Session, point: RestorePoint) -> PointContent:
    """The point with its files, and its effect where the session has a worktree. Nothing is changed.

    Raises `NotFound` with code `no_backup` where its ref is gone.
    """
    git = resources.main_git(session)
    backup = backup_format.load(git, point.ref)
    return PointContent(
        point=point,
        files=point_content.files_of(git, backup),
        unfinished=layout.unfinished_among(backup.state),
        effect=_effect(resources, session, backup),
    )


def _effect(resources: Resources, session: Session, backup: backup_format.Backup) -> RestoreEffect | None:
    head_after = backup.meta.head
    if head_after is None or not (Path(session.worktree_path) / ".git").exists():
        return None
    git = resources.worktree_git(session)
    head = refs.resolve(git, "HEAD", kind="commit")
    with scratch(git) as apart:
        now = diffs.worktree_tree(apart, context_dir=session.context_dir)
        then = point_content.tree_of_point(apart, backup)
        files = diffs.changed_files(apart, now, then)
    leaving, returning = refs.ahead_behind(git, head, head_after) if head else (0, 0)
    branch = backup.meta.branch
    return RestoreEffect(
        branch=branch.removeprefix(refs.HEADS) if branch else None,
        head_before=head,
        head_after=head_after,
        commits_leaving=leaving,
        commits_returning=returning,
        files=files,
    )
