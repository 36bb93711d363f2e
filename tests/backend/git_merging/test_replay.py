"""Rebasing a session's commits onto any ref, in memory."""

from pathlib import Path

import pytest

from ampsm_app.backend.git.replay import ReplayConflict, Replayed, rebase
from tests.backend.git_merging.building import commit, picture, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repo(tmp_path / "repo", {"a": text(), "b": text()})
    git(repo, "checkout", "-q", "-b", "session")
    commit(repo, "one", {"a": text(_1="1")}, GIT_AUTHOR_NAME="Ben", GIT_AUTHOR_DATE="1700000000 +0530")
    commit(repo, "two\n\nwith a body", {"a": text(_1="1", _6="2")})
    git(repo, "checkout", "-q", "main")
    return repo


def test_commits_are_made_again_as_git_rebase_would(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    before = picture(repo)
    done = rebase(git_at(repo), "main", "session", "main")
    assert picture(repo) == before
    assert isinstance(done, Replayed)
    assert git(repo, "log", "--format=%s|%b|%an|%ad", "--date=raw", "-1", done.commits[0]) == (
        "one||Ben|1700000000 +0530"
    )
    git(repo, "checkout", "-q", "session")
    git(repo, "rebase", "-q", "main")
    assert git(repo, "rev-parse", f"{done.tip}^{{tree}}") == git(repo, "rev-parse", "HEAD^{tree}")


def test_what_stands_there_already_stays_the_same_commits(git_at: GitAt, repo: Path) -> None:
    done = rebase(git_at(repo), "main", "session", "main")
    assert isinstance(done, Replayed)
    assert done.tip == git(repo, "rev-parse", "session")


def test_a_conflict_names_the_commit_and_the_paths_and_moves_nothing(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"a": text(_6="base")})
    before = picture(repo)
    done = rebase(git_at(repo), "main", "session", "main")
    assert isinstance(done, ReplayConflict)
    assert (done.commit.subject, [(each.path, each.kind) for each in done.conflicts]) == (
        "two",
        [("a", "content")],
    )
    assert picture(repo) == before


def test_a_change_that_is_there_already_is_dropped_and_named(git_at: GitAt, repo: Path) -> None:
    commit(repo, "one, by another", {"a": text(_1="1")})
    done = rebase(git_at(repo), "main", "session", "main")
    assert isinstance(done, Replayed)
    assert [each.subject for each in done.dropped] == ["one"]
    assert len(done.commits) == 1


def test_what_was_settled_in_a_merge_is_kept(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    git(repo, "checkout", "-q", "session")
    git(repo, "merge", "-q", "--no-commit", "main")
    commit(repo, "Merge main, and settle something", {"settled": "x\n"})
    git(repo, "checkout", "-q", "main")
    commit(repo, "base moved on", {"b": text(_1="base", _9="more")})
    done = rebase(git_at(repo), "main", "session", "main")
    assert isinstance(done, Replayed)
    assert git(repo, "show", f"{done.tip}:settled") == "x"
    assert git(repo, "show", f"{done.tip}:b") == text(_1="base", _9="more").rstrip()


def test_the_first_commit_of_all_can_be_made_again(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "--orphan", "other")
    git(repo, "rm", "-q", "-rf", ".")
    commit(repo, "another beginning", {"z": "z\n"})
    done = rebase(git_at(repo), "main", "other", "main")
    assert isinstance(done, Replayed)
    assert git(repo, "ls-tree", "--name-only", done.tip).split() == ["a", "b", "z"]
