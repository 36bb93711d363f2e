"""Moving base: with the user's checkout where that costs him nothing, else not at all."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.git.landing import Landed, land
from ampsm_app.backend.git.landing_plan import Landing, Tracking, plan_landing
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.refs import ZERO, RefUpdate
from ampsm_app.backend.git.runner import Git
from tests.backend.git_merging.building import commit, picture, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

MAIN = "refs/heads/main"
ODD = 'odd "näme"\nin two lines'
State = Callable[[Path], None]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """`main` checked out at its commit; `session`, one commit ahead, changes, adds, removes and retypes."""
    repo = make_repo(
        tmp_path / "a repo ü",
        {
            "a": text(),
            "b": text(),
            "gone": "x\n",
            "d/in": "x\n",
            "keep/me": "x\n",
            ".gitignore": "*.ign\nout\n",
        },
    )
    git(repo, "checkout", "-q", "-b", "session")
    git(repo, "rm", "-q", "-r", "d", "gone")
    files = {"a": text(_5="new"), "fresh": "new\n", ODD: "new\n", "d": "a file now\n", "link": "-> a"}
    for name in ("cache.ign", "out/made"):
        put(repo / name, "tracked on purpose\n")
        git(repo, "add", "-f", name)
    commit(repo, "session's", dict(files))
    git(repo, "checkout", "-q", "main")
    return repo


def wanted(repo: Path, **more: object) -> Landing:
    values = {"ref": MAIN, "old": git(repo, "rev-parse", "main"), "new": git(repo, "rev-parse", "session")}
    return Landing.model_validate({**values, "message": "ampsm: merge s1", **more})


def planned(door: Git, landing: Landing) -> Landing:
    plan = plan_landing(door, landing)
    assert isinstance(plan, Landing), plan
    return Landing.model_validate_json(plan.model_dump_json())


def assert_refused(git_at: GitAt, repo: Path, code: str, *paths: str) -> None:
    """Planning and landing both say no, and nothing at all is touched, not even the index file."""
    landing, before = wanted(repo), picture(repo)
    said = plan_landing(git_at(repo), landing)
    assert isinstance(said, Refused)
    assert (said.code, said.paths[: len(paths)]) == (code, paths)
    assert land(git_at(repo), landing) == said
    assert picture(repo) == before


def test_a_clean_checkout_goes_along(git_at: GitAt, repo: Path) -> None:
    landing = planned(git_at(repo), wanted(repo))
    assert landing.checkout == str(repo)
    assert land(git_at(repo), landing) == Landed(MAIN, landing.new, str(repo))
    assert git(repo, "status", "--short") == ""
    assert git(repo, "rev-parse", "HEAD", "main") == f"{landing.new}\n{landing.new}"
    assert git(repo, "reflog", "-1", "--format=%gs", "main") == "ampsm: merge s1: Fast-forward"


def test_landing_twice_is_landing_once(git_at: GitAt, repo: Path) -> None:
    landing = planned(git_at(repo), wanted(repo))
    assert land(git_at(repo), landing) == land(git_at(repo), landing)


def test_what_does_not_overlap_is_kept(git_at: GitAt, repo: Path) -> None:
    put(repo / "b", text(_1="edited"))
    put(repo / "staged", "staged\n")
    git(repo, "add", "staged")
    put(repo / "mine", "untracked\n")
    put(repo / "my.ign", "ignored\n")
    put(repo / "ita", "added\n")
    git(repo, "add", "-N", "ita")
    before = git(repo, "status", "--short", "--ignored")
    assert isinstance(land(git_at(repo), planned(git_at(repo), wanted(repo))), Landed)
    assert git(repo, "status", "--short", "--ignored") == before
    assert (repo / "b").read_text() == text(_1="edited")


def _dirty(repo: Path) -> None:
    put(repo / "a", text(_9="mine"))


def _deleted(repo: Path) -> None:
    put(repo / "gone", None)


def _staged(repo: Path) -> None:
    _dirty(repo)
    git(repo, "add", "a")


def _staged_addition(repo: Path) -> None:
    put(repo / "fresh", "mine\n")
    git(repo, "add", "fresh")


def _untracked(repo: Path) -> None:
    put(repo / ODD, "mine\n")


def _untracked_link(repo: Path) -> None:
    put(repo / "link", "-> /nowhere")


def _untracked_in_folder(repo: Path) -> None:
    put(repo / "d/mine", "mine\n")


def _ignored(repo: Path) -> None:
    put(repo / "cache.ign", "mine\n")


def _ignored_file_for_a_folder(repo: Path) -> None:
    put(repo / "out", "mine\n")


def _ignored_in_folder(repo: Path) -> None:
    put(repo / "d/mine.ign", "mine\n")


def _intent_to_add(repo: Path) -> None:
    put(repo / "fresh", "mine\n")
    git(repo, "add", "-N", "fresh")


def _skip_worktree(repo: Path) -> None:
    git(repo, "update-index", "--skip-worktree", "a")
    _dirty(repo)


def _assume_unchanged(repo: Path) -> None:
    git(repo, "update-index", "--assume-unchanged", "a")
    _dirty(repo)


def _index_lock(repo: Path) -> None:
    put(repo / ".git/index.lock", "")


def _clash(repo: Path) -> None:
    git(repo, "checkout", "-q", "-b", "clash")
    commit(repo, "clash", {"b": text(_5="clash")})
    git(repo, "checkout", "-q", "main")
    commit(repo, "main's", {"b": text(_5="main")})
    git(repo, "checkout", "-q", "session")
    git(repo, "rebase", "-q", "main")
    git(repo, "checkout", "-q", "main")


def _in_the_middle(*command: str) -> State:
    def state(repo: Path) -> None:
        _clash(repo)
        subprocess.run(["git", *command], cwd=repo, check=False, capture_output=True)

    return state


def _bisecting(repo: Path) -> None:
    _clash(repo)
    git(repo, "bisect", "start", "main", "main~1")


@pytest.mark.parametrize(
    ("state", "code", "paths"),
    [
        (_dirty, "dirty", ("a",)),
        (_deleted, "dirty", ("gone",)),
        (_staged, "staged", ("a",)),
        (_staged_addition, "staged", ("fresh",)),
        (_untracked, "untracked_in_way", (ODD,)),
        (_untracked_link, "untracked_in_way", ("link",)),
        (_untracked_in_folder, "untracked_in_way", ("d/mine",)),
        (_ignored, "ignored_in_way", ("cache.ign",)),
        (_ignored_file_for_a_folder, "ignored_in_way", ("out",)),
        (_ignored_in_folder, "ignored_in_way", ("d/mine.ign",)),
        (_intent_to_add, "intent_to_add", ("fresh",)),
        (_skip_worktree, "hidden_edit", ("a",)),
        (_assume_unchanged, "hidden_edit", ("a",)),
        (_index_lock, "index_locked", ()),
        (_in_the_middle("merge", "clash"), "mid_merge", ()),
        (_in_the_middle("rebase", "clash"), "mid_rebase", ()),
        (_in_the_middle("cherry-pick", "clash"), "mid_cherry_pick", ()),
        (_in_the_middle("revert", "--no-commit", "session~1"), "mid_revert", ()),
        (_bisecting, "mid_bisect", ()),
    ],
)
def test_a_checkout_that_would_lose_something_is_not_touched(
    git_at: GitAt, repo: Path, state: State, code: str, paths: tuple[str, ...]
) -> None:
    state(repo)
    assert_refused(git_at, repo, code, *paths)


def test_an_unfinished_pick_in_another_checkout_of_base_is_respected(
    git_at: GitAt, repo: Path, tmp_path: Path
) -> None:
    _clash(repo)
    git(repo, "checkout", "-q", "clash")
    other = tmp_path / "other"
    git(repo, "worktree", "add", "-q", str(other), "main")
    subprocess.run(["git", "rebase", "clash"], cwd=other, check=False, capture_output=True)
    before = picture(other)
    assert_refused(git_at, repo, "mid_rebase", str(other))
    assert picture(other) == before


def test_base_checked_out_in_a_linked_worktree_goes_along_there(
    git_at: GitAt, repo: Path, tmp_path: Path
) -> None:
    git(repo, "checkout", "-q", "session")
    other = tmp_path / "other ö"
    git(repo, "worktree", "add", "-q", str(other), "main")
    before = {name: seen for name, seen in picture(repo).items() if name != "git:refs"}
    landed = land(git_at(repo), planned(git_at(repo), wanted(repo)))
    assert isinstance(landed, Landed)
    assert landed.checkout == str(other)
    assert git(other, "status", "--short") == ""
    assert (other / "fresh").exists()
    assert {name: seen for name, seen in picture(repo).items() if name != "git:refs"} == before


@pytest.mark.parametrize("where", ["--detach", "session"])
def test_base_checked_out_nowhere_moves_alone(git_at: GitAt, repo: Path, where: str) -> None:
    git(repo, "checkout", "-q", where)
    put(repo / "a", "dirty\n")
    put(repo / "cache.ign", "mine\n")
    before = {name: seen for name, seen in picture(repo).items() if name != "git:refs"}
    landing = planned(git_at(repo), wanted(repo))
    assert land(git_at(repo), landing) == Landed(MAIN, landing.new, None)
    assert {name: seen for name, seen in picture(repo).items() if name != "git:refs"} == before
    assert git(repo, "reflog", "-1", "--format=%gs", "main") == "ampsm: merge s1"


def test_a_bare_repository(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    bare = tmp_path / "bare.git"
    landing = planned(git_at(bare), wanted(bare))
    assert isinstance(land(git_at(bare), landing), Landed)
    assert git(bare, "rev-parse", "main") == landing.new


def test_a_checkout_that_is_not_there_is_not_left_behind(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    git(repo, "checkout", "-q", "session")
    git(repo, "worktree", "add", "-q", str(tmp_path / "stick"), "main")
    shutil.move(tmp_path / "stick", tmp_path / "unplugged")
    assert_refused(git_at, repo, "checkout_missing", str(tmp_path / "stick"))


def test_a_base_that_is_checked_out_twice_is_refused(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    git(repo, "worktree", "add", "-q", "-f", str(tmp_path / "twin"), "main")
    assert_refused(git_at, repo, "checked_out_twice", str(repo), str(tmp_path / "twin"))


def test_a_base_that_moved_meanwhile_is_refused(git_at: GitAt, repo: Path) -> None:
    landing = planned(git_at(repo), wanted(repo))
    commit(repo, "somebody else's", {"b": text(_3="theirs")})
    before = picture(repo)
    said = land(git_at(repo), landing)
    assert isinstance(said, Refused)
    assert said.code == "base_moved"
    assert picture(repo) == before


def test_a_base_that_moved_and_is_not_checked_out_is_refused(git_at: GitAt, repo: Path) -> None:
    landing = wanted(repo)
    commit(repo, "somebody else's", {"b": text(_3="theirs")})
    git(repo, "checkout", "-q", "--detach")
    said = land(git_at(repo), landing)
    assert isinstance(said, Refused)
    assert said.code == "base_moved"


def test_a_checkout_that_changed_between_plan_and_landing_is_looked_at_again(
    git_at: GitAt, repo: Path
) -> None:
    landing = planned(git_at(repo), wanted(repo))
    git(repo, "checkout", "-q", "--detach")
    said = land(git_at(repo), landing)
    assert isinstance(said, Refused)
    assert said.code == "checkout_changed"


def test_what_does_not_contain_base_cannot_land(git_at: GitAt, repo: Path) -> None:
    commit(repo, "ahead", {"b": text(_3="ahead")})
    assert_refused(git_at, repo, "not_fast_forward")


def _hook(repo: Path, name: str, script: str) -> None:
    put(repo / ".git/hooks" / name, f"#!/bin/sh\n{script}\n")
    (repo / ".git/hooks" / name).chmod(0o755)


VETO = 'test "$1" = prepared && grep -q refs/heads/main && exit 1; exit 0'


@pytest.mark.parametrize("where", ["main", "session"])
def test_a_veto_of_the_users_hook_is_respected(git_at: GitAt, repo: Path, where: str) -> None:
    git(repo, "checkout", "-q", where)
    _hook(repo, "reference-transaction", VETO)
    before = picture(repo)
    assert_refused_while_landing(git_at, repo, "hook_refused")
    assert picture(repo) == before


def test_a_veto_that_comes_late_puts_the_files_back(git_at: GitAt, repo: Path) -> None:
    put(repo / "b", text(_1="edited"))
    put(repo / "staged", "staged\n")
    git(repo, "add", "staged")
    # It agrees when it is asked beforehand, and then refuses.
    count = 'test "$1" = prepared || exit 0; echo >> count; test $(wc -l < count) -lt 2'
    _hook(
        repo, "reference-transaction", count.replace("count", str(repo.parent / "count").replace(" ", "\\ "))
    )
    before, status = _without_times(picture(repo)), git(repo, "status", "--short", "--ignored")
    said = land(git_at(repo), planned(git_at(repo), wanted(repo)))
    assert isinstance(said, Refused)
    assert said.code == "hook_refused"
    assert _without_times(picture(repo)) == before
    assert git(repo, "status", "--short", "--ignored") == status


def _without_times(seen: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """The index holds the files' times, and git notes where it was in ORIG_HEAD."""
    return {name: each for name, each in seen.items() if name not in ("git:index", "git:ORIG_HEAD")}


def test_other_refs_move_with_base_in_one_transaction(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach")
    git(repo, "update-ref", "refs/ampsm/merge/1", "session")
    moved = git(repo, "rev-parse", "session")
    also = (RefUpdate("refs/ampsm/merge/1", None), RefUpdate("refs/ampsm/landed/1", moved))
    assert isinstance(land(git_at(repo), planned(git_at(repo), wanted(repo, also=also))), Landed)
    assert git(repo, "for-each-ref", "--format=%(refname)", "refs/ampsm") == "refs/ampsm/landed/1"


def test_a_transaction_fails_as_a_whole(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach")
    also = (RefUpdate("refs/heads/session", git(repo, "rev-parse", "main"), git(repo, "rev-parse", "main")),)
    before = picture(repo)
    with pytest.raises(Conflict, match="but expected"):
        land(git_at(repo), planned(git_at(repo), wanted(repo, also=also)))
    assert picture(repo) == before


def test_other_refs_follow_a_checkout(git_at: GitAt, repo: Path) -> None:
    also = (RefUpdate("refs/ampsm/landed/1", git(repo, "rev-parse", "session")),)
    landing = planned(git_at(repo), wanted(repo, also=also))
    assert isinstance(land(git_at(repo), landing), Landed)
    assert isinstance(land(git_at(repo), landing), Landed)
    assert git(repo, "rev-parse", "refs/ampsm/landed/1") == landing.new


def test_a_local_branch_is_made_for_a_remote_base(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    git(repo, "branch", "-q", "release=1")
    git(tmp_path, "clone", "-q", str(repo), "clone")
    clone = tmp_path / "clone"
    tracking = Tracking(remote="origin", merge="refs/heads/release=1")
    landing = Landing(
        ref="refs/heads/release=1",
        old=ZERO,
        new=git(clone, "rev-parse", "origin/session"),
        message="merge",
        tracking=tracking,
    )
    assert isinstance(land(git_at(clone), planned(git_at(clone), landing)), Landed)
    assert git(clone, "rev-parse", "--abbrev-ref", "release=1@{upstream}") == "origin/release=1"
    second = plan_landing(git_at(clone), landing.model_copy(update={"new": git(clone, "rev-parse", "HEAD")}))
    assert isinstance(second, Refused)
    assert second.code == "base_moved"


def test_a_branch_without_a_commit_that_somebody_stands_on_is_left_to_him(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "--orphan", "unborn")
    landing = wanted(repo, ref="refs/heads/unborn", old=ZERO)
    said = plan_landing(git_at(repo), landing)
    assert isinstance(said, Refused)
    assert said.code == "checkout_unborn"


def test_the_users_settings_make_nothing_else_of_it(git_at: GitAt, repo: Path) -> None:
    for name, value in {
        "merge.autostash": "true",
        "merge.ff": "false",
        "branch.main.mergeoptions": "--squash",
        "pull.rebase": "true",
        "submodule.recurse": "true",
    }.items():
        git(repo, "config", name, value)
    landing = planned(git_at(repo), wanted(repo))
    assert isinstance(land(git_at(repo), landing), Landed)
    assert git(repo, "log", "--format=%s", "-1") == "session's"
    assert git(repo, "status", "--short") == ""


def test_a_locked_ref_is_refused(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach")
    put(repo / ".git/refs/heads/main.lock", "")
    assert_refused_while_landing(git_at, repo, "ref_locked")


def test_a_filter_that_fails_halfway_leaves_the_checkout_as_it_was(git_at: GitAt, repo: Path) -> None:
    git(repo, "config", "filter.broken.required", "true")
    git(repo, "config", "filter.broken.smudge", "false")
    put(repo / ".git/info/attributes", "fresh filter=broken\n")
    before = _without_times(picture(repo))
    assert_refused_while_landing(git_at, repo, "checkout_refused")
    assert _without_times(picture(repo)) == before
    assert git(repo, "status", "--short") == ""


def assert_refused_while_landing(git_at: GitAt, repo: Path, code: str) -> None:
    said = land(git_at(repo), planned(git_at(repo), wanted(repo)))
    assert isinstance(said, Refused)
    assert said.code == code


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_cannot_be_written_leaves_everything_as_it_was(git_at: GitAt, repo: Path) -> None:
    (repo / "d").chmod(0o555)
    try:
        assert_refused_while_landing(git_at, repo, "checkout_refused")
    finally:
        (repo / "d").chmod(0o755)
    assert git(repo, "status", "--short") == ""
