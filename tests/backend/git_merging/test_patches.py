"""The series that `--export-patch` writes, taken by `git am`."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.git.patches import write_series
from tests.backend.git_merging.building import commit, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repo(tmp_path / "a repo ü", {"a": text(), "ä ö": text(_1="x")})
    git(repo, "checkout", "-q", "-b", "session")
    commit(repo, "amp: one\n\nFrom here on it is different.\n---\ndiff --git a/x b/x", {"a": text(_2="1")})
    git(repo, "mv", "ä ö", "renamed\tü")
    commit(repo, "two: ünïcödé " + "and a long subject " * 8, {"x.bin": bytes(range(256)), "link": "-> a"})
    git(repo, "checkout", "-q", "main")
    return repo


def assert_gives(repo: Path, patch: Path, tip: str) -> None:
    git(repo, "checkout", "-q", "--detach", "main")
    git(repo, "am", "-q", str(patch))
    assert git(repo, "rev-parse", "HEAD^{tree}") == git(repo, "rev-parse", f"{tip}^{{tree}}")


def test_git_am_makes_the_same_of_it(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out/new folder/series.patch"
    assert write_series(git_at(repo), "main", "session", out) == 2
    assert_gives(repo, out, "session")
    assert [name.name for name in out.parent.iterdir()] == ["series.patch"]


def test_no_setting_of_the_user_spoils_it(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    for name, value in {
        "diff.noprefix": "true",
        "color.ui": "always",
        "format.attach": "yes",
        "format.coverLetter": "true",
        "format.to": "all@example.org",
        "format.signature": "me",
        "format.subjectPrefix": "LIST",
        "diff.external": "false",
        "diff.renames": "copies",
        "diff.context": "0",
    }.items():
        git(repo, "config", name, value)
    assert write_series(git_at(repo), "main", "session", tmp_path / "series") == 2
    for name in ("diff.noprefix", "diff.external", "diff.context"):
        git(repo, "config", "--unset", name)
    assert_gives(repo, tmp_path / "series", "session")


def test_merges_in_between_are_made_straight(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    commit(repo, "base moved", {"b": "b\n"})
    git(repo, "merge", "-q", "--no-edit", "session")
    merged = git(repo, "rev-parse", "HEAD")
    git(repo, "reset", "-q", "--hard", "HEAD~1")
    assert write_series(git_at(repo), "main", merged, tmp_path / "series") == 2
    assert_gives(repo, tmp_path / "series", merged)


def test_what_cannot_be_made_straight_is_one_patch(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    commit(repo, "base moved", {"a": text(_2="base")})
    git(repo, "merge", "-q", "-s", "ours", "--no-commit", "session")
    merged = commit(repo, "Merge, settled by hand", {"a": text(_2="both"), "more": "x\n"})
    git(repo, "reset", "-q", "--hard", "HEAD~1")
    assert write_series(git_at(repo), "main", merged, tmp_path / "series") == 1
    assert_gives(repo, tmp_path / "series", merged)


def test_an_older_file_is_replaced_in_one_step(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    out = tmp_path / "series"
    out.write_text("old")
    write_series(git_at(repo), "main", "session", out)
    assert "old" not in out.read_text("utf-8", "replace").splitlines()


def test_a_place_that_cannot_be_written_is_told(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    put(tmp_path / "file", "x")
    with pytest.raises(InvalidInput) as refused:
        write_series(git_at(repo), "main", "session", tmp_path / "file/series")
    assert refused.value.code == "cannot_write"
