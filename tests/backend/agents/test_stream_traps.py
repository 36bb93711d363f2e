"""The traps of real streams, one by one."""

import json
import tracemalloc

import pytest

from ampsm_app.backend.agents.base import Request
from ampsm_app.backend.agents.lines import EVENT_TEXT, hide_token_bytes
from ampsm_app.backend.domain.events import (
    AgentOutput,
    AssistantMessage,
    AssistantThinking,
    ThreadStarted,
    ToolCalled,
    ToolStarted,
    UserMessage,
)
from ampsm_app.backend.domain.sessions import Outcome
from tests.backend.agents.conftest import read
from tests.backend.agents.streams import (
    THREAD,
    answers,
    assistant,
    calls,
    failure,
    init,
    line,
    result,
    says,
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
        ([{"type": "image", "source": {}}, "bare"], "(image)\nbare"),
        (None, ""),
        ({"odd": 1}, '{"odd": 1}'),
        ([{"type": "new", "x": 1}], '{"type": "new", "x": 1}'),
    ],
)
def test_a_tool_result_is_a_text_or_a_list_of_blocks(content: object, text: str) -> None:
    (call,) = read([calls("c1", cmd="ls"), answers("c1", content)]).of(ToolCalled)

    assert (call.result, call.success, call.args) == (text, True, {"cmd": "ls"})


def test_unknown_types_blocks_and_fields_are_kept_and_never_fatal() -> None:
    turn = read(
        [
            init(brand_new=[1]),
            line("weather", sky="clear"),
            assistant({"type": "hologram", "x": 1}, {"type": "text", "text": "hi", "colour": "red"}),
            line("assistant", message="no object"),
            line("user", message={"role": "user", "content": [{"type": "gesture"}]}),
            '{"no": "type"}',
            "[1, 2]",
            result(new_field={}),
        ]
    )

    kept = [json.loads(event.text) for event in turn.of(AgentOutput)]
    assert [value.get("type") if isinstance(value, dict) else value for value in kept] == [
        "weather",
        "hologram",
        "assistant",
        "gesture",
        None,
        [1, 2],
    ]
    assert [event.text for event in turn.of(AssistantMessage)] == ["hi"]
    assert turn.result.outcome is Outcome.COMPLETED


def test_text_between_the_json_and_bytes_that_are_no_text() -> None:
    turn = read([b"starting\x1b[31m up\x1b[0m", b"\xff\xfe\x80", b"", b"   ", says("hi"), b'{"type": "assis'])

    assert [event.text for event in turn.of(AgentOutput)] == [
        "starting up",
        "\ufffd\ufffd\ufffd",
        '{"type": "assis',
    ]


def test_invalid_utf8_inside_a_json_line() -> None:
    (said,) = read([says("a?b").encode().replace(b"a?b", b"a\xffb")]).of(AssistantMessage)

    assert said.text == "a\ufffdb"


def test_lone_surrogates_become_something_that_can_be_stored() -> None:
    turn = read([says("x \ud83d y"), calls("c", cmd="\udfff"), says("fine \U0001f600")])

    for event in turn.events:
        assert event.model_dump_json().encode("utf-8")
    assert turn.of(AssistantMessage)[1].text == "fine \U0001f600"


def test_windows_line_ends_and_a_byte_order_mark() -> None:
    assert len(read([b"\xef\xbb\xbf" + init().encode() + b"\r\n"]).of(ThreadStarted)) == 1


def test_absurd_numbers() -> None:
    counts = '{"input_tokens": -5, "output_tokens": 1e999, "cache_read_input_tokens": true}'
    turn = read(
        [
            f'{{"type":"assistant","message":{{"content":[],"usage":{counts}}}}}',
            '{"type":"assistant","message":{"content":[],"usage":{"input_tokens":' + "9" * 5000 + "}}}",
            '{"type":"result","is_error":false,"result":"x","total_cost_usd":NaN}',
        ]
    )

    assert turn.result.usage_by_model == ()
    assert turn.result.cost_kind == "unknown"


def test_deeply_nested_json() -> None:
    deep = "[" * 100_000
    nested = json.loads("[" * 500 + "]" * 500)

    turn = read(['{"type":"assistant","message":' + deep, calls("c", deep=nested)])

    assert len(turn.of(AgentOutput)) == 1
    assert turn.of(ToolStarted)[0].model_dump_json()


def test_the_thread_is_announced_once() -> None:
    assert len(read([init(), says("a"), init()]).of(ThreadStarted)) == 1


def test_the_thread_is_known_from_any_line() -> None:
    assert read([result("x")]).result.thread_id == THREAD
    assert read([says("x")], request=Request("x", thread_id="T-mine")).result.thread_id == "T-mine"


def test_an_empty_text_is_no_message() -> None:
    assert read([says("")]).of(AssistantMessage) == []


def test_our_own_prompt_comes_back_and_is_not_news() -> None:
    def echo(text: str, parent: str | None = None) -> str:
        content = [{"type": "text", "text": text}]
        return line("user", message={"role": "user", "content": content}, parent_tool_use_id=parent)

    turn = read([echo("do it\n"), echo("something queued"), echo("a task", "c1")], request=Request("do it"))

    assert [event.message for event in turn.of(UserMessage)] == ["something queued"]


def test_thinking_that_is_hidden() -> None:
    turn = read([assistant({"type": "redacted_thinking", "data": "x"})])

    assert [event.text for event in turn.of(AssistantThinking)] == ["(hidden)"]


def test_content_as_a_bare_text() -> None:
    turn = read([line("assistant", message={"content": "just text"})])

    assert [event.text for event in turn.of(AssistantMessage)] == ["just text"]


def test_a_call_that_is_never_answered_is_told_at_the_end() -> None:
    turn = read([calls("c1", cmd="sleep 9"), result()])

    (call,) = turn.of(ToolCalled)
    assert (call.tool_use_id, call.success) == ("c1", None)


def test_an_answer_without_a_call() -> None:
    (call,) = read([answers("never", "x", is_error=True)]).of(ToolCalled)

    assert (call.tool_name, call.success) == ("unknown", False)


def test_very_many_unanswered_calls_do_not_pile_up() -> None:
    turn = read([calls(f"c{number}") for number in range(1200)])

    assert len(turn.state.open_tools) == 1000
    assert len(turn.of(ToolCalled)) == 1200


def test_a_line_of_many_megabytes_costs_little_more_than_itself() -> None:
    size = 20_000_000
    huge = answers("c1", "x" * size).encode()
    tricky = answers("c2", '\\" é\n\ud83d' * 1_000_000).encode()
    many = b'{"type":"user","message":' + json.dumps([["a"] * 3] * 400_000).encode() + b"}"
    plain = b"y" * size

    tracemalloc.start()
    turn = read([calls("c1"), huge, calls("c2"), tricky, many, plain])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < size
    assert [call.success for call in turn.of(ToolCalled)] == [True, True]
    assert all(len(call.result) < EVENT_TEXT + 100 for call in turn.of(ToolCalled))
    outputs = turn.of(AgentOutput)
    assert [event.text[:8] for event in outputs] == ['{"type":', "yyyyyyyy"]
    assert outputs[1].text.endswith(f"… ({size - EVENT_TEXT} more)")


def test_a_large_argument_is_cut_in_its_event() -> None:
    (started,) = read([calls("c", path="a", content="z" * 1_000_000)]).of(ToolStarted)

    assert started.args["path"] == "a"
    assert len(started.args["content"]) < EVENT_TEXT + 100


def test_the_login_trap() -> None:
    turn = read(
        [
            "No API key found. Starting login flow...",
            "If your browser does not open automatically, visit:",
            "https://ampcode.com/auth/cli-login?authToken=1af035d46e4d41da",
        ],
        exit_code=1,
    )

    assert turn.state.login_trap
    assert turn.result.login_trap
    assert (turn.result.outcome, turn.result.code) == (Outcome.ENVIRONMENT, "no_login")
    assert "amp login" in (turn.result.hint or "")
    assert turn.of(AgentOutput)[2].text == "https://ampcode.com/auth/cli-login?authToken=[redacted]"


def test_the_login_trap_on_standard_error() -> None:
    assert read([init()], stderr="No API key found. Starting login flow...", exit_code=1).state.login_trap


def test_an_agent_that_speaks_of_the_login_flow_is_not_trapped() -> None:
    words = "No API key found. Starting login flow..."

    assert not read([says(words), answers("c", words), words, result(words)]).state.login_trap


def test_tokens_of_a_login_are_hidden_in_raw_lines_too() -> None:
    raw = b"visit https://x/?authToken=abc123&y=1 \xff"

    assert hide_token_bytes(raw) == b"visit https://x/?authToken=[redacted]&y=1 \xff"


def test_is_error_decides() -> None:
    assert read([says("x"), result("API Error: 500", is_error=True)]).result.outcome is Outcome.FAILED
    assert (
        read([line("result", subtype="error_during_execution", error="x")]).result.outcome is Outcome.FAILED
    )
    assert read([failure("x", is_error=False)]).result.outcome is Outcome.COMPLETED


def test_the_state_before_a_line_is_not_touched_by_it() -> None:
    first = read([init(), says("a", usage={"input_tokens": 5})]).state
    from ampsm_app.backend.agents.amp_stream import parse

    one, _ = parse(first, says("b", message_id="m2", usage={"input_tokens": 7}).encode())
    other, _ = parse(first, says("c", message_id="m3", usage={"input_tokens": 11}).encode())

    assert [entry.counts.input for entry in first.usage.seen()] == [5]
    assert [entry.counts.input for entry in one.usage.seen()] == [5, 7]
    assert [entry.counts.input for entry in other.usage.seen()] == [5, 11]
    assert first.thread_id == THREAD
