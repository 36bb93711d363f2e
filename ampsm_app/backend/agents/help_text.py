"""Reads flags and modes out of a help text, in any of the forms that Amp's help has had."""

import re

_SECTION = re.compile(r"^\S.*:\s*$", re.MULTILINE)
_OPTIONS = re.compile(r"^(?:Global )?Options:\s*$", re.MULTILINE | re.IGNORECASE)
_ENTRY = re.compile(
    r"^ {1,4}(?P<names>-[^\s,]+(?:, -[^\s,]+)*)(?P<about>.*(?:\n {5,}\S.*)*)",
    re.MULTILINE,
)
_MODE_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def listed_options(help_text: str) -> dict[str, str]:
    """Every flag of the options sections with its description; short forms are entries of their own."""
    options: dict[str, str] = {}
    for section in _sections(help_text):
        for entry in _ENTRY.finditer(section):
            for name in entry["names"].split(", "):
                options.setdefault(name, " ".join(entry["about"].split()))
    return options


def listed_modes(options: dict[str, str]) -> tuple[str, ...]:
    """The agent modes that the description of `--mode` lists in its first brackets."""
    brackets = re.search(r"\(([^)]*)\)", options.get("--mode", ""))
    if brackets is None:
        return ()
    words = (word.strip() for word in brackets[1].split(","))
    return tuple(word for word in words if _MODE_NAME.fullmatch(word) and word != "case-insensitive")


def _sections(help_text: str) -> list[str]:
    found: list[str] = []
    for heading in _OPTIONS.finditer(help_text):
        following = _SECTION.search(help_text, heading.end())
        found.append(help_text[heading.end() : following.start() if following else None])
    return found
