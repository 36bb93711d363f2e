"""Takes a prompt apart into sentences, keeping whole what is quoted, in backticks or in a code block."""

import re
from collections.abc import Callable
from dataclasses import dataclass

MARK = r"\x00\d+\x00"

_BLOCK = re.compile(
    r"^(?P<fence>```+|~~~+)[^\n]*\n(?P<inner>.*?)^(?P=fence)[^\S\n]*$", re.MULTILINE | re.DOTALL
)
_QUOTED = re.compile(
    r"`(?P<code>[^`]+)`"
    r'|"(?P<plain>(?:[^"\\]|\\.)*)"'
    r"|\u201c(?P<curly>[^\u201d]*)\u201d"
    r"|(?:(?<=\s)|(?<=^)|(?<=\())'(?P<single>[^'\n]*)'(?=[\s.,;:!?)]|$)",
    re.MULTILINE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\([nt\"\\])")
_VERBS = (
    "add|append|answer|ask|be denied|change|commit|complain|consult|cost|crash|create|delete|end with|"
    "execute|exit|fail|hang|hit|hold|leave|make|move|pause|print|put|read|remove|rename|replace|reply|resolve|return|"
    "run|save|say|sleep|stop|switch|think|use|wait|write"
)
_BOUNDARY = re.compile(
    rf"\n+|(?<=[.!?])\s+|;\s+|,?\s+(?:and\s+)?then\s+|,\s+(?:and\s+)?(?=(?:{_VERBS})\b)|\s+and\s+(?=(?:{_VERBS})\b)",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"(?:[-*\u2022]\s+|(?:please|now|first|next|finally|also|then|and|after that)\b,?\s*)+",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^[^\S\n]*\d+[.)][^\S\n]+", re.MULTILINE)
_ENDING = " \t\r.!?,"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; quoted parts stand in `text` as marks, a code block after it in `block`."""

    text: str
    block: str | None
    unmask: Callable[[str], str]


def sentences(prompt: str) -> list[Sentence]:
    """The sentences of a prompt in order, without lead-ins ("then", "- ") and final punctuation."""
    kept: list[tuple[str, str]] = []

    def mask(inner: str, raw: str) -> str:
        kept.append((inner, raw))
        return f"\x00{len(kept) - 1}\x00"

    def mask_block(found: re.Match[str]) -> str:
        return f"\n\x00{mask(found['inner'], found[0])}\x00\n"

    def mask_quote(found: re.Match[str]) -> str:
        if found["code"] is not None:
            return mask(found["code"], found[0])
        inner = found["plain"] or found["curly"] or found["single"] or ""
        return mask(_ESCAPED.sub(_unescape, inner), found[0])

    def unmask(text: str) -> str:
        whole = re.fullmatch(r"\x00(\d+)\x00", text)
        if whole:
            return kept[int(whole[1])][0]
        return re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found[1])][1], text)

    text = _QUOTED.sub(mask_quote, _BLOCK.sub(mask_block, prompt.replace("\x00", "").replace("\r\n", "\n")))
    return _with_blocks(_BOUNDARY.split(_NUMBERED.sub("", text)), unmask)


def _with_blocks(parts: list[str], unmask: Callable[[str], str]) -> list[Sentence]:
    found: list[Sentence] = []
    for part in parts:
        block = re.fullmatch(r"\x00(\x00\d+\x00)\x00", part.strip())
        if block and found and found[-1].block is None:
            found[-1] = Sentence(found[-1].text, block[1], unmask)
            continue
        text = _LEAD_IN.sub("", part.strip(), count=1) if _LEAD_IN.match(part.strip()) else part.strip()
        text = text.rstrip(_ENDING)
        if text and not block:
            found.append(Sentence(text, None, unmask))
    return found


def _unescape(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(found[1], found[1])
