"""Costs: reported, estimated or unknown, and never 0 for unknown."""

from typing import Any

import pytest

from ampsm_app.backend.agents.base import Request, TurnResult
from ampsm_app.backend.agents.pricing import ModelPrice, estimate, priced, total_cost
from ampsm_app.backend.domain.usage import Usage
from tests.backend.agents.conftest import read
from tests.backend.agents.streams import result, says, usage


def turn(model: str, **fields: Any) -> TurnResult:
    lines = [says("a", usage=usage(1_000_000, output=1_000_000)), result(**fields)]
    return read(lines, request=Request("x", model=model)).result


def test_a_model_of_the_price_table_is_estimated() -> None:
    ended = priced(turn("claude-sonnet-4"), {})

    assert ended.cost_kind == "estimated"
    assert total_cost(ended.usage_by_model) == pytest.approx(18.0)


def test_an_own_price_goes_before_the_table() -> None:
    ended = priced(turn("claude-sonnet-4"), {"claude-sonnet-4": ModelPrice(input=1, output=2)})

    assert total_cost(ended.usage_by_model) == 3.0


@pytest.mark.parametrize("model", ["default", "low", "smart", "alloy", "no-such-model"])
def test_a_model_without_a_price_is_unknown(model: str) -> None:
    ended = priced(turn(model), {})

    assert ended.cost_kind == "unknown"
    assert total_cost(ended.usage_by_model) is None


def test_what_the_agent_reported_stays() -> None:
    ended = priced(turn("claude-sonnet-4", total_cost_usd=0.5), {})

    assert (ended.cost_kind, total_cost(ended.usage_by_model)) == ("reported", 0.5)


def test_nothing_counted_is_unknown() -> None:
    assert estimate("claude-sonnet-4", Usage(), {}) is None
    assert total_cost(()) is None
    assert priced(read([result()]).result, {}).cost_kind == "unknown"


def test_cached_tokens_have_prices_of_their_own() -> None:
    tokens = Usage.of(1_000_000, 1_000_000, 1_000_000, 0)

    assert ModelPrice(input=1, output=0, cache_write=2, cache_read=0.5).cost(tokens) == 3.5
    assert ModelPrice(input=1, output=0).cost(tokens) == 3.0
    assert estimate("claude-sonnet-4", tokens, {}) == pytest.approx(3 + 3.75 + 0.3)


def test_one_unknown_model_makes_the_turn_unknown() -> None:
    ended = read(
        [
            says("a", model="claude-sonnet-4", usage=usage(10)),
            says("b", message_id="m2", model="mystery", usage=usage(10), parent="c"),
        ]
    ).result

    both = priced(ended, {})
    assert both.cost_kind == "unknown"
    assert [entry.cost_usd is None for entry in both.usage_by_model] == [False, True]
    assert total_cost(both.usage_by_model) is None
