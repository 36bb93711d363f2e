"""Tokens: counted once, split the same way whoever counted them, true to the turn."""

import pytest

from ampsm_app.backend.agents.base import Request
from ampsm_app.backend.domain.usage import ModelUsage, Usage
from tests.backend.agents.conftest import read
from tests.backend.agents.streams import assistant, init, result, says, usage


def used(*lines: str, model: str = "default") -> tuple[ModelUsage, ...]:
    return read(lines, request=Request("x", model=model)).result.usage_by_model


def test_the_lines_of_one_message_count_once() -> None:
    once = usage(100, output=1)
    grown = usage(100, output=30)

    (entry,) = used(says("a", usage=once), says("b", usage=once), says("c", message_id="m2", usage=grown))

    assert entry.usage == Usage.of(200, 0, 0, 31)


def test_the_lines_of_a_message_may_be_apart_and_its_output_may_grow() -> None:
    (entry,) = used(
        says("a", usage=usage(100, output=1)),
        says("x", message_id="m2", usage=usage(50)),
        says("b", usage=usage(100, output=20)),
    )

    assert entry.usage == Usage.of(150, 0, 0, 20)


def test_messages_without_an_id_count_each() -> None:
    (entry,) = used(*[says("same", message_id=None, usage=usage(10, output=2))] * 3)

    assert entry.usage == Usage.of(30, 0, 0, 6)


def test_amp_includes_the_cached_tokens_in_its_input() -> None:
    (entry,) = used(says("a", usage=usage(12783, written=367, cached=12416, output=9)))

    assert entry.usage == Usage.of(0, 367, 12416, 9)
    assert entry.usage.prompt_tokens == 12783


def test_more_cached_tokens_than_input_can_only_mean_the_exclusive_way() -> None:
    (entry,) = used(says("a", usage=usage(12, written=300, cached=5000, output=9)))

    assert entry.usage == Usage.of(12, 300, 5000, 9)


def test_one_message_proves_the_way_of_counting_for_the_whole_turn() -> None:
    (entry,) = used(
        says("a", usage=usage(9000, cached=100)),
        says("b", message_id="m2", usage=usage(10, cached=9000)),
    )

    assert entry.usage == Usage.of(9010, 0, 9100, 0)


def test_claude_code_counts_the_exclusive_way_even_where_the_numbers_leave_it_open() -> None:
    (entry,) = used(init(claude_code_version="2"), says("a", usage=usage(9000, cached=100)))

    assert entry.usage == Usage.of(9000, 0, 100, 0)


def test_the_result_is_the_truth_where_it_has_a_usage() -> None:
    (entry,) = used(says("a", usage=usage(10, output=1)), result(usage=usage(500, cached=400, output=77)))

    assert entry.usage == Usage.of(100, 0, 400, 77)


def test_the_model_is_the_one_asked_for_where_the_stream_names_none() -> None:
    assert used(says("a", usage=usage(5)), model="gpt-5")[0].model == "gpt-5"
    assert used(says("a", usage=usage(5)))[0].model == "default"
    assert used(init(model="named"), says("a", usage=usage(5)), model="gpt-5")[0].model == "named"


def test_several_models() -> None:
    entries = used(
        says("a", usage=usage(5), model="big"),
        says("b", message_id="m2", usage=usage(7), model="small", parent="c1"),
    )

    assert [(entry.model, entry.sub_agent, entry.usage.total_tokens) for entry in entries] == [
        ("big", False, 5),
        ("small", True, 7),
    ]


def test_sub_agents_are_apart_where_the_result_provably_counts_them() -> None:
    lines = (says("a", usage=usage(5, output=1)), says("b", message_id="m2", usage=usage(7), parent="c1"))

    main, sub = used(*lines, result(usage=usage(12, output=1)))
    assert (main.usage.total_tokens, sub.usage.total_tokens) == (6, 7)

    (whole,) = used(*lines, result(usage=usage(40, output=1)))
    assert whole.usage.total_tokens == 41


def test_model_usage_with_a_model_of_sub_agents_alone() -> None:
    counts = {"inputTokens": 10, "outputTokens": 1, "costUSD": 0.5}

    entries = used(
        says("a", model="big", usage=usage(1)),
        says("b", message_id="m2", model="small", parent="c", usage=usage(1)),
        result(usage=usage(10, output=1), modelUsage={"big": counts, "small": {**counts, "costUSD": 0.25}}),
    )

    assert [(entry.model, entry.sub_agent, entry.cost_usd) for entry in entries] == [
        ("big", False, 0.5),
        ("small", True, 0.25),
    ]


def test_a_cost_for_all_is_divided_by_tokens_and_sums_to_itself() -> None:
    turn = read(
        [
            says("a", model="big", usage=usage(300)),
            says("b", message_id="m2", model="small", parent="c", usage=usage(100)),
            result(total_cost_usd=0.1),
        ]
    )

    assert [entry.cost_usd for entry in turn.result.usage_by_model] == pytest.approx([0.075, 0.025])
    assert turn.result.cost_kind == "reported"


def test_a_cost_without_tokens_is_kept() -> None:
    (entry,) = used(result(total_cost_usd=0.1))

    assert (entry.usage, entry.cost_usd) == (Usage(), 0.1)


def test_no_usage_at_all_is_no_entry() -> None:
    assert used(says("a"), assistant(), result()) == ()
