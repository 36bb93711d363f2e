"""Lines of a stream, made to measure."""

import json
from typing import Any

THREAD = "T-01a1f883-cfda-74ec-93fc-14ee1da75fcd"


def line(kind: str, **fields: Any) -> str:
    return json.dumps({"type": kind, "session_id": THREAD, **fields})


def init(**fields: Any) -> str:
    return line("system", subtype="init", cwd="/repo", tools=["Bash"], mcp_servers=[], **fields)


def assistant(
    *blocks: dict[str, Any],
    message_id: str | None = "m1",
    usage: dict[str, int] | None = None,
    parent: str | None = None,
    model: str | None = None,
) -> str:
    message: dict[str, Any] = {"type": "message", "role": "assistant", "content": list(blocks)}
    optional = {"id": message_id, "usage": usage, "model": model}
    message |= {name: value for name, value in optional.items() if value is not None}
    return line("assistant", message=message, parent_tool_use_id=parent)


def says(text: str, **fields: Any) -> str:
    return assistant({"type": "text", "text": text}, **fields)


def calls(call_id: str, name: str = "Bash", **arguments: Any) -> str:
    return assistant({"type": "tool_use", "id": call_id, "name": name, "input": arguments})


def answers(call_id: str, content: Any, *, is_error: bool | None = None) -> str:
    block = {"type": "tool_result", "tool_use_id": call_id, "content": content}
    if is_error is not None:
        block["is_error"] = is_error
    return line("user", message={"role": "user", "content": [block]}, parent_tool_use_id=None)


def result(text: str = "done", **fields: Any) -> str:
    return line(
        "result", **{"subtype": "success", "is_error": False, "result": text, "num_turns": 1, **fields}
    )


def failure(error: str, **fields: Any) -> str:
    return line("result", **{"subtype": "error_during_execution", "is_error": True, "error": error, **fields})


def usage(total: int, written: int = 0, cached: int = 0, output: int = 0) -> dict[str, int]:
    return {
        "input_tokens": total,
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": cached,
        "output_tokens": output,
    }
