"""Staging, committing and going back from the terminal."""

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.conftest import git

PROMPT = 'Create the file a.txt with the text "one". Then create the file src/b.txt with the text "two".'


@pytest.fixture
def session(amp: Terminal) -> str:
    """A session whose turn has ended, with something changed by hand since."""
    made = amp("new", "--mode", "demo", "--prompt", PROMPT, "--run", "--json").json
    id_ = str(made.get("session_id") or made["id"])
    worktree = Path(amp("status", id_, "--json").json["worktree_path"])
    (worktree / "a.txt").write_text("changed\n")
    (worktree / "src" / "new.txt").write_text("new\n")
    return id_


@pytest.fixture
def worktree(amp: Terminal, session: str) -> Path:
    return Path(amp("status", session, "--json").json["worktree_path"])


def test_files_are_staged_unstaged_and_committed(amp: Terminal, session: str, worktree: Path) -> None:
    staged = amp("stage", session, "src", "--json").json
    assert {each["path"]: each["staged"] for each in staged["files"]} == {"a.txt": False, "src/new.txt": True}
    assert amp("unstage", session, "--all").out == "0 files staged, 2 not\n"
    assert amp("stage", session, "a.txt").out == "1 file staged, 1 not\n"
    made = amp("commit", session, "-m", "By hand", "-m", "Because.", "--json").json
    assert made["subject"] == "By hand"
    assert git(worktree, "log", "-1", "--format=%H %b") == f"{made['commit_sha']} Because."
    assert amp("commit", session, "--all", "--amend", "-m", "All of it").status == 0
    assert git(worktree, "status", "--porcelain") == ""


def test_paths_count_from_where_the_command_is_given_inside_the_worktree(
    amp: Terminal, session: str, worktree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(worktree / "src")
    assert amp("stage", session, "new.txt", "../a.txt").out == "2 files staged, 0 not\n"
    assert amp("unstage", session, str(worktree / "a.txt")).out == "1 file staged, 1 not\n"
    outside = amp("stage", session, "../../elsewhere.txt", "--json")
    assert (outside.status, outside.json["error"]["code"]) == (2, "invalid_input")


def test_what_is_meant_must_be_said(amp: Terminal, session: str) -> None:
    for command in ("stage", "unstage", "discard"):
        assert amp(command, session).status == 2
        assert amp(command, session, "a.txt", "--all").status == 2
    assert amp("commit", session, "--json").json["error"]["code"] == "empty_message"
    assert amp("commit", session, "-m", "x", "--json").json["error"]["code"] == "nothing_staged"
    assert amp("stage", session, "nowhere", "--json").json["error"]["code"] == "not_changed"


def test_discarding_asks_and_can_be_undone(amp: Terminal, session: str, worktree: Path) -> None:
    unasked = amp("discard", session, "--all", "--json")
    assert (unasked.status, unasked.json["error"]["code"]) == (2, "needs_yes")
    assert (worktree / "a.txt").read_text() == "changed\n"
    done = amp("discard", session, "--all", "--yes", "--json").json
    assert git(worktree, "status", "--porcelain") == ""
    assert amp("restore", session, done["point"]["id"], "--json").status == 0
    assert (worktree / "src" / "new.txt").read_text() == "new\n"


def test_going_back_and_picking(amp: Terminal, session: str, worktree: Path) -> None:
    amp("commit", session, "--all", "-m", "By hand")
    sha = git(worktree, "rev-parse", "HEAD")
    assert amp("rollback", session, f"{sha}~1", "--json").json["error"]["code"] == "needs_yes"
    assert amp("rollback", session, f"{sha}~1", "--yes", "--json").json["operation"] == "rollback"
    assert not (worktree / "src" / "new.txt").exists()
    picked = amp("cherry-pick", session, sha, "--json").json
    assert [each["subject"] for each in picked["commits"]] == ["By hand"]
    assert (worktree / "src" / "new.txt").read_text() == "new\n"
    again = amp("cherry-pick", session, sha, "--json")
    assert (again.status, again.json["error"]["code"]) == (4, "nothing_to_pick")


def test_diff_shows_each_part_of_the_change(amp: Terminal, session: str, worktree: Path) -> None:
    amp("stage", session, "a.txt")
    assert amp("diff", session, "--staged", "--name-only").out == "a.txt\n"
    assert amp("diff", session, "--unstaged", "--name-only").out == "src/new.txt\n"
    assert amp("diff", session, "--iteration", "1", "--name-only").out == "a.txt\nsrc/b.txt\n"
    assert amp("diff", session, "--iteration", "1..1", "--stat").out.endswith("2 files, +2 −0\n")
    head = git(worktree, "rev-parse", "HEAD")
    assert amp("diff", session, "--commit", head, "--name-only").out == "a.txt\nsrc/b.txt\n"
    assert amp("diff", session, "--iteration", "x").status == 2
    assert amp("diff", session, "--staged", "--unstaged").status == 2
    plain = amp("diff", session, "--staged").out
    assert "+changed\n" in plain
    assert "\x1b" not in plain
    assert "\x1b[32m+" in amp("diff", session, "--staged", "--color", "always").out
