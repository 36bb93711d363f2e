"""Conflicts settled by the agent, from the terminal."""

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.conftest import git


@pytest.fixture
def session(amp: Terminal, repo: Path) -> str:
    """A session whose merge waits for a conflict in README.md."""
    prompt = 'Replace "hello" with "session" in README.md.'
    made = amp("new", "--repo", str(repo), "--mode", "demo", "--prompt", prompt, "--run", "--json")
    (repo / "README.md").write_text("base\n")
    git(repo, "commit", "-q", "-am", "base")
    name = str(amp("list", "--json").json[0]["id"])
    assert made.status == 0
    assert amp("merge", name, "--json").json["status"] == "conflict"
    return name


def test_the_agent_settles_what_is_left_and_the_merge_goes_on(
    amp: Terminal, session: str, repo: Path
) -> None:
    done = amp("continue-merge", session, "--ask-agent", "--message", "feat: greet", "--json")

    assert (done.status, done.json["status"]) == (0, "merged")
    assert done.json["asked"]["settled"] == ["README.md"]
    assert git(repo, "log", "-1", "--format=%s") == "feat: greet"
    assert git(repo, "show", "main:README.md") == "session\nbase"


def test_an_answer_that_is_refused_says_what_is_left(amp: Terminal, session: str, repo: Path) -> None:
    before = git(repo, "rev-parse", "main")
    marked = 'Write "<<<<<<< session\nmine\n=======\nyours\n>>>>>>> base" to README.md.'

    refused = amp("continue-merge", session, "--ask-agent", "--notes", marked)
    asked = amp("continue-merge", session, "--ask-agent", "--notes", marked, "--json")

    assert refused.status == 1
    assert "not taken: README.md: Conflict markers are left in lines 1, 3, 5. (markers_left)" in refused.out
    assert "--ask-agent" in refused.out
    assert (asked.status, asked.json["status"]) == (1, "conflict")
    assert asked.json["asked"]["refused"][0]["code"] == "markers_left"
    assert git(repo, "rev-parse", "main") == before
    assert amp("continue-merge", session, "--ask-agent").status == 0


def test_an_agent_that_fails_settles_nothing(amp: Terminal, session: str) -> None:
    failed = amp("continue-merge", session, "--ask-agent", "--notes", 'Fail with "a bad day".')

    assert failed.status == 1
    assert "The agent settled nothing: its turn ended with failed." in failed.out
    assert amp("abort-merge", session, "--json").json["status"] == "aborted"
    late = amp("continue-merge", session, "--ask-agent", "--json")
    assert (late.status, late.json["error"]["code"]) == (3, "no_merge")


def test_words_for_the_agent_need_the_agent(amp: Terminal, session: str) -> None:
    assert amp("continue-merge", session, "--notes", "be careful").status == 2


def test_the_check_of_the_merged_result_is_run_by_preflight_when_asked(amp: Terminal, repo: Path) -> None:
    prompt, script = "Create the file a.txt.", "test -f a.txt"
    amp("new", "--repo", str(repo), "--mode", "demo", "--prompt", prompt, "--script", script, "--run")
    (repo / "b.txt").write_text("b\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "b")
    name = amp("list", "--json").json[0]["id"]

    assert amp("preflight", name, "--json").json["check"] is None
    assert amp("preflight", name, "--check", "--json").json["check"]["passed"] is True
    issues = amp("preflight", name, "--pr", "--json").json["issues"]
    assert issues[0]["code"] in ("no_gh", "no_remote")
