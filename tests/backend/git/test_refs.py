"""Refs move together or not at all."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, GitError
from ampsm_app.backend.git import refs
from ampsm_app.backend.git.refs import ZERO, RefUpdate, update_refs
from ampsm_app.backend.git.runner import Git
from tests.conftest import git


def test_several_refs_move_in_one_transaction_with_a_message(repo: Path, repo_git: Git) -> None:
    old = git(repo, "rev-parse", "HEAD")
    new = git(repo, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "next")
    updates = [RefUpdate("refs/heads/main", new, old), RefUpdate("refs/ampsm/keep", old, ZERO)]
    update_refs(repo_git, updates, message="merge\nsession", hooks=True)
    assert refs.resolve(repo_git, "main") == new
    assert refs.resolve(repo_git, "refs/ampsm/keep") == old
    assert git(repo, "reflog", "-1", "--format=%gs", "main") == "merge session"


def test_one_ref_that_moved_meanwhile_stops_all(repo: Path, repo_git: Git) -> None:
    head = git(repo, "rev-parse", "HEAD")
    elsewhere = git(repo, "commit-tree", "HEAD^{tree}", "-m", "elsewhere")
    updates = [RefUpdate("refs/ampsm/new", head, ZERO), RefUpdate("refs/heads/main", elsewhere, elsewhere)]
    with pytest.raises(Conflict) as caught:
        update_refs(repo_git, updates, message="x", hooks=False)
    assert caught.value.code == "ref_moved"
    assert refs.resolve(repo_git, "refs/ampsm/new") is None
    assert refs.resolve(repo_git, "main") == head


@pytest.mark.parametrize("old", [ZERO, "1" * 40])
def test_what_must_not_exist_or_must_exist_is_checked(repo: Path, repo_git: Git, old: str) -> None:
    head = git(repo, "rev-parse", "HEAD")
    ref = "refs/heads/main" if old == ZERO else "refs/ampsm/none"
    with pytest.raises(Conflict):
        update_refs(repo_git, [RefUpdate(ref, head, old)], message="x", hooks=False)


def test_deleting_what_is_gone_is_no_error(repo_git: Git) -> None:
    head = refs.resolve(repo_git, "HEAD")
    update_refs(repo_git, [RefUpdate("refs/ampsm/a", head)], message="x", hooks=False)
    refs.drop(repo_git, "refs/ampsm/a", "refs/ampsm/never")
    update_refs(repo_git, [RefUpdate("refs/ampsm/never", None, ZERO)], message="x", hooks=False)
    assert refs.resolve(repo_git, "refs/ampsm/a") is None


def test_the_users_hook_may_veto_his_own_refs_but_not_our_bookkeeping(repo: Path, repo_git: Git) -> None:
    hook = repo / ".git" / "hooks" / "reference-transaction"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    head = git(repo, "rev-parse", "HEAD")
    with pytest.raises(GitError) as caught:
        update_refs(repo_git, [RefUpdate("refs/heads/x", head, ZERO)], message="x", hooks=True)
    assert caught.value.code == "hook"
    update_refs(repo_git, [RefUpdate("refs/ampsm/x", head, ZERO)], message="x", hooks=False)
    assert refs.resolve(repo_git, "refs/ampsm/x") == head


def test_resolve_peels_and_takes_no_options(repo: Path, repo_git: Git) -> None:
    git(repo, "tag", "-a", "v1", "-m", "one")
    head = git(repo, "rev-parse", "HEAD")
    assert refs.resolve(repo_git, "v1") != head
    assert refs.resolve(repo_git, "v1", kind="commit") == head
    assert refs.resolve(repo_git, "HEAD", kind="tree") == git(repo, "rev-parse", "HEAD^{tree}")
    assert refs.resolve(repo_git, "--all") is None
    assert refs.resolve(repo_git, "no such thing") is None


def test_branches_lists_whatever_names_a_commit(repo: Path, repo_git: Git) -> None:
    head = git(repo, "rev-parse", "HEAD")
    git(repo, "branch", "ünï/日本")
    git(repo, "tag", "-a", "v1", "-m", "one")
    git(repo, "tag", "blob", git(repo, "rev-parse", "HEAD:README.md"))
    git(repo, "update-ref", "refs/remotes/origin/main", head)
    git(repo, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    found = {(info.name, info.kind) for info in refs.branches(repo_git)}
    assert found == {("main", "branch"), ("ünï/日本", "branch"), ("origin/main", "remote"), ("v1", "tag")}
    assert {info.sha for info in refs.branches(repo_git)} == {head}


def test_where_branches_stand_to_each_other(repo: Path, repo_git: Git) -> None:
    start = git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-q", "-b", "side")
    git(repo, "commit", "-q", "--allow-empty", "-m", "a")
    git(repo, "commit", "-q", "--allow-empty", "-m", "b")
    git(repo, "branch", "-q", "--set-upstream-to=main")
    git(repo, "checkout", "-q", "main")
    git(repo, "commit", "-q", "--allow-empty", "-m", "c")
    git(repo, "checkout", "-q", "--orphan", "alone")
    git(repo, "commit", "-q", "-m", "d")
    assert refs.ahead_behind(repo_git, "side", "main") == (2, 1)
    assert refs.merge_base(repo_git, "side", "main") == start
    assert refs.merge_base(repo_git, "side", "alone") is None
    assert refs.is_ancestor(repo_git, start, "side")
    assert not refs.is_ancestor(repo_git, "side", "main")
    assert refs.upstream(repo_git, "side") == "refs/heads/main"
    assert refs.upstream(repo_git, "main") is None
    assert refs.current_branch(repo_git) == "alone"
    git(repo, "checkout", "-q", "--detach")
    assert refs.current_branch(repo_git) is None
