"""Prints a session's events as they happen, for a person."""

import json
import re

from ampsm_app.backend.domain.events import (
    AgentOutput,
    AssistantMessage,
    AssistantThinking,
    CheckRan,
    ErrorHappened,
    Event,
    FileEdited,
    GitOperated,
    IterationStarted,
    ToolCalled,
    UserMessage,
)
from ampsm_app.cli import output

_LONGEST = 160
# Everything of a session happens in its worktree; what stands before it says nothing.
_IN_WORKTREE = re.compile(r"\S*/\.worktrees/[a-z0-9]{8,10}/")


class LivePrinter:
    """Progress on standard error; with `detailed`, all that is said and done on standard output."""

    def __init__(self, *, detailed: bool) -> None:
        self._detailed = detailed

    def __call__(self, event: Event) -> None:
        """Print what a person wants to see of the event."""
        line = describe(event, detailed=self._detailed)
        if line is not None:
            (output.say if self._detailed else output.tell)(line)


def describe(event: Event, *, detailed: bool) -> str | None:  # noqa: PLR0911 - one line for each kind
    """One event in words; None for what is not worth a line."""
    match event.data:
        case IterationStarted() as data:
            return f"turn {data.iteration_number} · {data.mode} · {data.model}"
        case UserMessage() as data if detailed:
            return output.paint(f"> {data.message}", "bold")
        case AssistantMessage() as data:
            return data.text if detailed else None
        case AssistantThinking() as data if detailed:
            return output.paint(data.text, "dim")
        case ToolCalled() as data:
            mark = {True: "✓", False: "✗", None: "?"}[data.success]
            return f"  {mark} {data.tool_name}  {_args(data.args)}"
        case FileEdited() as data if detailed:
            return f"  {data.operation} {data.path} +{data.lines_added} −{data.lines_deleted}"
        case GitOperated() as data:
            return f"  {data.operation} {(data.sha_after or '')[:12]}"
        case CheckRan() as data:
            word = {True: "passed", False: f"failed (exit {data.check.exit_code})", None: "could not be run"}
            return f"  check {word[data.check.passed]}: {data.command}"
        case AgentOutput() as data if detailed:
            return output.paint(data.text, "dim")
        case ErrorHappened() as data:
            return f"{data.code}: {data.message}"
        case _:
            return None


def _args(args: dict[str, object]) -> str:
    for key in ("path", "file_path", "command", "cmd", "pattern", "query"):
        if isinstance(args.get(key), str):
            return _cut(str(args[key]))
    return _cut(json.dumps(args, ensure_ascii=False)) if args else ""


def _cut(text: str) -> str:
    line = _IN_WORKTREE.sub("", " ".join(text.split()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
