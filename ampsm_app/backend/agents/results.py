"""The line that ends a turn, and token counts as agents write them."""

from collections.abc import Mapping
from typing import Any

from ampsm_app.backend.agents.lines import money_at, number_at, text_at
from ampsm_app.backend.agents.state import RawUsage, ReportedModel, ResultLine

_TEXT = 16_384


def read_result(line: Mapping[str, Any]) -> ResultLine:
    """A `result` line. `is_error` decides; where it is missing the subtype does."""
    subtype = text_at(line, "subtype")
    failed = line.get("is_error")
    if not isinstance(failed, bool):
        failed = subtype is not None and subtype.startswith("error")
    denials = line.get("permission_denials")
    usage = line.get("usage")
    return ResultLine(
        is_error=failed,
        subtype=subtype,
        text=_words(line, failed=failed)[-_TEXT:],
        usage=raw_usage(usage) if isinstance(usage, dict) else None,
        models=tuple(_models(line.get("modelUsage"))),
        cost_usd=money_at(line, "total_cost_usd"),
        denials=len(denials) if isinstance(denials, list) else 0,
    )


def raw_usage(usage: Mapping[str, Any]) -> RawUsage:
    """The counts of a `usage` object, in either spelling; what is missing or no count is 0."""
    return RawUsage(
        number_at(usage, "input_tokens", "inputTokens"),
        number_at(usage, "cache_creation_input_tokens", "cacheCreationInputTokens"),
        number_at(usage, "cache_read_input_tokens", "cacheReadInputTokens"),
        number_at(usage, "output_tokens", "outputTokens"),
    )


def _words(line: Mapping[str, Any], *, failed: bool) -> str:
    names = ("error", "result") if failed else ("result", "error")
    for name in names:
        words = line.get(name)
        if isinstance(words, dict):
            words = words.get("message")
        if isinstance(words, str) and words.strip():
            return words
    return ""


def _models(models: object) -> list[ReportedModel]:
    if not isinstance(models, dict):
        return []
    return [
        ReportedModel(name, raw_usage(usage), money_at(usage, "costUSD"))
        for name, usage in models.items()
        if isinstance(usage, dict)
    ]
