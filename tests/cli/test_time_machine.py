"""history, restore, trash and clean-environment on a terminal."""

import tempfile
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.cli.size_words import parse_size, size
from tests.cli.conftest import Terminal
from tests.cli.test_commands import new


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others on this machine may have left something in the real one."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


@pytest.fixture
def session(amp: Terminal, repo: Path) -> str:
    """A session with a commit, and a draft that is in the point of before a squash only."""
    made = new(amp, 'Create the file a.txt with the text "one".', "--name", "Oolong")
    amp("iterate", made)
    (repo / ".worktrees" / made / "draft.txt").write_text("a draft\n")
    assert amp("squash", made).status == 0
    (repo / ".worktrees" / made / "draft.txt").unlink()
    return made


def test_history_says_what_each_point_is_for_and_holds(amp: Terminal, session: str) -> None:
    shown = amp("history", session).out.splitlines()
    assert shown[0].split() == ["POINT", "AGE", "BEFORE", "HOLDS", "COMMIT"]
    assert "the commits were squashed" in shown[1]
    assert "1 file, 8 B" in shown[1]
    assert all(len(line) <= 80 for line in shown)
    point = shown[1].split()[0]

    held = amp("history", session, point)
    assert "before the commits were squashed" in held.out
    assert "added   8 B   draft.txt" in held.out
    assert "restoring it now: 1 commit leaves the branch, 1 commit returns, 1 file changes" in held.out
    document = amp("history", session, point, "--json").json
    assert [each["path"] for each in document["files"]] == ["draft.txt"]
    assert document["effect"]["commits_leaving"] == 1

    patch = amp("history", session, point, "--patch").out
    assert "+++ b/draft.txt" in patch
    assert "+a draft" in patch


def test_single_files_are_restored(amp: Terminal, repo: Path, session: str) -> None:
    point = amp("history", session, "--json").json[0]["id"]
    done = amp("restore", session, point, "--file", "draft.txt")
    assert done.out.startswith("restored 1 file; what was there before is point ")
    assert (repo / ".worktrees" / session / "draft.txt").read_text() == "a draft\n"
    missing = amp("restore", session, point, "--file", "no.txt", "--json")
    assert (missing.status, missing.json["error"]["code"]) == (3, "not_in_backup")


def test_points_are_pinned(amp: Terminal, session: str) -> None:
    point = amp("history", session, "--json").json[0]["id"]
    assert amp("history", session, "--pin", point, "--json").json["pinned"] is True
    assert "pinned" in amp("history", session).out
    assert "unpinned" in amp("history", session, "--unpin", point).out
    assert amp("history", session, point, "--pin", point).status == 2
    assert amp("history", session, "--patch").status == 2


def test_the_trash_is_listed_restored_and_emptied(amp: Terminal, repo: Path, session: str) -> None:
    assert amp("trash", "list").out.startswith("The trash is empty.")
    amp("delete", session, "--force")
    (entry,) = amp("trash", "list", "--json").json
    assert (entry["session_name"], entry["unmerged_commits"], entry["restorable"]) == ("Oolong", 1, True)
    shown = amp("trash", "list").out
    assert "1 unmerged" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())

    back = amp("trash", "restore", session)
    assert back.out.startswith("Oolong: back in ")
    assert (repo / ".worktrees" / session / "a.txt").exists()

    amp("delete", session, "--force")
    refused = amp("trash", "empty")
    assert (refused.status, "say --yes" in refused.err) == (2, True)
    assert amp("trash", "empty", "--json").json["error"]["code"] == "needs_yes"
    assert len(amp("trash", "list", "--json").json) == 1
    assert amp("trash", "empty", "--older-than", "3", "--yes").out == "deleted 0, 0 B freed\n"
    done = amp("trash", "empty", "--yes", "--json").json
    assert [each["session_id"] for each in done["removed"]] == [session]
    assert amp("trash", "list", "--json").json == []
    assert amp("trash", "restore", session).status == 3


def test_clean_environment_shows_first_and_does_when_asked(amp: Terminal, repo: Path, session: str) -> None:
    assert amp("merge", session).status == 0
    shown = amp("clean-environment")
    assert "worktrees of sessions" in shown.out
    assert "to the trash" in shown.out
    assert "Nothing was changed. Do it: amp-sessions clean-environment --yes" in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines() if "  " in line)
    assert (repo / ".worktrees" / session).exists()

    assert amp("clean-environment", "--only", "database", "--yes").status == 0
    assert (repo / ".worktrees" / session).exists()
    done = amp("clean-environment", "--yes", "--json").json
    assert [each["session_id"] for each in done["items"] if each["done"]] == [session]
    assert not (repo / ".worktrees" / session).exists()
    assert amp("clean-environment").out.splitlines()[-1].endswith("in use; nothing was left behind.")
    limited = amp("clean-environment", "--max-size", "0B", "--json").json
    assert any(each["kind"] == "trash" and each["proposed"] for each in limited["items"])


def test_the_daily_look_at_old_points_is_quiet(amp: Terminal, session: str, private_home: Path) -> None:
    (stamp,) = private_home.rglob("points-expired")
    stamp.unlink()
    assert amp("rename", session, "Other").out == f"{session}  Other\n"
    assert stamp.exists()


@pytest.mark.parametrize(
    ("typed", "number"),
    [("4096", 4096), ("2GB", 2 * 10**9), ("1.5 g", 15 * 10**8), ("500MiB", 5 * 10**8), ("0b", 0)],
)
def test_sizes_are_read_as_they_are_typed(typed: str, number: int) -> None:
    assert parse_size(typed) == number


def test_other_texts_are_no_sizes() -> None:
    for text in ("", "big", "-1", "1 PB", "GB"):
        with pytest.raises(InvalidInput):
            parse_size(text)


def test_sizes_are_shown_short() -> None:
    shown = [size(number) for number in (None, 0, 999, 1000, 12_345_678, 3 * 10**9, 10**13)]
    assert shown == ["—", "0 B", "999 B", "1.0 kB", "12.3 MB", "3.0 GB", "10.0 TB"]
