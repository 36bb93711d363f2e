"""What a turn reports, in either of the two forms in which Amp's output comes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as Amp counts them: `input` includes what was written to and read from the cache."""

    input: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.cache_write + other.cache_write,
            self.cache_read + other.cache_read,
            self.output + other.output,
        )


@dataclass(frozen=True, slots=True)
class Message:
    """An assistant message that parts belong to; `parent` is the call whose sub-agent speaks."""

    id: str
    usage: Usage
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a turn ended; `error` is None where it went well."""

    text: str
    error: str | None
    usage: Usage
    messages: int
    duration_ms: int
    denials: tuple[str, ...] = ()
    cost_usd: float | None = None


class Reporter(Protocol):
    """A form of output."""

    def begin(self, thread_id: str, folder: Path) -> None:
        """The thread is open."""
        ...

    def prompt(self, text: str, parent: str | None = None) -> None:
        """The agent, or a sub-agent, was told something."""
        ...

    def text(self, text: str, message: Message, *, last: bool = False) -> None:
        """The agent says something; `last` ends the message."""
        ...

    def thinking(self, text: str, message: Message) -> None:
        """The agent thinks."""
        ...

    def tool(self, call_id: str, name: str, arguments: dict[str, Any], message: Message) -> None:
        """The agent calls a tool."""
        ...

    def tool_result(self, call_id: str, name: str, content: str, *, failed: bool, parent: str | None) -> None:
        """The tool answered."""
        ...

    def result(self, result: Result) -> None:
        """The turn is over."""
        ...
