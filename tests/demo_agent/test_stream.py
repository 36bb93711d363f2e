"""The stream: Amp's form, line by line."""

import json
import subprocess
from pathlib import Path

from tests.support.demo_agent import ARGV, DemoAgent


def test_a_turn_begins_with_init_and_ends_with_its_result(agent: DemoAgent) -> None:
    said = agent.ask('Say "hello"')

    assert [event["type"] for event in said.events] == ["system", "user", "assistant", "result"]
    init, user, assistant, result = said.events
    assert (init["subtype"], init["cwd"], init["mcp_servers"]) == ("init", str(agent.folder), [])
    assert init["session_id"].startswith("T-")
    assert user["message"]["content"] == [{"type": "text", "text": 'Say "hello"'}]
    assert assistant["message"]["content"] == [{"type": "text", "text": "hello"}]
    assert (result["subtype"], result["is_error"], result["result"]) == ("success", False, "hello")
    assert {event["session_id"] for event in said.events} == {init["session_id"]}


def test_the_lines_of_a_message_repeat_its_usage_and_the_result_counts_it_once(agent: DemoAgent) -> None:
    said = agent.ask("Create a.txt")

    messages = [event["message"] for event in said.events if event["type"] == "assistant"]
    usages = {message["id"]: message["usage"] for message in messages}
    assert len(messages) == 3
    assert len(usages) == 2
    for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"):
        assert said.result["usage"][name] == sum(usage[name] for usage in usages.values())


def test_use_n_tokens_is_exact(agent: DemoAgent) -> None:
    usage = agent.ask("Create a.txt. Use 5000 tokens. Use 11 tokens.").result["usage"]

    assert usage["input_tokens"] + usage["output_tokens"] == 5011
    assert usage["cache_creation_input_tokens"] + usage["cache_read_input_tokens"] <= usage["input_tokens"]


def test_the_same_prompt_gives_the_same_stream_but_for_the_thread(agent: DemoAgent) -> None:
    prompt = 'Create a.txt with "x". Think "hm". Use a sub-agent to create b.txt. Run `echo hi`.'
    first, second = agent.ask(prompt), agent.ask(prompt)

    assert first.thread_id != second.thread_id
    assert _without_thread(first.text, first.thread_id) == _without_thread(second.text, second.thread_id)


def test_thinking_only_where_asked_for(agent: DemoAgent) -> None:
    prompt = 'Think "about it". Say "done"'

    assert agent.ask(prompt).blocks("thinking") == []
    with_thinking = agent.call("-x", "--stream-json-thinking", stdin=prompt)
    assert [block["thinking"] for block in with_thinking.blocks("thinking")] == ["about it"]


def test_a_sub_agent_speaks_under_the_call_that_started_it(agent: DemoAgent) -> None:
    said = agent.ask('Use a sub-agent to create b.txt with "x"')

    task = said.blocks("tool_use")[0]
    nested = [event for event in said.events if event.get("parent_tool_use_id") == task["id"]]
    assert task["name"] == "Task"
    assert [event["type"] for event in nested] == ["user", "assistant", "assistant", "user", "assistant"]
    assert (agent.folder / "b.txt").read_text() == "x\n"


def test_lines_come_while_the_agent_works(agent: DemoAgent) -> None:
    process = subprocess.Popen(
        [*ARGV, "-x", "--stream-json"],
        cwd=agent.folder,
        env=agent.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b'Say "first". Hang.')
        process.stdin.close()
        seen = [json.loads(process.stdout.readline())["type"] for _ in range(3)]
        assert seen == ["system", "user", "assistant"]
        assert process.poll() is None
        process.kill()


def test_a_conversation_over_standard_input_ends_when_it_closes(agent: DemoAgent) -> None:
    lines = "".join(
        json.dumps({"type": "user", "message": {"role": "user", "content": [{"type": "text", "text": text}]}})
        + "\n"
        for text in ('Say "one"', 'Fail with "two"', "What did I ask?")
    )

    said = agent.call("-x", "--stream-json", "--stream-json-input", stdin=lines)

    results = [event for event in said.events if event["type"] == "result"]
    assert [event.get("result", event.get("error")) for event in results] == [
        "one",
        "two",
        '1. Say "one"\n2. Fail with "two"',
    ]
    assert [event["type"] for event in said.events].count("system") == 1
    assert said.exit_code == 0


def test_without_a_stream_it_logs_in_plain_words(agent: DemoAgent) -> None:
    said = agent.call("-x", stdin='Create a.txt with "x". Run `exit 2`. Use 100 tokens.')

    assert said.text.splitlines() == [
        "Model: demo",
        "Creating a.txt.",
        'Using create_file tool with args: {"path": "'
        + str(agent.folder / "a.txt")
        + '", "content": "x\\n"}',
        "create_file tool completed successfully in 10ms",
        "Running exit 2.",
        'Using Bash tool with args: {"cmd": "exit 2"}',
        "Bash tool failed in 10ms: Exit code 2",
        "Used 100 tokens.",
        "Done: created a.txt, Bash failed.",
        "Token usage - prompt: 80, completion: 20, total: 100",
    ]


def _without_thread(text: str, thread_id: str) -> str:
    return text.replace(thread_id, "T").replace(thread_id[2:10] + thread_id[-4:], "t")


def test_files_of_the_folder_cannot_shadow_its_modules(agent: DemoAgent) -> None:
    (agent.folder / "json.py").write_text("raise SystemExit('shadowed')")
    (Path(agent.folder) / "ampsm_app").mkdir()

    assert agent.ask('Say "fine"').answer == "fine"
