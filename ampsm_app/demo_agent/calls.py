"""A call of a tool: what the demo agent is about to do, as a value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class ToolError(Exception):
    """A tool that could not do it; the text is its answer."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what is said before it, the tool with its arguments, and what it does (giving its answer)."""

    intent: str
    name: str
    arguments: dict[str, Any]
    perform: Callable[[], str]


def bash(intent: str, command: str, perform: Callable[[], str]) -> Call:
    """A call of the shell tool."""
    return Call(intent, "Bash", {"cmd": command}, perform)
