"""Tokens and money of agent turns."""

from typing import Literal, Self

from ampsm_app.backend.domain.model import Model

CostKind = Literal["reported", "estimated", "unknown"]


class Usage(Model):
    """Token counts; the three input counts never overlap and `total_tokens` is their sum with the output."""

    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0

    @classmethod
    def of(cls, uncached_input: int, cache_write: int, cache_read: int, output: int) -> Self:
        """A usage whose total is computed."""
        return cls(
            input_tokens=uncached_input,
            cache_write_tokens=cache_write,
            cache_read_tokens=cache_read,
            output_tokens=output,
            total_tokens=uncached_input + cache_write + cache_read + output,
        )

    @property
    def prompt_tokens(self) -> int:
        """All input, cached or not (the specification's `promptTokens`)."""
        return self.input_tokens + self.cache_write_tokens + self.cache_read_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage.of(
            self.input_tokens + other.input_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.output_tokens + other.output_tokens,
        )


class ModelUsage(Model):
    """What one model used in one turn; `cost_usd` is None where the agent reported no cost."""

    model: str
    usage: Usage
    cost_usd: float | None = None
    sub_agent: bool = False
