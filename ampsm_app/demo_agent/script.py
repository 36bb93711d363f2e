"""Reads a prompt as a list of steps."""

from dataclasses import dataclass

from ampsm_app.demo_agent.grammar import match
from ampsm_app.demo_agent.words import Sentence, sentences


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. What the fields hold depends on the verb; `number` is in seconds, bytes or pieces."""

    verb: str
    path: str = ""
    text: str | None = None
    other: str = ""
    number: float = 0
    rate: float = 0


@dataclass(frozen=True, slots=True)
class Script:
    """What a prompt asks for, in order, and the sentences that were not understood."""

    steps: tuple[Step, ...]
    unknown: tuple[str, ...]


def read_script(prompt: str) -> Script:
    """The steps of a prompt."""
    steps: list[Step] = []
    unknown: list[str] = []
    for sentence in sentences(prompt):
        step = _read(sentence)
        if step is None:
            unknown.append(sentence.unmask(sentence.text))
        else:
            steps.append(step)
    return Script(tuple(steps), tuple(unknown))


def _read(sentence: Sentence) -> Step | None:
    found = match(f"{sentence.text} {sentence.block}") if sentence.block else None
    found = found or match(sentence.text)
    if found is None:
        return None
    verb, masked = found
    parts = {name: sentence.unmask(value) for name, value in masked.items()}
    return Step(
        verb,
        path=parts.get("path", "").rstrip(":"),
        text=parts.get("text"),
        other=parts.get("other", ""),
        number=_number(parts.get("number", "0")) * _unit(parts.get("unit", "")),
        rate=_number(parts.get("rate", "0")),
    )


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("_", ""))


def _unit(unit: str) -> float:
    match unit.lower():
        case "ms" | "millisecond" | "milliseconds":
            return 0.001
        case "m" | "min" | "minute" | "minutes":
            return 60
        case "kb":
            return 1024
        case "mb":
            return 1024 * 1024
        case _:
            return 1
