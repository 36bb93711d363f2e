"""Output as one JSON object a line, in the form that Amp and Claude Code share."""

from pathlib import Path
from typing import Any

from ampsm_app.demo_agent.output import write_json
from ampsm_app.demo_agent.report import Message, Result, Usage

_TOOLS = ("Bash", "create_file", "edit_file", "oracle", "Read", "Task")


class JsonStream:
    """Writes the stream of one process; thinking only where it was asked for."""

    def __init__(self, *, thinking: bool) -> None:
        self._thinking = thinking
        self._thread_id = ""

    def begin(self, thread_id: str, folder: Path) -> None:
        """The `init` line."""
        self._thread_id = thread_id
        init = {"type": "system", "subtype": "init", "cwd": str(folder), "tools": list(_TOOLS)}
        self._write({**init, "mcp_servers": []})

    def prompt(self, text: str, parent: str | None = None) -> None:
        """A `user` line with what was said."""
        self._user([{"type": "text", "text": text}], parent)

    def text(self, text: str, message: Message, *, last: bool = False) -> None:
        """An `assistant` line with a text."""
        self._assistant({"type": "text", "text": text}, message, "end_turn" if last else None)

    def thinking(self, text: str, message: Message) -> None:
        """An `assistant` line with a thinking block, if those are wanted."""
        if self._thinking:
            self._assistant({"type": "thinking", "thinking": text, "signature": "ZGVtbw=="}, message, None)

    def tool(self, call_id: str, name: str, arguments: dict[str, Any], message: Message) -> None:
        """An `assistant` line with a call."""
        block = {"type": "tool_use", "id": call_id, "name": name, "input": arguments}
        self._assistant(block, message, "tool_use")

    def tool_result(self, call_id: str, name: str, content: str, *, failed: bool, parent: str | None) -> None:
        """A `user` line with what a tool answered."""
        block = {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": failed}
        self._user([block], parent)

    def result(self, result: Result) -> None:
        """The `result` line."""
        failed = result.error is not None
        line: dict[str, Any] = {
            "type": "result",
            "subtype": "error_during_execution" if failed else "success",
            "duration_ms": result.duration_ms,
            "is_error": failed,
            "num_turns": result.messages,
            "error" if failed else "result": result.error if failed else result.text,
            "usage": _usage(result.usage),
        }
        if result.denials:
            line["permission_denials"] = list(result.denials)
        if result.cost_usd is not None:
            line["total_cost_usd"] = result.cost_usd
        self._write(line)

    def _user(self, content: list[dict[str, Any]], parent: str | None) -> None:
        message = {"role": "user", "content": content}
        self._write({"type": "user", "message": message, "parent_tool_use_id": parent})

    def _assistant(self, block: dict[str, Any], message: Message, stop_reason: str | None) -> None:
        inner = {
            "id": message.id,
            "type": "message",
            "role": "assistant",
            "content": [block],
            "stop_reason": stop_reason,
            "usage": _usage(message.usage),
        }
        self._write({"type": "assistant", "message": inner, "parent_tool_use_id": message.parent})

    def _write(self, line: dict[str, Any]) -> None:
        write_json({**line, "session_id": self._thread_id})


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
        "service_tier": "standard",
    }
