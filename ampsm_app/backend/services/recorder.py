"""Writes down what an agent says during a turn: events in order, and the raw output."""

import threading
from datetime import datetime
from typing import Any

from ampsm_app.backend.domain.events import (
    AgentOutput,
    AssistantMessage,
    AssistantThinking,
    EventData,
    ToolCalled,
    ToolStarted,
    UserMessage,
)
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.store import eventlog, outputs
from ampsm_app.backend.store.database import Database
from ampsm_app.backend.store.eventlog import NewEvent

_LONGEST_TEXT = 64 * 1024
_RAW_CHUNK = 64 * 1024
_MOST_RAW = 4 * 1024 * 1024
_MOST_EVENTS = 2_000
_RAW_DELAY_S = 0.5

_Stamped = tuple[datetime, EventData]


class Recorder:
    """A writer thread between the agent's stream and the store.

    What waits is written in one transaction, so the first event after a pause goes out at once and a burst
    is batched by itself; a full buffer slows the agent down. Texts must be redacted before.
    """

    def __init__(self, database: Database, session_id: str, iteration_id: str, *, keep_content: bool) -> None:
        self._database = database
        self._session_id = session_id
        self._iteration_id = iteration_id
        self._keep_content = keep_content
        # Guards the four below it; notified when something was added, taken, or closed.
        self._changed = threading.Condition()
        self._events: list[_Stamped] = []
        self._raw = bytearray()
        self._closing = False
        self._failure: BaseException | None = None
        self._open_calls: dict[str, tuple[datetime, ToolStarted]] = {}
        self._thread = threading.Thread(target=self._write_all, name=f"recorder-{session_id}", daemon=True)
        self._thread.start()

    def raw(self, line: bytes) -> None:
        """Keep a line of the agent's own output, as it came."""
        if not self._keep_content:
            return
        with self._changed:
            self._changed.wait_for(lambda: len(self._raw) < _MOST_RAW or self._failure is not None)
            self._raw += line
            self._raw += b"\n"
            self._changed.notify_all()

    def add(self, data: EventData) -> None:
        """Log an event, stamped now; long texts are cut, and say by how much."""
        now = utc_now()
        timed = self._timed(data, now)
        kept = _shortened(timed) if self._keep_content else _without_content(timed)
        if kept is None:
            return
        with self._changed:
            self._changed.wait_for(lambda: len(self._events) < _MOST_EVENTS or self._failure is not None)
            self._events.append((now, kept))
            self._changed.notify_all()

    def close(self) -> None:
        """Log calls that never answered, write all that waits, and raise what the writer could not do."""
        for call_id in list(self._open_calls):
            _, started = self._open_calls[call_id]
            self.add(
                ToolCalled(
                    tool_use_id=call_id,
                    tool_name=started.tool_name,
                    args=started.args,
                    success=None,
                    parent_tool_use_id=started.parent_tool_use_id,
                )
            )
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _timed(self, data: EventData, now: datetime) -> EventData:
        match data:
            case ToolStarted():
                self._open_calls[data.tool_use_id] = (now, data)
                return data
            case ToolCalled() if data.tool_use_id in self._open_calls:
                begun, _ = self._open_calls.pop(data.tool_use_id)
                measured = data.duration_ms
                if measured is None:
                    measured = round((now - begun).total_seconds() * 1000)
                return data.model_copy(update={"start_time": begun, "end_time": now, "duration_ms": measured})
            case _:
                return data

    def _write_all(self) -> None:
        while True:
            events, raw, last = self._take()
            try:
                self._write(events, raw)
            except BaseException as error:  # raised to the turn by close()
                with self._changed:
                    self._failure = error
                    self._changed.notify_all()
                return
            if last:
                return

    def _take(self) -> tuple[list[_Stamped], bytes, bool]:
        """All events that wait, and the raw output once there is a chunk of it or nothing else to do."""
        with self._changed:
            something = self._changed.wait_for(
                lambda: self._closing or self._events or len(self._raw) >= _RAW_CHUNK,
                timeout=_RAW_DELAY_S,
            )
            events, self._events = self._events, []
            raw = b""
            if self._closing or not something or len(self._raw) >= _RAW_CHUNK:
                raw = bytes(self._raw)
                self._raw.clear()
            self._changed.notify_all()
            return events, raw, self._closing

    def _write(self, events: list[_Stamped], raw: bytes) -> None:
        if not events and not raw:
            return
        with self._database.write() as connection:
            ids = (self._session_id, self._iteration_id)
            eventlog.append_many(connection, [NewEvent(data, *ids, moment) for moment, data in events])
            if raw:
                outputs.append(connection, self._iteration_id, raw)


def _shortened(data: EventData) -> EventData:
    match data:
        case AssistantMessage() | AssistantThinking() | AgentOutput():
            return data.model_copy(update={"text": shorten(data.text)})
        case UserMessage():
            return data.model_copy(update={"message": shorten(data.message)})
        case ToolStarted():
            return data.model_copy(update={"args": _shorten_values(data.args)})
        case ToolCalled():
            return data.model_copy(
                update={"args": _shorten_values(data.args), "result": shorten(data.result)}
            )
        case _:
            return data


def _without_content(data: EventData) -> EventData | None:
    match data:
        case AssistantMessage() | AssistantThinking() | AgentOutput() | UserMessage():
            return None
        case ToolStarted():
            return data.model_copy(update={"args": {}})
        case ToolCalled():
            return data.model_copy(update={"args": {}, "result": ""})
        case _:
            return data


def shorten(text: str, limit: int = _LONGEST_TEXT) -> str:
    """The text, or its beginning with a note of how much is missing."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n[… {len(text) - limit:,} more characters in the raw output]"


def _shorten_values(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case str():
            return shorten(value)
        case dict():
            return {key: _shorten_values(each) for key, each in value.items()}
        case list():
            return [_shorten_values(each) for each in value]
        case _:
            return value
