"""Counts tokens and time without measuring either: the same prompt always costs the same."""

from ampsm_app.demo_agent.report import Usage

_CONTEXT = 1200
_STEP_MS = 10


class Meter:
    """Counts one turn. Where the prompt says how many tokens to use, nothing else uses any."""

    def __init__(self, prompt: str, *, told: bool) -> None:
        self.usage = Usage()
        self.messages = 0
        self.duration_ms = 0
        self._told = told
        self._context = 0
        self._next = _CONTEXT + len(prompt) // 4

    def message(self, text: str) -> Usage:
        """The usage of one assistant message."""
        if self._told:
            return self._count(Usage())
        written, read = self._next, self._context
        output = 10 + len(text) // 4
        self._context, self._next = read + written, output
        return self._count(Usage(written + read + 3, written, read, output))

    def exactly(self, tokens: int) -> Usage:
        """The usage of a message that takes so many tokens, a fifth of them output."""
        output = tokens // 5
        prompt = tokens - output
        read = prompt // 2
        return self._count(Usage(prompt, prompt // 10, read, output))

    def _count(self, usage: Usage) -> Usage:
        self.usage += usage
        self.messages += 1
        self.duration_ms += _STEP_MS
        return usage
