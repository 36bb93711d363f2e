"""Output as older Amps wrote it: log lines in plain words, the texts between them."""

import json
from pathlib import Path
from typing import Any

from ampsm_app.demo_agent.output import complain, write_text
from ampsm_app.demo_agent.report import Message, Result


class TextLog:
    """Writes the log of one process. Nothing is measured: the same prompt gives the same log."""

    def begin(self, thread_id: str, folder: Path) -> None:
        """Name the model, as those logs did."""
        write_text("Model: demo\n")

    def prompt(self, text: str, parent: str | None = None) -> None:
        """The log does not repeat what was asked."""

    def text(self, text: str, message: Message, *, last: bool = False) -> None:
        """The text itself."""
        write_text(text + "\n")

    def thinking(self, text: str, message: Message) -> None:
        """The log does not show thinking."""

    def tool(self, call_id: str, name: str, arguments: dict[str, Any], message: Message) -> None:
        """One line for the call."""
        write_text(f"Using {name} tool with args: {json.dumps(arguments, ensure_ascii=False)}\n")

    def tool_result(self, call_id: str, name: str, content: str, *, failed: bool, parent: str | None) -> None:
        """One line for the answer."""
        if failed:
            write_text(
                f"{name} tool failed in 10ms: {content.strip().splitlines()[0] if content.strip() else ''}\n"
            )
        else:
            write_text(f"{name} tool completed successfully in 10ms\n")

    def result(self, result: Result) -> None:
        """The tokens, and the error on standard error."""
        usage = result.usage
        write_text(
            f"Token usage - prompt: {usage.input}, completion: {usage.output}, "
            f"total: {usage.input + usage.output}\n"
        )
        if result.error is not None:
            complain(f"Error: {result.error}")
