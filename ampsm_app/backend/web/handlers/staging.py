"""Staging, committing, going back: each answers with what the worktree is then."""

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.staging import CherryPick, CommitRequest, Rollback, StageChange
from ampsm_app.backend.web.dispatch import Handler
from ampsm_app.backend.web.handlers.reviewing import status_of
from ampsm_app.backend.web.messages import GitStatus
from ampsm_app.backend.web.staging_messages import Committed, Discarded, Picked, RolledBack


def staging_handlers(core: Core) -> dict[str, Handler]:
    """Requests that change a worktree's index, files or branch by hand."""

    def stage(query: StageChange) -> GitStatus:
        core.staging.stage(query)
        return status_of(core, query.id)

    def unstage(query: StageChange) -> GitStatus:
        core.staging.unstage(query)
        return status_of(core, query.id)

    def discard(query: StageChange) -> Discarded:
        done = core.discarding.discard(query)
        return Discarded(
            status=status_of(core, query.id),
            point=done.point,
            set_aside=done.set_aside,
            aside=done.aside,
            left=done.left,
        )

    def commit(query: CommitRequest) -> Committed:
        made = core.committing.commit(query)
        return Committed(commit_sha=made.commit_sha, subject=made.subject, status=status_of(core, query.id))

    def roll_back(query: Rollback) -> RolledBack:
        point = core.rolling_back.roll_back(query)
        return RolledBack(status=status_of(core, query.id), point=point)

    def pick(query: CherryPick) -> Picked:
        done = core.picking.pick(query)
        return Picked(
            commits=done.commits, status=status_of(core, query.id), point=done.point, dropped=done.dropped
        )

    return {
        "git:stage": stage,
        "git:unstage": unstage,
        "git:discard": discard,
        "git:commit": commit,
        "git:rollback": roll_back,
        "git:cherry-pick": pick,
    }
