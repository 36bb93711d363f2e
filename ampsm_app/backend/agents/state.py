"""What is remembered of a turn between two lines of its output."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ampsm_app.backend.agents.base import ExtraArgs
from ampsm_app.backend.domain.events import ToolStarted

Reader = Literal["stream", "text"]


class RawUsage(NamedTuple):
    """Token counts as the agent wrote them; whether `input` includes the cached ones is still open."""

    input: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0

    @property
    def proves_exclusive(self) -> bool:
        """Whether the cached tokens cannot be part of the input."""
        return self.cache_write + self.cache_read > self.input


class MessageUsage(NamedTuple):
    """The usage that one line carried. Without an id, each line is a message of its own."""

    message_id: str | None
    model: str | None
    sub_agent: bool
    counts: RawUsage


@dataclass(frozen=True, slots=True)
class UsageLog:
    """The usages seen so far: a value, though it shares its list with the states before and after it.

    Copying a dict of messages for each line would make a long turn quadratic.
    """

    entries: list[MessageUsage] = field(default_factory=list)
    count: int = 0

    def add(self, entry: MessageUsage) -> "UsageLog":
        """The log with one more entry; a repetition of the last one adds nothing."""
        if self.count and entry.message_id is not None and self.entries[self.count - 1] == entry:
            return self
        entries = self.entries if len(self.entries) == self.count else self.entries[: self.count]
        entries.append(entry)
        return UsageLog(entries, self.count + 1)

    def seen(self) -> list[MessageUsage]:
        """The entries of this value."""
        return self.entries[: self.count]


class ReportedModel(NamedTuple):
    """One entry of a result's `modelUsage`."""

    model: str
    counts: RawUsage
    cost_usd: float | None


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What the line that ends a turn said."""

    is_error: bool
    subtype: str | None
    text: str
    usage: RawUsage | None
    models: tuple[ReportedModel, ...]
    cost_usd: float | None
    denials: int


@dataclass(frozen=True, slots=True)
class State:
    """The fold's value. `turn_over` says that the result line came, `login_trap` that a login was begun."""

    reader: Reader
    asked_model: str = "default"
    prompt: str = ""
    extra_args: tuple[ExtraArgs, ...] = ()
    binary: str = ""
    thread_id: str | None = None
    model: str | None = None
    exclusive: bool = False
    echoed: bool = False
    spoke: bool = False
    last_text: str = ""
    plain: str = ""
    open_text: str = ""
    open_tools: Mapping[str, ToolStarted] = field(default_factory=dict)
    numbered: int = 0
    usage: UsageLog = field(default_factory=UsageLog)
    result: ResultLine | None = None
    login_trap: bool = False

    @property
    def turn_over(self) -> bool:
        """Whether the agent said that the turn is over."""
        return self.result is not None
