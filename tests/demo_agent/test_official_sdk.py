"""The official SDK, pointed at the demo agent, takes its stream."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import amp_sdk
import pytest

from tests.support.demo_agent import executable


@pytest.fixture(autouse=True)
def sdk_uses_the_demo_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMP_CLI_PATH", str(executable(tmp_path / "bin/amp")))
    monkeypatch.setenv("AMP_DEMO_STATE", str(tmp_path / "state"))


def test_a_turn_with_tools_and_a_sub_agent(tmp_path: Path) -> None:
    prompt = (
        'Create a.txt with "x". Use a sub-agent to create b.txt. Run `exit 2`. Be denied `ls`. Say "done".'
    )

    messages = _execute(
        prompt, amp_sdk.AmpOptions(cwd=str(tmp_path), mode="high", labels=["demo"], title="A title")
    )

    assert [message.type for message in messages][:2] == ["system", "user"]
    assert (tmp_path / "a.txt").read_text() == "x\n"
    assert (tmp_path / "b.txt").exists()
    result = messages[-1]
    assert isinstance(result, amp_sdk.ResultMessage)
    assert result.result == "done"
    assert result.usage is not None
    assert result.usage.output_tokens > 0


def test_a_failing_turn(tmp_path: Path) -> None:
    messages: list[amp_sdk.StreamMessage] = []

    with pytest.raises(amp_sdk.ProcessError):
        _execute('Fail with "no idea"', amp_sdk.AmpOptions(cwd=str(tmp_path)), seen=messages)

    result = messages[-1]
    assert isinstance(result, amp_sdk.ErrorResultMessage)
    assert result.error == "no idea"


def test_threads_go_on(tmp_path: Path) -> None:
    thread_id = asyncio.run(amp_sdk.threads.new())
    in_thread = amp_sdk.AmpOptions.model_validate({"cwd": str(tmp_path), "continue": thread_id})

    _execute('Say "one"', in_thread)
    messages = _execute("What did I ask?", in_thread)

    assert isinstance(messages[-1], amp_sdk.ResultMessage)
    assert messages[-1].result == '1. Say "one"'
    assert messages[-1].session_id == thread_id
    markdown = asyncio.run(amp_sdk.threads.markdown(amp_sdk.ThreadsMarkdownOptions(thread_id=thread_id)))
    assert 'Say "one"' in markdown


def test_streaming_input(tmp_path: Path) -> None:
    async def prompts() -> AsyncIterator[amp_sdk.UserInputMessage]:
        yield amp_sdk.create_user_message('Say "one"')
        yield amp_sdk.create_user_message('Say "two"', request_id="r2")

    messages = _execute(prompts(), amp_sdk.AmpOptions(cwd=str(tmp_path)))

    assert [message.result for message in messages if isinstance(message, amp_sdk.ResultMessage)] == [
        "one",
        "two",
    ]


def _execute(
    prompt: str | AsyncIterator[amp_sdk.UserInputMessage],
    options: amp_sdk.AmpOptions,
    *,
    seen: list[amp_sdk.StreamMessage] | None = None,
) -> list[amp_sdk.StreamMessage]:
    messages = [] if seen is None else seen

    async def collect() -> None:
        async for message in amp_sdk.execute(prompt, options):
            messages.append(message)

    asyncio.run(collect())
    return messages
