"""Whatever prints them, five canary values are found in nothing that we write."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsm_app.backend.domain.sessions import AgentChoice, SessionSummary
from tests.conftest import git
from tests.secrets.canaries import CANARIES, database, files_below, leaks, repository
from tests.support.demo_agent import ARGV
from tests.support.web import environment, terminal_argv
from tests.support.world import World, open_world

_NAMES = " ".join(CANARIES)


@pytest.fixture(autouse=True)
def canaries(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def world(repo: Path, tmp_path: Path) -> Iterator[World]:
    with open_world(repo, tmp_path / "home" / "data" / "sessions.sqlite") as opened:
        yield opened


def everything_written(world: World, *more: Path) -> list[str]:
    """The leaks in all that we write; the agent's own files in the worktree are not ours."""
    home = Path(os.environ["HOME"])
    places = [*files_below(home), *database(home / "data" / "sessions.sqlite"), *repository(world.repo)]
    for context in world.repo.glob(".worktrees/*/AGENT_CONTEXT"):
        places += files_below(context)
    places += [(str(path), path.read_bytes()) for path in more]
    return leaks(iter(places))


def program(world: World, text: str) -> str:
    """A prompt that runs a program which knows all values."""
    script = world.repo.parent / "program.py"
    values = list(CANARIES.values())
    script.write_text(f"import base64, json, os, sys, urllib.parse\nvalues = {values!r}\n{text}\n")
    return f"Run `python3 {str(script)!r}`."


# The demo agent, but it knows the values: @NAME@ in a prompt is what the environment says.
_KNOWING = """#!{python}
import os, re, subprocess, sys
argv = [{python!r}, "-I", "-S", {agent!r}, *sys.argv[1:]]
said = b"" if "--version" in argv or "--help" in argv else sys.stdin.buffer.read()
said = re.sub(rb"@([A-Z_]+)@", lambda found: os.environb.get(found[1], b"?"), said)
sys.exit(subprocess.run(argv, input=said).returncode)
"""


@pytest.fixture
def knowing(tmp_path: Path) -> Path:
    path = tmp_path / "bin" / "amp"
    path.parent.mkdir()
    path.write_text(_KNOWING.format(python=sys.executable, agent=ARGV[-1]))
    path.chmod(0o755)
    return path


_PRINTS = {
    "plain": "print(*values, sep='\\n')",
    "as JSON": "print(json.dumps(values)); print(json.dumps(json.dumps(values)))",
    "as JSON with every character": "print(json.dumps(values, ensure_ascii=False))",
    "as base64": "for n in (0, 1, 2): print(*[base64.b64encode(b'x' * n + v.encode()) for v in values])",
    "percent-encoded": "print(*[urllib.parse.quote(v, safe='') for v in values])",
    "to both outputs": "print(values); sys.stdout.flush(); print(values, file=sys.stderr)",
    "in pieces of one line": "[(sys.stdout.write(v[:9]), sys.stdout.flush(), print(v[9:])) for v in values]",
}


@pytest.mark.parametrize("text", _PRINTS.values(), ids=_PRINTS.keys())
def test_what_a_tool_prints(world: World, text: str) -> None:
    session = world.new(program(world, text))

    turn = world.iterate(session)

    assert turn.outcome == "completed"
    assert everything_written(world) == []
    assert b"[redacted]" in b"".join(data for _, data in database(world.core.data_dir / "sessions.sqlite"))


_TALK = {
    "a message": 'Say "my token is @MY_TOKEN@".',
    "its last words": 'Say "@DB_PASSWORD@, that is all".',
    "its thoughts": "Think: should I use @SERVICE_CREDENTIAL@.",
    "a question": "Ask: is @AWS_SECRET_ACCESS_KEY@ right.",
    "an error": 'Fail with the error "no access with @MY_TOKEN@".',
    "its complaints": 'Complain: "@MY_TOKEN@".',
    "arguments of a tool": "Run `true @MY_TOKEN@ '@DB_PASSWORD@'`.",
    "a file's content": 'Create the file fine.txt with the text "@MY_TOKEN@".',
    "a sub-agent's words": 'Use a sub-agent to say "@MY_TOKEN@".',
    "its key": 'Say "@AMP_API_KEY@".',
}


@pytest.mark.parametrize("prompt", _TALK.values(), ids=_TALK.keys())
def test_what_the_agent_says(world: World, knowing: Path, prompt: str) -> None:
    session = world.new(prompt, choice=AgentChoice(mode="local-cli", cli_path=str(knowing)))

    world.iterate(session)

    assert everything_written(world) == []


def test_the_agents_key_reaches_the_agent_that_needs_it(world: World, knowing: Path) -> None:
    choice = AgentChoice(mode="local-cli", cli_path=str(knowing))
    session = world.new("Run `env > agent.env; touch made`.", choice=choice)

    world.iterate(session)

    assert environment_of(world, session, "agent.env")["AMP_API_KEY"] == CANARIES["AMP_API_KEY"]


def test_what_the_agent_writes_into_a_file_is_left_out_of_the_commit(world: World) -> None:
    session = world.new(program(world, "open('leak.txt', 'w').write('\\n'.join(values))"))

    turn = world.iterate(session)

    assert [each.path for each in turn.withheld] == ["leak.txt"]
    assert (world.worktree(session) / "leak.txt").exists()
    assert everything_written(world) == []


def test_check_script_and_hook_print_them(world: World) -> None:
    hook = world.repo / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nenv\nenv >&2\n[ ! -f refuse.txt ]\n")
    hook.chmod(0o755)
    session = world.new('Create the file a.txt with "a".', script="env; env | base64 -w0; exit 3")

    world.iterate(session)
    refused = world.iterate(session, notes='Create the file refuse.txt with "no".')

    assert refused.error is not None
    assert refused.error.code == "commit_hook"
    assert everything_written(world) == []


def test_a_set_up_script_prints_them(world: World) -> None:
    world.commit({".ampsm.yaml": "setup:\n  script: env; env >&2; exit 4\n"})

    session = world.new("Say hello", trust_setup=True)

    assert world.core.sessions.get(session.id).status == "error"
    assert everything_written(world) == []


def test_what_the_user_wrote_himself_is_in_no_commit_branch_or_context_file(world: World) -> None:
    """His prompt is kept for the agent as he wrote it; nothing made from it shows the secret."""
    value = CANARIES["AWS_SECRET_ACCESS_KEY"]
    session = world.new(
        f"Say {value}", notes=value, follow_ups=(f'Create the file a.txt with "a" by {value}',)
    )
    world.iterate(session)
    world.iterate(session)

    assert leaks(files_below(world.worktree(session) / "AGENT_CONTEXT")) == []
    assert leaks(repository(world.repo)) == []


def test_streams_and_metrics_files_of_the_command_line(world: World, tmp_path: Path) -> None:
    import subprocess

    session = world.new(program(world, "print(*values); print(json.dumps(values), file=sys.stderr)"))
    metrics = tmp_path / "metrics.jsonl"
    database_path = str(Path(os.environ["HOME"]) / "data" / "sessions.sqlite")
    said = b""
    for options in (("--stream-json", "--metrics-file", str(metrics)), ("--stream",), ("--json",)):
        done = subprocess.run(
            terminal_argv("iterate", session.id, "--notes", session.prompt, *options),
            env=environment(AMPSM_DB_PATH=database_path),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said += done.stdout + done.stderr

    assert metrics.stat().st_size > 0
    assert leaks(iter([("what the commands print", said)])) == []
    assert everything_written(world, metrics) == []


def environment_of(world: World, session: SessionSummary, name: str) -> dict[str, str]:
    text = (world.worktree(session) / name).read_text()
    return dict(line.partition("=")[::2] for line in text.splitlines())


def test_the_agents_key_reaches_no_script_and_no_hook(world: World) -> None:
    """In demo mode there is no agent that needs it either."""
    hook = world.repo / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\nenv > "$(git rev-parse --git-dir)/hook.env"\n')
    hook.chmod(0o755)
    world.commit({".ampsm.yaml": "setup:\n  script: env > setup.env\n", ".gitignore": "*.env\n"})
    session = world.new("Run `env > agent.env; touch made`.", script="env > check.env", trust_setup=True)

    world.iterate(session)

    git_dir = git(world.worktree(session), "rev-parse", "--absolute-git-dir")
    (world.worktree(session) / "hook.env").write_bytes((Path(git_dir) / "hook.env").read_bytes())
    for name in ("setup.env", "check.env", "hook.env", "agent.env"):
        seen = environment_of(world, session, name)
        assert seen["MY_TOKEN"] == CANARIES["MY_TOKEN"], name
        assert "AMP_API_KEY" not in seen, name
