"""A unified diff on a terminal, or as it is for `git apply`."""

import sys

from ampsm_app.cli import output

_COLOURS = (("+++", "bold"), ("---", "bold"), ("diff ", "bold"), ("+", "green"), ("-", "red"), ("@", "cyan"))


def print_patch(patch: bytes) -> None:
    """With colours where they are wanted; where nobody looks, byte for byte."""
    text = patch.decode("utf-8", "replace")
    if not sys.stdout.isatty():
        _print_bytes(patch, text)
        return
    for line in text.splitlines():
        colour = next((name for start, name in _COLOURS if line.startswith(start)), None)
        output.say(output.paint(line, colour) if colour else line)


def _print_bytes(patch: bytes, text: str) -> None:
    """The patch as it is, so that `git apply` takes it; a standard output without bytes gets its text."""
    sys.stdout.flush()
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:
        sys.stdout.write(text)
    else:
        raw.write(patch)
        raw.flush()
