"""A session's timeline on a terminal."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.timeline import TimelineEntry, TimelineQuery
from ampsm_app.cli import output

_COLOURS = {"ok": "green", "warn": "yellow", "bad": "red", "busy": "blue", "quiet": "dim"}
_TOLD_BY_DETAIL = ("git", "merge", "error")
# The part of a point's id before its operation, which names it.
_POINT = 18
_SHA = 10


def print_timeline(core: Core, session: str, *, as_json: bool) -> None:
    """What happened to a session, the newest last, with the ids that `diff` and `restore` take."""
    found = core.sessions.get(session)
    entries = core.timeline.entries(TimelineQuery(id=found.id))
    if as_json:
        output.print_json([entry.model_dump(mode="json") for entry in entries])
        return
    for line in _lines(entries):
        output.say(line)
    output.say(f"a step:   amp-sessions diff {found.id} --iteration N | --commit SHA")
    if any(entry.point for entry in entries):
        output.say(f"go back:  amp-sessions restore {found.id} POINT")


def _lines(entries: Sequence[TimelineEntry]) -> Iterator[str]:
    """The table's lines, with a line for each day."""
    rows = [_row(entry) for entry in entries]
    heading, *lines = output.table(("time", "id", "what", "result", "lines"), rows).split("\n")
    yield heading
    day = ""
    for entry, line in zip(entries, lines, strict=True):
        local = _local(entry.time)
        if (this := local.strftime("%Y-%m-%d")) != day:
            day = this
            yield output.paint(day, "bold")
        yield _coloured(line, entry)


def _row(entry: TimelineEntry) -> tuple[str, ...]:
    changed = bool(entry.lines_added or entry.lines_deleted)
    lines = f"+{entry.lines_added or 0} −{entry.lines_deleted or 0}" if changed else ""
    return _local(entry.time).strftime("%H:%M"), _id(entry), _what(entry), entry.word, lines


def _what(entry: TimelineEntry) -> str:
    if entry.point is not None:
        return f"({entry.detail})"
    told = entry.detail and entry.kind in _TOLD_BY_DETAIL
    return f"{entry.title}: {entry.detail}" if told else entry.title


def _id(entry: TimelineEntry) -> str:
    """What the commands take; nothing where there is nothing to show or to go back to."""
    if entry.point is not None:
        return entry.point[:_POINT]
    if entry.iteration is not None and entry.kind == "iteration":
        return f"iteration {entry.iteration}"
    # The commit that a session began with is not its own.
    return (entry.state or "")[:_SHA] if entry.kind != "created" else ""


def _local(moment: datetime) -> datetime:
    return moment.astimezone()


def _coloured(line: str, entry: TimelineEntry) -> str:
    colour = _COLOURS.get(entry.tone)
    if not entry.word or colour is None:
        return line
    before, found, after = line.rpartition(f"  {entry.word}")
    return f"{before}  {output.paint(entry.word, colour)}{after}" if found else line
