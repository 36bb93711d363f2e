"""Hides secrets in whatever is shown, logged or stored, and finds them in what is about to be committed."""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ampsm_app.backend.config.detectors import all_detectors
from ampsm_app.backend.config.secrets import is_secret_name
from ampsm_app.backend.config.spellings import SHORTEST, spellings
from ampsm_app.backend.config.tree import Settings

MASK = b"[redacted]"
_MOST_FINDINGS = 100

_KEY_OPENS = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----\s*\Z")
_KEY_BODY = re.compile(rb"\s*(?:[A-Za-z0-9+/=]{1,128}|[A-Za-z-]{1,40}: [^\"{}]{0,200})?\s*")
_LONGEST_KEY = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in a text: its line, counted from 1 by newlines, and what it is."""

    line: int
    kind: str


def redactor_for(settings: Settings, env: Mapping[str, str]) -> "Redactor":
    """The redactor of a process: the secrets of its environment and those of the agent's."""
    agent = settings.amp.env
    return Redactor(env, [value for name, value in agent.items() if is_secret_name(name)])


class Redactor:
    """Knows the secret values of an environment and the shapes of common secrets.

    `env` gives the values of variables with a secret's name; `extra` are values that are secret anyway.
    Values of fewer than 8 characters are not secrets. It holds no state and may be used by any thread.
    """

    def __init__(self, env: Mapping[str, str], extra: Iterable[str] = ()) -> None:
        named = {value: f"the value of {name}" for name, value in env.items() if is_secret_name(name)}
        values = {**dict.fromkeys(extra, "a secret setting"), **named}
        kinds = {
            spelled: kind
            for value, kind in values.items()
            if len(value) >= SHORTEST
            for spelled in spellings(value)
        }
        # The longest first: a value may be part of another one's spelling.
        self._values = sorted(kinds.items(), key=lambda item: len(item[0]), reverse=True)
        self._detectors = all_detectors()

    def redact(self, text: str) -> str:
        """The text with every secret replaced by `[redacted]`."""
        raw = text.encode("utf-8", "surrogatepass")
        hidden = self.redact_bytes(raw)
        return text if hidden is raw else hidden.decode("utf-8", "surrogatepass")

    def redact_bytes(self, data: bytes) -> bytes:
        """The same for bytes of any length; JSON stays JSON. Unchanged data comes back as the same object."""
        for value, _ in self._values:
            if value in data:
                data = data.replace(value, MASK)
        for detector in self._detectors:
            if detector.applies(data):
                data = _masked(detector.pattern, data)
        return data

    def redact_json(self, value: object) -> object:
        """The same for every text, names included, in a value made of dicts, lists and plain values."""
        match value:
            case str():
                return self.redact(value)
            case dict():
                return {self.redact_json(name): self.redact_json(item) for name, item in value.items()}
            case list() | tuple():
                return type(value)(self.redact_json(item) for item in value)
            case _:
                return value

    def lines(self) -> "LineRedactor":
        """A redactor for one stream of lines, which also sees keys that stretch over several of them."""
        return LineRedactor(self)

    def find(self, text: str) -> list[Found]:
        """The secrets in a file's text, by line: values of our environment and shapes of real secrets."""
        data = text.encode("utf-8", "surrogatepass")
        places = [(data.find(value), kind) for value, kind in self._values if value in data]
        for detector in self._detectors:
            if detector.in_files and detector.applies(data):
                places += [(match.start(), detector.kind) for match in detector.pattern.finditer(data)]
        found = {
            Found(data.count(b"\n", 0, start) + 1, kind) for start, kind in sorted(places)[:_MOST_FINDINGS]
        }
        return sorted(found, key=lambda hit: (hit.line, hit.kind))


class LineRedactor:
    """Redacts one stream line by line. A private key is hidden up to its end, however many lines it has."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._key_lines = 0

    def feed(self, line: bytes) -> bytes:
        """The next line (with or without its newline), redacted."""
        if self._key_lines and _KEY_BODY.fullmatch(line):
            self._key_lines -= 1
            return MASK + line[len(line.rstrip(b"\r\n")) :]
        hidden = self._redactor.redact_bytes(line)
        self._key_lines = _LONGEST_KEY if _KEY_OPENS.search(hidden) else 0
        return hidden


def _masked(pattern: re.Pattern[bytes], data: bytes) -> bytes:
    """The data with each match (its group 1 where it has one) replaced by the mask.

    `re.sub` keeps a list of all pieces, which is many times the data where a hostile line is all matches.
    """
    out, end, view = io.BytesIO(), 0, memoryview(data)
    for match in pattern.finditer(data):
        start, stop = match.span(1 if pattern.groups else 0)
        out.write(view[end:start])
        out.write(MASK)
        end = stop
    if not end:
        return data
    out.write(view[end:])
    return out.getvalue()
