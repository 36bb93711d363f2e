"""Standard output and error, in bytes, flushed at once so that every line is seen when it is written."""

import json
import os
import sys
from typing import Any


def write_bytes(data: bytes) -> None:
    """Write and flush; a reader that has gone away ends the program quietly."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The interpreter would flush once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def write_text(text: str) -> None:
    """Write text as UTF-8."""
    write_bytes(text.encode("utf-8", "replace"))


def write_json(value: dict[str, Any]) -> None:
    """Write one line of JSON."""
    write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def complain(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stderr.buffer.flush()
