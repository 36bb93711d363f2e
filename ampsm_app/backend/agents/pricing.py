"""What a turn cost: reported by the agent, estimated from a price table, or unknown — never 0 for unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pydantic import Field

from ampsm_app.backend.agents.base import TurnResult
from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.domain.usage import CostKind, ModelUsage, Usage

_MILLION = 1_000_000


class ModelPrice(Model):
    """US dollars for a million tokens. Cached tokens cost what other input costs where nothing is said."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cache_write: float | None = Field(default=None, ge=0)
    cache_read: float | None = Field(default=None, ge=0)

    def cost(self, usage: Usage) -> float:
        """The price of a usage in US dollars."""
        write = self.input if self.cache_write is None else self.cache_write
        read = self.input if self.cache_read is None else self.cache_read
        parts = (
            (usage.input_tokens, self.input),
            (usage.cache_write_tokens, write),
            (usage.cache_read_tokens, read),
            (usage.output_tokens, self.output),
        )
        return sum(tokens * price for tokens, price in parts) / _MILLION


def priced(result: TurnResult, prices: Mapping[str, ModelPrice]) -> TurnResult:
    """The result with an estimate wherever the agent reported no cost; `prices` go before the table.

    Where anything was reported nothing is estimated: the sum would be neither.
    """
    usages = result.usage_by_model
    if all(entry.cost_usd is None for entry in usages):
        usages = tuple(
            entry.model_copy(update={"cost_usd": estimate(entry.model, entry.usage, prices)})
            for entry in usages
        )
        kind: CostKind = "estimated" if _all_known(usages) else "unknown"
        return replace(result, usage_by_model=usages, cost_kind=kind)
    return result


def estimate(model: str, usage: Usage, prices: Mapping[str, ModelPrice]) -> float | None:
    """The price of a usage in US dollars, or None where the model has none or nothing was counted."""
    if not usage.total_tokens:
        return None
    own = prices.get(model)
    return own.cost(usage) if own else _from_table(model, usage)


def cost_kind(usages: Iterable[ModelUsage]) -> CostKind:
    """How the agent's own costs stand: reported for every entry, or unknown."""
    return "reported" if _all_known(tuple(usages)) else "unknown"


def total_cost(usages: Iterable[ModelUsage]) -> float | None:
    """The cost of all entries in US dollars, or None where any of them is unknown."""
    entries = tuple(usages)
    return sum(entry.cost_usd or 0 for entry in entries) if _all_known(entries) else None


def _all_known(usages: tuple[ModelUsage, ...]) -> bool:
    return bool(usages) and all(entry.cost_usd is not None for entry in usages)


def _from_table(model: str, usage: Usage) -> float | None:
    import genai_prices

    counted = genai_prices.Usage(
        input_tokens=usage.prompt_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        output_tokens=usage.output_tokens,
    )
    try:
        return float(genai_prices.calc_price(counted, model).total_price)
    except LookupError:
        return None
