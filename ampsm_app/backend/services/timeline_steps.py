"""Steps of a timeline from what the log, the database and the branch say; each says a thing once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ampsm_app.backend.domain.events import (
    CheckRan,
    ErrorHappened,
    Event,
    EventData,
    GitOperated,
    MergeChanged,
    SessionChanged,
    StopRequested,
)
from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Iteration, SessionStatus
from ampsm_app.backend.domain.timeline import TimelineEntry
from ampsm_app.backend.services import timeline_words as words

# The types that a timeline is made of: a few in a hundred of all that is logged.
TYPES = (
    *("session_changed", "session_deleted", "iteration_end", "test_result", "git_operation"),
    *("merge_changed", "stop_requested", "error"),
)
# Staging alone changes no state that could be gone back to.
_UNTOLD = ("stage", "unstage")
# Events of one transaction follow each other.
_NEIGHBOURS = 3


@dataclass
class Steps:
    """What the events of a session add to its turns, commits and restore points.

    `worked` is when each turn left its commit, or was checked: it stands there, before its check. `made` are
    the commits of a hand whose event is known.
    """

    entries: list[TimelineEntry] = field(default_factory=list)
    worked: dict[str, Event] = field(default_factory=dict)
    made: dict[str, TimelineEntry] = field(default_factory=dict)


def steps_of(events: Sequence[Event], numbers: dict[str, int]) -> Steps:
    """The steps that events tell, in their order; `numbers` are those of the turns, by their ids."""
    steps = Steps()
    merges: dict[str, Merge] = {}
    last = {each.data.merge.id: each.seq for each in events if isinstance(each.data, MergeChanged)}
    for at, event in enumerate(events):
        number = numbers.get(event.iteration_id or "")
        if event.iteration_id and isinstance(event.data, GitOperated | CheckRan):
            steps.worked.setdefault(event.iteration_id, event)
        match event.data:
            case MergeChanged(merge=merge):
                step = _merge_step(event, merge, merges.get(merge.id), open_=last[merge.id] == event.seq)
                merges[merge.id] = merge
            case GitOperated(operation="commit" | "amend") if number is None:
                step = _commit_step(event, event.data)
                steps.made[event.data.sha_after or ""] = step
            case SessionChanged():
                step = _created(event, event.data) if at == 0 else _status_step(events, at, event.data)
            case data:
                step = _step(event, data, number)
        if step is not None:
            steps.entries.append(step)
    return steps


def turn_step(turn: Iteration, worked: datetime | None) -> TimelineEntry:
    """A turn, where it left its commit (`worked`), else where it ended."""
    word, tone = words.turn_end(turn)
    return TimelineEntry(
        id=f"iteration:{turn.number}",
        kind="iteration",
        time=worked or turn.ended_at or turn.started_at,
        title=words.turn_title(turn),
        detail=words.turn_detail(turn),
        word=word,
        tone=tone,
        actor="agent",
        iteration=turn.number,
        before=turn.start_sha,
        after=turn.commit_sha,
        files=turn.changed_files,
        lines_added=turn.lines_added,
        lines_deleted=turn.lines_deleted,
        against=f"commits:{turn.start_sha}..{turn.commit_sha}" if turn.commit_sha else None,
        state=turn.commit_sha,
    )


def point_step(point: RestorePoint) -> TimelineEntry:
    """A restore point, with what was not committed when it was taken."""
    return TimelineEntry(
        id=f"point:{point.id}",
        kind="point",
        time=point.created_at,
        title="Restore point",
        detail=point.purpose,
        after=point.head or None,
        files=point.dirty_files,
        against=f"point:{point.id}" if point.dirty_files else None,
        state=point.id,
        restorable=True,
        point=point.id,
    )


def _step(event: Event, data: EventData, number: int | None) -> TimelineEntry | None:
    match data:
        case CheckRan():
            title, word, tone = words.check_words(data)
            actor = "user" if data.reason == "manual" else "us"
            said = {"title": title, "word": word, "tone": tone, "actor": actor}
            said["detail"] = words.check_detail(data)
            return _entry(event, "check", iteration=number, **said)
        case GitOperated(operation=operation) if number is None and operation not in (*_UNTOLD, "merge"):
            return _operation_step(event, data)
        case StopRequested():
            return _entry(event, "stop", title="Stop requested", actor="user", tone="quiet")
        case ErrorHappened():
            said = {"title": words.one_line(data.message), "detail": words.one_line(data.hint or "")}
            return _entry(event, "error", word=data.code, tone="bad", **said)
        case _:
            return None


def _operation_step(event: Event, data: GitOperated) -> TimelineEntry:
    moved = data.sha_before is not None and data.sha_after not in (None, data.sha_before)
    return _entry(
        event,
        "git",
        title=words.operation_title(data),
        detail=words.operation_detail(data),
        operation=data.operation,
        actor="us" if data.operation == "follow-base" or data.operation.startswith("worktree-") else "user",
        before=data.sha_before,
        after=data.sha_after,
        files=data.files_changed or None,
        lines_added=data.insertions if data.files_changed else None,
        lines_deleted=data.deletions if data.files_changed else None,
        against=f"commits:{data.sha_before}..{data.sha_after}" if moved else None,
        state=data.sha_after if moved else None,
    )


def _commit_step(event: Event, data: GitOperated) -> TimelineEntry:
    entry = _operation_step(event, data)
    amended = data.operation == "amend"
    title = f"Amended: {data.message or ''}" if amended else words.one_line(data.message or "Commit")
    said = {"kind": "commit", "id": f"commit:{data.sha_after}", "title": title, "detail": "", "actor": "user"}
    return entry.model_copy(update=said)


def _merge_step(event: Event, merge: Merge, before: Merge | None, *, open_: bool) -> TimelineEntry | None:
    told = words.merge_words(merge, before)
    if told is None or (told[2] == "begun" and not open_):
        return None
    title, detail, word, tone = told
    landed = merge.status is MergeStatus.MERGED and merge.commit_sha is not None
    return _entry(
        event,
        "merge",
        title=title,
        detail=detail,
        word=word,
        tone=tone,
        actor="user",
        before=merge.base_sha if landed else None,
        after=merge.commit_sha if landed else None,
        against=f"commits:{merge.base_sha}..{merge.commit_sha}" if landed else None,
        state=merge.commit_sha if landed else None,
    )


def _created(event: Event, data: SessionChanged) -> TimelineEntry:
    session = data.session
    return _entry(
        event,
        "created",
        title="Session created",
        detail=f"from {session.base_branch}",
        actor="user",
        after=session.base_commit,
        state=session.base_commit,
    )


def _status_step(events: Sequence[Event], at: int, data: SessionChanged) -> TimelineEntry | None:
    """A change of status that no other step tells."""
    status = data.session.status
    if data.previous_status in (None, status) or status is SessionStatus.RUNNING or _told(events, at):
        return None
    title = f"Status: {data.previous_status} → {status}"
    return _entry(events[at], "status", title=title, word=status.value)


def _told(events: Sequence[Event], at: int) -> bool:
    """Whether something else happened in the same transaction."""
    near = events[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS + 1]
    return any(
        abs(each.seq - events[at].seq) <= _NEIGHBOURS and not isinstance(each.data, SessionChanged)
        for each in near
    )


def _entry(event: Event, kind: str, **fields: object) -> TimelineEntry:
    known = {"id": f"event:{event.seq}", "kind": kind, "time": event.timestamp, "seq": event.seq}
    return TimelineEntry.model_validate({**known, **fields})


def in_order(*kinds: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """All steps by time; those of one moment stay in the order in which they are given."""
    return sorted((entry for entries in kinds for entry in entries), key=lambda each: each.time)
