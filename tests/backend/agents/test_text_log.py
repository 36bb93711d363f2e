"""Output of older Amps: text logs and JSON events, mixed with anything."""

from ampsm_app.backend.agents.base import Request
from ampsm_app.backend.domain.events import AgentOutput, AssistantMessage, ToolCalled, ToolStarted
from ampsm_app.backend.domain.sessions import Outcome
from ampsm_app.backend.domain.usage import Usage
from tests.backend.agents.conftest import NEWEST, OF_2025, Read, read
from tests.backend.agents.streams import answers, calls, result, says


def read_log(text: str, exit_code: int = 0, stderr: str = "") -> Read:
    return read(text.splitlines(), exit_code=exit_code, stderr=stderr, profile=OF_2025)


def test_a_text_log() -> None:
    turn = read_log(
        """Model: claude-sonnet-4
I will edit the file.
It is short.
Using edit_file tool with args: {"path": "a.py", "old_str": "x"}
edit_file tool completed successfully in 300ms
Using Bash tool with args: {"cmd": "pytest"}
Bash tool failed in 1.5s: exit 1
Token usage - prompt: 1500, completion: 800, total: 2300
Token usage - prompt: 100, completion: 20, total: 120

All done.
"""
    )

    assert [event.text for event in turn.of(AssistantMessage)] == [
        "I will edit the file.\nIt is short.",
        "All done.",
    ]
    edit, bash = turn.of(ToolCalled)
    assert (edit.tool_name, edit.success, edit.duration_ms) == ("edit_file", True, 300)
    assert edit.args == {"path": "a.py", "old_str": "x"}
    assert (bash.tool_name, bash.success, bash.duration_ms, bash.result) == ("Bash", False, 1500, "exit 1")
    assert [event.tool_use_id for event in turn.of(ToolStarted)] == [edit.tool_use_id, bash.tool_use_id]
    (entry,) = turn.result.usage_by_model
    assert (entry.model, entry.usage) == ("claude-sonnet-4", Usage.of(1600, 0, 0, 820))
    assert (turn.result.outcome, turn.result.message) == (Outcome.COMPLETED, "All done.")


def test_json_events() -> None:
    turn = read_log(
        """{"timestamp":"2025-08-01T00:00:00Z","event":"tool_start","tool":"Read","args":{"path":"a"}}
{"timestamp":"2025-08-01T00:00:01Z","event":"tool_finish","tool":"Read","success":true,"duration":42}
{"timestamp":"2025-08-01T00:00:01Z","event":"tool_start","tool":"Bash","args":{"cmd":"x"}}
{"timestamp":"2025-08-01T00:00:01Z","event":"tool_finish","tool":"Bash","success":false,"duration":7}
{"prompt":1000,"completion":50,"total":1050,"model":"gpt-5"}
{"event":"something_else","n":1}
"""
    )

    assert [(call.tool_name, call.success, call.duration_ms) for call in turn.of(ToolCalled)] == [
        ("Read", True, 42),
        ("Bash", False, 7),
    ]
    (entry,) = turn.result.usage_by_model
    assert (entry.model, entry.usage) == ("gpt-5", Usage.of(1000, 0, 0, 50))


def test_log_lines_behind_a_time_and_a_level() -> None:
    turn = read_log(
        "[2025-08-01 10:00:00] INFO: Using glob tool with args: {}\n"
        "2025-08-01T10:00:00Z DEBUG glob tool completed successfully in 3ms\n"
    )

    assert [call.tool_name for call in turn.of(ToolCalled)] == ["glob"]


def test_logs_on_standard_error_and_other_words_there() -> None:
    turn = read_log("Done.", stderr="Using Read tool with args: {}\nwarning: low disk\n")

    assert [event.tool_name for event in turn.of(ToolStarted)] == ["Read"]
    assert [(event.stream, event.text) for event in turn.of(AgentOutput)] == [("stderr", "warning: low disk")]


def test_lines_of_the_newer_stream_between() -> None:
    lines = ["Model: x", says("hello"), calls("c1"), answers("c1", "ok"), result("hello")]

    turn = read(lines, profile=OF_2025)

    assert [event.text for event in turn.of(AssistantMessage)] == ["hello"]
    assert [call.success for call in turn.of(ToolCalled)] == [True]
    assert turn.result.outcome is Outcome.COMPLETED


def test_a_finish_goes_to_the_oldest_call_of_its_tool() -> None:
    turn = read_log(
        'Using Read tool with args: {"path": "a"}\nUsing Read tool with args: {"path": "b"}\n'
        "Read tool completed successfully in 1ms\n"
    )

    first, unanswered = turn.of(ToolCalled)
    assert (first.args, first.success) == ({"path": "a"}, True)
    assert (unanswered.args, unanswered.success) == ({"path": "b"}, None)


def test_arguments_that_are_no_json() -> None:
    (started,) = read_log("Using Bash tool with args: {broken").of(ToolStarted)

    assert started.args == {"text": "{broken"}


def test_a_question_awaits_input() -> None:
    assert read_log("Which one?\n").result.outcome is Outcome.AWAITING_INPUT


def test_silence_is_a_failure() -> None:
    assert read_log("").result.outcome is Outcome.FAILED


def test_without_json_logs_the_newest_amp_is_read_as_text_too() -> None:
    turn = read(["The answer is 4."], request=Request("x", json_stream=False), profile=NEWEST)

    assert [event.text for event in turn.of(AssistantMessage)] == ["The answer is 4."]


def test_the_login_trap() -> None:
    turn = read_log("No API key found. Starting login flow...\n", exit_code=1)

    assert turn.state.login_trap
    assert turn.result.code == "no_login"


def test_an_endless_answer_comes_in_parts() -> None:
    turn = read_log("word " * 1000 + "\n" + "x\n" * 100_000)

    assert len(turn.of(AssistantMessage)) > 2
    assert len(turn.state.open_text) < 100_000
