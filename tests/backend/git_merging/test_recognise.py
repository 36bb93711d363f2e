"""Merged work is recognised however it was merged; unmerged work never is."""

import shutil
from pathlib import Path

import pytest

from ampsm_app.backend.git.recognise import Recognised, recognise
from tests.backend.git_merging.building import commit, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

SESSION = "refs/heads/amp/s/1"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repo(tmp_path / "a repo ü", {"a": text(), "b": text()})
    git(repo, "checkout", "-q", "-b", "amp/s/1")
    commit(repo, "amp: one", {"a": text(_2="1")})
    commit(repo, "amp: two", {"a": text(_2="1", _9="2"), "new ü": "x\n"})
    git(repo, "checkout", "-q", "main")
    return repo


def look(git_at: GitAt, repo: Path, *bases: str) -> Recognised:
    return recognise(git_at(repo), SESSION, bases or ("main",))


def test_unmerged_work_is_counted(git_at: GitAt, repo: Path) -> None:
    assert look(git_at, repo) == Recognised(None, None, 2)
    commit(repo, "base moved", {"b": text(_1="base")})
    assert look(git_at, repo) == Recognised(None, None, 2)


def test_plainly_merged(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    git(repo, "merge", "-q", "--no-edit", "amp/s/1")
    assert look(git_at, repo) == Recognised("ancestor", "main", 0)


def squash(repo: Path) -> None:
    git(repo, "merge", "-q", "--squash", "amp/s/1")
    git(repo, "commit", "-q", "-m", "squashed")


def test_squashed_onto_an_unmoved_base(git_at: GitAt, repo: Path) -> None:
    squash(repo)
    assert look(git_at, repo).how == "same_content"


def test_squashed_and_base_went_on(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    squash(repo)
    commit(repo, "base went on", {"b": text(_1="base", _5="more")})
    assert look(git_at, repo).how == "adds_nothing"


def test_squashed_and_changed_again_in_the_same_lines(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    squash(repo)
    commit(repo, "the same lines again", {"a": text(_2="other", _9="other")})
    assert look(git_at, repo) == Recognised("squashed", "main", 0)


def test_rebased_and_changed_again(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    git(repo, "cherry-pick", "amp/s/1~1")
    commit(repo, "in between", {"a": text(_2="in between")})
    git(repo, "cherry-pick", "amp/s/1")
    assert look(git_at, repo) == Recognised("rebased", "main", 0)


def test_merged_on_the_remote_only(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "origin.git")
    git(repo, "remote", "add", "origin", str(tmp_path / "origin.git"))
    squash(repo)
    git(repo, "push", "-q", "origin", "main")
    git(repo, "reset", "-q", "--hard", "HEAD~1")
    git(repo, "fetch", "-q")
    assert look(git_at, repo).how is None
    assert look(git_at, repo, "main", "origin/main") == Recognised("same_content", "origin/main", 0)


def test_half_of_it_merged_is_not_merged(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    git(repo, "cherry-pick", "amp/s/1~1")
    assert look(git_at, repo) == Recognised(None, None, 1)


def test_work_after_the_merge_is_not_merged(git_at: GitAt, repo: Path) -> None:
    squash(repo)
    git(repo, "checkout", "-q", "amp/s/1")
    commit(repo, "amp: three", {"c": "c\n"})
    assert look(git_at, repo).how is None
    assert (look(git_at, repo).only_here or 0) >= 1


def test_a_binary_file_changed_otherwise_in_base_is_no_merge(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "amp/s/1")
    git(repo, "reset", "-q", "--hard", "main")
    commit(repo, "amp: binary", {"x.bin": b"a\0session"})
    git(repo, "checkout", "-q", "main")
    commit(repo, "another binary", {"x.bin": b"a\0base"})
    assert look(git_at, repo) == Recognised(None, None, 1)


def test_what_was_settled_in_a_merge_is_not_taken_for_rebased(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    git(repo, "checkout", "-q", "amp/s/1")
    git(repo, "merge", "-q", "--no-commit", "main")
    commit(repo, "Merge main, with more", {"only in the merge": "x\n"})
    git(repo, "checkout", "-q", "main")
    for picked in ("amp/s/1~2", "amp/s/1~1"):
        git(repo, "cherry-pick", picked)
    assert look(git_at, repo) == Recognised(None, None, 1)


def test_what_another_branch_or_a_tag_has_exists_elsewhere(git_at: GitAt, repo: Path) -> None:
    git(repo, "tag", "kept", "amp/s/1~1")
    assert look(git_at, repo).only_here == 1
    git(repo, "branch", "-q", "copy", "amp/s/1")
    assert look(git_at, repo).only_here == 0


def test_a_backup_of_ours_does_not_count_as_elsewhere(git_at: GitAt, repo: Path) -> None:
    git(repo, "update-ref", "refs/ampsm/backup/s/1", "amp/s/1")
    assert look(git_at, repo).only_here == 2


def test_unknown_is_neither_merged_nor_zero(git_at: GitAt, repo: Path) -> None:
    assert recognise(git_at(repo), "refs/heads/no-such", ("main",)) == Recognised(None, None, None)
    commit(repo, "base moved", {"b": text(_1="base")})
    git(repo, "repack", "-q", "-a", "-d")
    shutil.rmtree(repo / ".git/objects/pack")
    assert recognise(git_at(repo), SESSION, ("main",)) == Recognised(None, None, None)


def test_looking_leaves_nothing_behind(git_at: GitAt, repo: Path) -> None:
    commit(repo, "base moved", {"b": text(_1="base")})
    before = sorted((repo / ".git/objects").rglob("*"))
    look(git_at, repo)
    assert sorted((repo / ".git/objects").rglob("*")) == before
