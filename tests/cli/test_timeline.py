"""`diff --timeline`: all steps of a session, and ids that other commands take."""

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.conftest import git

DEMO = ("--mode", "demo")


@pytest.fixture
def session(amp: Terminal) -> str:
    """A session with two turns, a commit by hand between them, and a squash."""
    made = amp(
        "new", "--prompt", 'Create a.txt with "one".', "--script", "test -e b.txt", *DEMO, "--json"
    ).json
    amp("iterate", made["id"])
    worktree = Path(made["worktree_path"])
    (worktree / "mine.txt").write_text("mine\n")
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "-m", "A commit of my own with a subject that fits no terminal at all")
    amp("iterate", made["id"], "--notes", 'Create b.txt with "two".')
    amp("squash", made["id"])
    return str(made["id"])


def test_the_steps_fit_eighty_columns(amp: Terminal, session: str) -> None:
    shown = amp("diff", session, "--timeline")
    lines = shown.out.splitlines()
    assert shown.status == 0
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].split() == ["TIME", "ID", "WHAT", "RESULT", "LINES"]
    told = [line[7:].split("  ")[0].strip() or line.split("  ")[-1] for line in lines[2:-2]]
    assert len(told) == 8, shown.out
    assert "iteration 1" in told
    assert "iteration 2" in told


def test_its_ids_are_taken_by_diff_and_restore(amp: Terminal, session: str) -> None:
    steps = amp("diff", session, "--timeline", "--json").json
    assert [step["kind"] for step in steps] == [
        *("created", "iteration", "check", "commit", "iteration", "check", "point", "git"),
    ]
    shown = amp("diff", session, "--timeline").out
    commit, point = steps[3]["state"], steps[6]["point"]
    assert commit[:10] in shown
    assert point[:18] in shown

    assert amp("diff", session, "--commit", commit[:10], "--name-only").out == "mine.txt\n"
    assert amp("diff", session, "--iteration", "2", "--name-only").out == "b.txt\n"
    assert amp("restore", session, point[:18]).status == 0
    assert amp("diff", session, "--timeline", "--json").json[-1]["title"] == "Restored"


def test_it_stands_alone(amp: Terminal, session: str) -> None:
    refused = amp("diff", session, "--timeline", "--staged")
    assert refused.status == 2
    assert "--timeline" in refused.err
