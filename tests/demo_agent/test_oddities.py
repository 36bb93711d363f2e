"""What real agents do now and then, done on request."""

import json
import signal
import subprocess

import pytest

from tests.support.demo_agent import ARGV, DemoAgent


def test_fails_with_a_reason(agent: DemoAgent) -> None:
    said = agent.ask('Create a.txt. Fail with "no idea". Create b.txt.')

    assert said.exit_code == 1
    assert (said.result["subtype"], said.result["is_error"]) == ("error_during_execution", True)
    assert said.result["error"] == "no idea"
    assert (agent.folder / "a.txt").exists()
    assert not (agent.folder / "b.txt").exists()


def test_asks_and_waits(agent: DemoAgent) -> None:
    said = agent.ask('Ask "Which colour?". Create a.txt.')

    assert (said.exit_code, said.answer) == (0, "Which colour?")
    assert list(agent.folder.iterdir()) == []


def test_limits(agent: DemoAgent) -> None:
    limited = agent.ask("Hit a rate limit that resets in 5 minutes")

    assert limited.result["error"] == "429 rate limit exceeded: resets in 5 minutes"
    assert agent.ask("Run out of credits").result["error"] == "You are out of credits."


def test_ends(agent: DemoAgent) -> None:
    left = agent.ask("Exit with code 7")
    after = agent.ask('Say "done". End with exit code 3.')
    silent = agent.ask('Say "done". Stop without a result.')
    crashed = agent.ask('Say "done". Crash.')

    assert (left.exit_code, len(left.events)) == (7, 2)
    assert (after.exit_code, after.result["is_error"]) == (3, False)
    assert (silent.exit_code, silent.events[-1]["type"]) == (0, "assistant")
    assert (crashed.exit_code, crashed.events[-1]["type"]) == (-signal.SIGKILL, "assistant")


def test_text_that_is_no_json(agent: DemoAgent) -> None:
    said = agent.ask('Print 2 lines. Print invalid bytes. Print an unknown event. Complain "oh". Say "fine".')

    assert b"plain line 1\nplain line 2\n" in said.stdout
    assert b"\xff\xfe" in said.stdout
    assert b'{"type":"weather"' in said.stdout
    assert said.errors == "oh\n"


def test_long_lines(agent: DemoAgent) -> None:
    plain = agent.ask("Print a line of 2 MB")
    result = agent.ask("Return 2 MB")

    assert max(map(len, plain.stdout.splitlines())) == 2 * 1024 * 1024
    assert len(result.blocks("tool_result")[0]["content"]) == 2 * 1024 * 1024


def test_hostile_text(agent: DemoAgent) -> None:
    assert "<script>" in agent.ask("Print hostile text").blocks("text")[1]["text"]


def test_permission_denied(agent: DemoAgent) -> None:
    assert agent.ask("Be denied `rm -rf x`").result["permission_denials"] == ["Bash"]


def test_a_cost(agent: DemoAgent) -> None:
    assert agent.ask("Cost $0.25").result["total_cost_usd"] == 0.25


def test_many_messages(agent: DemoAgent) -> None:
    assert agent.ask("Say 500 messages").result["num_turns"] == 501


def test_a_grandchild_holds_the_pipe(agent: DemoAgent) -> None:
    process = subprocess.Popen(
        [*ARGV, "-x", "--stream-json"],
        cwd=agent.folder,
        env=agent.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(b'Hold the pipe for 3 seconds. Say "done".')
    process.stdin.close()

    assert process.wait(10) == 0
    seen = [json.loads(process.stdout.readline())["type"] for _ in range(4)]
    assert seen[-1] == "result"
    assert process.stdout.read() == b""
    process.stdout.close()


@pytest.mark.parametrize("prompt", ["Hang.", "Hang stubbornly."])
def test_hangs_until_it_is_ended(agent: DemoAgent, prompt: str) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(
            [*ARGV, "-x", prompt],
            env=agent.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=0.7,
            check=False,
        )
