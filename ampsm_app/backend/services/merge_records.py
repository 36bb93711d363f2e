"""What a landed merge leaves in the database, whether it writes it down itself or is followed up."""

from sqlalchemy import Connection

from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.store import eventlog, merges, sessions


def record_landed(connection: Connection, merge: Merge, session: Session, base: str) -> Merge:
    """Write down that a merge has landed on `base`: the merge, the session's status, and the event."""
    done = {"status": MergeStatus.MERGED, "base_sha": base, "code": None, "reason": None}
    landed = merge.model_copy(update={**done, "ended_at": utc_now()})
    merges.save(connection, landed)
    sessions.change(connection, session.id, status=SessionStatus.DONE, merged_at=landed.ended_at)
    event = GitOperated(
        operation="merge",
        sha_before=base,
        sha_after=merge.commit_sha,
        conflicted=bool(merge.conflicts),
        message=merge.base_branch,
    )
    eventlog.append(connection, event, session_id=session.id)
    return landed
