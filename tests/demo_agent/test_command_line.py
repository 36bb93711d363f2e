"""The command line: help, refusals, threads and login states."""

import subprocess
import sys

import pytest

from tests.support.demo_agent import DemoAgent


def test_version_and_help(agent: DemoAgent) -> None:
    assert "-demo (" in agent.call("--version").text
    assert agent.call("-V").text == agent.call("version").text
    help_text = agent.call("--help").text
    for option in ("-x, --execute [message]", "--stream-json-input", "-m, --mode <value>", "--model <value>"):
        assert option in help_text


def test_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ampsm_app.demo_agent", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "-demo" in done.stdout


def test_an_unknown_flag_is_seen_in_the_help_that_comes(agent: DemoAgent) -> None:
    assert agent.call("--model", "x", "threads", "list", "--help").text.startswith("Usage: amp threads list")
    assert agent.call("--try-gpt5", "threads", "list", "--help").text.startswith("Amp CLI")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--nope",), "unknown option '--nope'"),
        (("--mode", "zzz"), "Allowed choices are low, medium, high, ultra"),
        (("--model",), "argument missing"),
        (("frobnicate",), "unknown command 'frobnicate'"),
        (("-x", "--stream-json-input"), "requires both --execute and --stream-json"),
        (("-x", "--stream-json"), "User message must be provided"),
        (("threads", "continue", "T-nonsense"), "Invalid thread ID"),
        (("threads", "continue", "T-01a1f883-cfda-74ec-93fc-14ee1da75fcd"), "not found"),
    ],
)
def test_what_it_refuses(agent: DemoAgent, args: tuple[str, ...], words: str) -> None:
    said = agent.call(*args)

    assert said.exit_code == 1
    assert said.errors.startswith("Error: ")
    assert words in said.errors
    assert said.text == ""


def test_a_message_as_argument_and_piped_text_make_one_prompt(agent: DemoAgent) -> None:
    said = agent.call("-x", 'Say "a"', "--mode", "high", "--model=gpt-5", "--stream-json", stdin='Say "b"')

    assert [block["text"] for block in said.blocks("text")] == ['Say "a"\n\nSay "b"', "a", "b"]


def test_a_thread_goes_on_and_remembers(agent: DemoAgent) -> None:
    first = agent.ask('Say "one"')
    again = agent.ask_again(first.thread_id, "What did I ask?")

    assert again.thread_id == first.thread_id
    assert again.answer == '1. Say "one"'
    first_ids = {event["message"].get("id") for event in first.events if event["type"] == "assistant"}
    later_ids = {event["message"].get("id") for event in again.events if event["type"] == "assistant"}
    assert first_ids.isdisjoint(later_ids)


def test_threads_are_listed_and_made(agent: DemoAgent) -> None:
    assert agent.call("threads", "list").text == "No threads.\n"
    new = agent.call("threads", "new").text.strip()
    agent.ask_again(new, 'Say "hello there"')

    assert new in agent.call("threads", "list").text
    assert "hello there" in agent.call("threads", "markdown", new).text
    assert agent.call(
        "threads", "continue", "-x", "--stream-json", stdin="recall our conversation"
    ).answer == ('1. Say "hello there"')


def test_without_a_login_it_asks_for_one_in_the_words_of_amp(agent: DemoAgent) -> None:
    said = agent.call("-x", "--stream-json", stdin='Say "x"', AMP_DEMO_LOGIN="none")

    assert said.exit_code == 1
    assert said.text.startswith("No API key found. Starting login flow...\n")
    assert "authToken=" in said.text
    with_key = agent.call("threads", "list", AMP_DEMO_LOGIN="none", AMP_API_KEY="k")
    assert (with_key.exit_code, with_key.text) == (0, "No threads.\n")


def test_the_trap_hangs(agent: DemoAgent) -> None:
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        subprocess.run(
            [sys.executable, "-m", "ampsm_app.demo_agent", "threads", "list"],
            env={**agent.env, "AMP_DEMO_LOGIN": "trap"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=1,
            check=False,
        )

    assert (caught.value.stdout or b"").startswith(b"No API key found. Starting login flow...")


@pytest.mark.parametrize(
    ("state", "listing", "turn"),
    [
        ("offline", "Cannot reach Amp servers", "Couldn't connect to the Amp server at https://ampcode.com/"),
        ("unauthorized", "Unauthorized", "Unauthorized"),
    ],
)
def test_other_login_states(agent: DemoAgent, state: str, listing: str, turn: str) -> None:
    listed = agent.call("threads", "list", AMP_DEMO_LOGIN=state)
    asked = agent.call("-x", "--stream-json", stdin="x", AMP_DEMO_LOGIN=state)

    assert (listed.exit_code, asked.exit_code) == (1, 1)
    assert listing in listed.errors
    assert turn in asked.errors
    assert asked.text == ""
