"""How a turn ended, for every way in which an agent can stop."""

from datetime import timedelta

import pytest

from ampsm_app.backend.agents.base import ExtraArgs, Request
from ampsm_app.backend.domain.sessions import Outcome
from tests.backend.agents.conftest import NEWEST, NOW, OF_2025, read
from tests.backend.agents.streams import answers, calls, failure, init, result, says


def test_a_good_result_and_exit_0() -> None:
    ended = read([init(), says("All done."), result("All done.")]).result

    assert (ended.outcome, ended.message, ended.code) == (Outcome.COMPLETED, "All done.", None)


def test_exit_0_without_a_result() -> None:
    assert read([init(), says("I made it.")]).result.outcome is Outcome.COMPLETED
    assert read([init(), calls("c"), answers("c", "x")]).result.outcome is Outcome.COMPLETED
    silent = read([init()]).result
    assert (silent.outcome, silent.code) == (Outcome.FAILED, "no_result")
    only_a_sub_agent = read([init(), says("psst", parent="c1")]).result
    assert only_a_sub_agent.outcome is Outcome.FAILED


def test_exit_other_than_0_after_a_good_result() -> None:
    ended = read([says("x"), result("fine")], exit_code=3, stderr="tidying up failed").result

    assert (ended.outcome, ended.code, ended.exit_code) == (Outcome.FAILED, "exit_status", 3)
    assert ended.message == "The agent exited with 3 after a good result. tidying up failed"


def test_a_process_that_lives_on_after_its_result() -> None:
    turn = read([says("x"), result("fine")], exit_code=None)

    assert turn.state.turn_over
    assert turn.result.outcome is Outcome.COMPLETED


def test_ended_by_a_signal_without_a_result() -> None:
    ended = read([says("x")], exit_code=-9).result

    assert (ended.outcome, ended.code) == (Outcome.FAILED, "no_result")
    assert ended.message == "The agent was ended by signal 9 without a result."


def test_an_error_of_the_agent() -> None:
    ended = read([failure("I could not do it")], exit_code=1).result

    assert (ended.outcome, ended.message, ended.code) == (Outcome.FAILED, "I could not do it", "agent_failed")


@pytest.mark.parametrize(
    "words",
    [
        "Error: Couldn't connect to the Amp server at https://ampcode.com/.\n\nCheck your network connection",
        "Error: Cannot reach Amp servers. Are you offline?",
        "Error: Error listing threads: fetch failed",
        "connect ECONNREFUSED 127.0.0.1:7002",
        "self-signed certificate",
        "Error: TypeError: self signed certificate",
    ],
)
def test_no_server(words: str) -> None:
    ended = read([], exit_code=1, stderr=words).result

    assert (ended.outcome, ended.code) == (Outcome.ENVIRONMENT, "offline")
    assert words.splitlines()[0] in ended.message


@pytest.mark.parametrize(
    "words",
    [
        "Unauthorized",
        "Request failed with status 401",
        "Invalid API key",
        "Error: Error listing threads: API request for getUserInfo failed: 401",
        "Error: Not logged in. Run 'amp login' to authenticate.",
        "Error: Invalid or missing API key. Run 'amp login' to authenticate.",
    ],
)
def test_no_login(words: str) -> None:
    ended = read([failure(words)], exit_code=1).result

    assert (ended.outcome, ended.code) == (Outcome.ENVIRONMENT, "no_login")
    assert "amp login" in (ended.hint or "")


@pytest.mark.parametrize("words", ["Error: Thread T-01a1f883 not found", "Thread T-01a1f883 does not exist."])
def test_a_thread_that_is_lost(words: str) -> None:
    ended = read([], exit_code=1, stderr=words).result

    assert (ended.outcome, ended.code) == (Outcome.ENVIRONMENT, "thread_lost")


def test_a_refused_flag_names_where_it_came_from() -> None:
    request = Request("x", extra_args=(ExtraArgs(("--verbose", "--nope=3"), "ampArgs in config.yaml"),))
    stderr = "Error: error: unknown option '--nope'\n(Did you mean --mode?)"

    ended = read([], exit_code=1, stderr=stderr, request=request).result

    assert (ended.outcome, ended.code) == (Outcome.ENVIRONMENT, "option_refused")
    assert ended.hint == "--nope comes from ampArgs in config.yaml, and /opt/amp does not take it so."


def test_a_refused_value_names_the_model_setting_it_came_from() -> None:
    own = {"fast": ExtraArgs(("--mode", "zzz"), "amp.models.fast.args")}
    stderr = (
        "Error: error: option '-m, --mode <value>' argument 'zzz' is invalid. Allowed choices are free, rush."
    )

    request = Request("x", model="fast", model_args=own)
    ended = read([], exit_code=1, stderr=stderr, request=request).result

    assert ended.outcome is Outcome.ENVIRONMENT
    assert "amp.models.fast.args" in (ended.hint or "")


def test_a_refused_flag_of_ours() -> None:
    ended = read([], exit_code=1, stderr="error: unknown option '--stream-json'").result

    assert "--stream-json is ours" in (ended.hint or "")


@pytest.mark.parametrize(
    "words",
    [
        "429 Too Many Requests",
        "Rate limit exceeded",
        "rate_limit_error",
        "You've hit your usage limit",
        "insufficient quota",
        "You are out of credits",
        "Overloaded",
    ],
)
def test_limits(words: str) -> None:
    assert read([failure(words)], exit_code=1).result.outcome is Outcome.LIMIT
    assert read([], exit_code=1, stderr=words).result.outcome is Outcome.LIMIT


def test_a_limit_with_the_time_it_resets() -> None:
    ended = read([failure("429 rate limit, retry after 90 seconds")], exit_code=1).result

    assert ended.limit_until == NOW + timedelta(seconds=90)
    assert read([failure("429")], exit_code=1).result.limit_until is None


def test_a_limit_that_only_standard_error_names() -> None:
    ended = read([failure("Request failed")], exit_code=1, stderr="429; resets in 1 hour").result

    assert (ended.outcome, ended.limit_until) == (Outcome.LIMIT, NOW + timedelta(hours=1))


def test_a_refused_login_beside_a_lost_connection() -> None:
    said = "Error: Not logged in. Run 'amp login' to authenticate."

    ended = read([failure("Connection error.")], exit_code=1, stderr=said).result

    assert (ended.outcome, ended.code) == (Outcome.ENVIRONMENT, "no_login")


def test_words_of_limits_in_a_turn_that_went_well_mean_nothing() -> None:
    ended = read([says("I added a rate limit of 429 per hour."), result("ok")], stderr="quota: fine").result

    assert ended.outcome is Outcome.COMPLETED


@pytest.mark.parametrize(
    "text",
    [
        "Which database should I use?",
        "Shall I go on? ",
        "**Which one?**",
        "どちらにしますか？",
        "Please provide the API specification.",
        "I am waiting for your input.",
    ],
)
def test_a_question_awaits_input(text: str) -> None:
    assert read([says(text), result(text)]).result.outcome is Outcome.AWAITING_INPUT


@pytest.mark.parametrize(
    "text",
    ["Is it done? Yes, it is.", "I asked myself: why? Then I fixed it.", "Done.", "See what?no=1 returns"],
)
def test_other_texts_do_not(text: str) -> None:
    assert read([says(text), result(text)]).result.outcome is Outcome.COMPLETED


def test_only_the_last_text_of_the_main_loop_counts() -> None:
    assert read([says("Really?"), says("Done."), result("Done.")]).result.outcome is Outcome.COMPLETED
    assert read([says("Done."), says("Really?", parent="c")]).result.outcome is Outcome.COMPLETED


@pytest.mark.parametrize("tool", ["AskUserQuestion", "ask", "ask_user", "request_user_input"])
def test_a_tool_that_asks_and_got_no_answer(tool: str) -> None:
    assert read([calls("c", tool), result()]).result.outcome is Outcome.AWAITING_INPUT
    assert read([calls("c", tool), answers("c", "yes"), result()]).result.outcome is Outcome.COMPLETED


def test_other_tools_without_an_answer_ask_nothing() -> None:
    assert read([calls("c", "Task"), result()]).result.outcome is Outcome.COMPLETED


def test_denied_permissions_await_input() -> None:
    assert read([result(permission_denials=["Bash"])]).result.outcome is Outcome.AWAITING_INPUT
    assert read([result(permission_denials=[])]).result.outcome is Outcome.COMPLETED


def test_an_error_awaits_nothing() -> None:
    assert read([says("Which?"), failure("stopped")], exit_code=1).result.outcome is Outcome.FAILED


def test_escapes_and_tokens_are_not_in_messages() -> None:
    ended = read([], exit_code=1, stderr="\x1b[31mno\x1b[0m https://x?authToken=abc \x1b[=0u").result

    assert ended.message == "no https://x?authToken=[redacted]"


def test_a_text_log_that_speaks_of_limits_failed_all_the_same() -> None:
    lines = ["I will add a rate limit.", "Using edit_file tool with args: {}"]

    ended = read(lines, exit_code=1, profile=OF_2025).result

    assert ended.outcome is Outcome.FAILED
    assert read(["429 rate limit"], exit_code=1, profile=NEWEST).result.outcome is Outcome.LIMIT
