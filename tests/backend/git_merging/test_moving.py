"""A session's branch and worktree move to a new base without loss, killed or not."""

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.exec.environment import MARK
from ampsm_app.backend.exec.trees import sweep
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.moving import Move, Moved, RecoveredMove, move, recover_move
from tests.backend.git_merging.building import commit, picture, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

BRANCH = "refs/heads/amp/s/1"
LONG_AGO = utc_now() - timedelta(days=1)


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    """A session's worktree on its branch; `main` has gone another way."""
    repo = make_repo(
        tmp_path / "a repo ü", {"a": text(), "b": text(), "gone": "x\n", ".gitignore": "*.ign\n.worktrees/\n"}
    )
    place = repo / ".worktrees/s1"
    git(repo, "worktree", "add", "-q", "-b", "amp/s/1", str(place))
    commit(place, "amp: one", {"a": text(_1="session"), "ours": "x\n"})
    put(repo / "cache.ign", "tracked on purpose\n")
    git(repo, "add", "-f", "cache.ign")
    commit(repo, "main moved", {"b": text(_5="main"), "gone": None, "fresh": "new\n"})
    return place


def wanted(worktree: Path, to: str = "main") -> Move:
    ids = {"old": git(worktree, "rev-parse", BRANCH), "new": git(worktree, "rev-parse", to)}
    return Move(worktree=str(worktree), ref=BRANCH, message="ampsm: move to the new base", **ids)


def assert_there(worktree: Path, sha: str, status: str = "") -> None:
    assert git(worktree, "symbolic-ref", "HEAD") == BRANCH
    assert git(worktree, "rev-parse", "HEAD") == sha
    assert git(worktree, "status", "--short") == status


def test_the_worktree_goes_along(git_at: GitAt, worktree: Path) -> None:
    plan = wanted(worktree)
    assert move(git_at(worktree), plan) == Moved(plan.new)
    assert_there(worktree, plan.new)
    assert not (worktree / "ours").exists()


def test_changes_that_do_not_overlap_are_carried_along(git_at: GitAt, worktree: Path) -> None:
    put(worktree / "mine", "untracked\n")
    put(worktree / "my.ign", "ignored\n")
    put(worktree / "staged", "staged\n")
    git(worktree, "add", "staged")
    plan = wanted(worktree)
    assert isinstance(move(git_at(worktree), plan), Moved)
    assert_there(worktree, plan.new, "A  staged\n?? mine")
    assert (worktree / "my.ign").read_text() == "ignored\n"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("b", "dirty\n", "dirty"),
        ("fresh", "mine\n", "untracked_in_way"),
        ("cache.ign", "mine\n", "ignored_in_way"),
    ],
)
def test_what_would_be_overwritten_stops_it(
    git_at: GitAt, worktree: Path, name: str, content: str, code: str
) -> None:
    put(worktree / name, content)
    before = picture(worktree)
    refused = move(git_at(worktree), wanted(worktree))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.paths) == (code, (name,))
    assert picture(worktree) == before


def test_the_same_content_is_a_move_of_the_ref_only(git_at: GitAt, worktree: Path) -> None:
    put(worktree / "a", "dirty\n")
    put(worktree / "staged", "staged\n")
    git(worktree, "add", "staged")
    squashed = git(worktree, "commit-tree", "HEAD^{tree}", "-p", "HEAD~1", "-m", "squashed")
    before = {name: seen for name, seen in picture(worktree).items() if name != "git:refs"}
    assert move(git_at(worktree), wanted(worktree, squashed)) == Moved(squashed)
    assert {name: seen for name, seen in picture(worktree).items() if name != "git:refs"} == before


def test_a_branch_that_moved_meanwhile_is_left_alone(git_at: GitAt, worktree: Path) -> None:
    plan = wanted(worktree)
    commit(worktree, "more", {"a": "more\n"})
    before = picture(worktree)
    refused = move(git_at(worktree), plan)
    assert isinstance(refused, Refused)
    assert refused.code == "branch_moved"
    assert picture(worktree) == before


def test_a_worktree_on_another_branch_is_left_alone(git_at: GitAt, worktree: Path) -> None:
    git(worktree, "checkout", "-q", "-b", "elsewhere")
    refused = move(git_at(worktree), wanted(worktree))
    assert isinstance(refused, Refused)
    assert refused.code == "not_on_branch"


def test_an_unfinished_merge_is_left_alone(git_at: GitAt, worktree: Path) -> None:
    subprocess.run(["git", "merge", "-q", "--no-commit", "main"], cwd=worktree, check=True)
    refused = move(git_at(worktree), wanted(worktree))
    assert isinstance(refused, Refused)
    assert refused.code == "mid_merge"


def test_submodules_that_stay_behind_are_named(git_at: GitAt, worktree: Path, tmp_path: Path) -> None:
    inner = make_repo(tmp_path / "inner")
    git(worktree, "submodule", "add", "-q", str(inner), "sub")
    commit(worktree, "submodule")
    moved_on = commit(inner, "inner moved", {"x": "x\n"})
    git(worktree, "update-index", "--cacheinfo", f"160000,{moved_on},sub")
    tree = git(worktree, "write-tree")
    git(worktree, "update-index", "--cacheinfo", f"160000,{git(worktree / 'sub', 'rev-parse', 'HEAD')},sub")
    newer = git(worktree, "commit-tree", tree, "-p", "HEAD", "-m", "sub moved")
    assert move(git_at(worktree), wanted(worktree, newer)) == Moved(newer, ("sub",))


def detach(worktree: Path, sha: str) -> None:
    git(worktree, "checkout", "-q", "--detach", sha)


def recover(git_at: GitAt, worktree: Path, plan: Move) -> RecoveredMove:
    done = recover_move(git_at(worktree), plan, since=LONG_AGO)
    assert recover_move(git_at(worktree), plan, since=LONG_AGO).outcome == done.outcome
    return done


def test_killed_after_the_files_it_is_finished(git_at: GitAt, worktree: Path) -> None:
    plan = wanted(worktree)
    detach(worktree, plan.new)
    assert recover(git_at, worktree, plan).outcome == "moved"
    assert_there(worktree, plan.new)


def test_killed_after_the_branch_it_is_finished(git_at: GitAt, worktree: Path) -> None:
    plan = wanted(worktree)
    detach(worktree, plan.new)
    git(worktree, "update-ref", BRANCH, plan.new, plan.old)
    assert recover(git_at, worktree, plan).outcome == "moved"
    assert_there(worktree, plan.new)


def test_killed_before_anything_it_has_not_begun(git_at: GitAt, worktree: Path) -> None:
    plan, before = wanted(worktree), picture(worktree)
    assert recover(git_at, worktree, plan).outcome == "not_moved"
    assert picture(worktree) == before


def test_killed_among_the_files_it_is_undone(git_at: GitAt, worktree: Path) -> None:
    plan = wanted(worktree)
    put(worktree / "b", text(_5="main")[:30])
    put(worktree / "gone", None)
    put(worktree / "ours", None)
    put(Path(git(worktree, "rev-parse", "--absolute-git-dir")) / "index.lock", b"")
    assert recover(git_at, worktree, plan).outcome == "not_moved"
    assert_there(worktree, plan.old)
    assert isinstance(move(git_at(worktree), plan), Moved)


def test_an_agent_that_went_elsewhere_since_is_left_alone(git_at: GitAt, worktree: Path) -> None:
    plan = wanted(worktree)
    git(worktree, "checkout", "-q", "-b", "elsewhere")
    commit(worktree, "elsewhere", {"a": "x\n"})
    before = picture(worktree)
    assert recover(git_at, worktree, plan).outcome == "elsewhere"
    assert picture(worktree) == before


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_a_random_moment_it_is_whole(git_at: GitAt, worktree: Path, seed: int) -> None:
    commit(worktree, "amp: many", {f"many {n % 9}/{n}": f"{n}\n" * 300 for n in range(200)})
    main = worktree.parents[1]
    commit(main, "many", {f"others {n % 9}/{n}": f"{n}\n" * 300 for n in range(200)})
    plan = wanted(worktree)
    script = (
        "import sys; from pathlib import Path\n"
        "from ampsm_app.backend.exec.executor import Executor\n"
        "from ampsm_app.backend.git.runner import Git\n"
        "from ampsm_app.backend.git.moving import Move, move\n"
        "wanted = Move.model_validate_json(sys.argv[1])\n"
        "print('go', flush=True)\n"
        "move(Git(Executor(), Path(wanted.worktree)), wanted)\n"
    )
    mark = f"moving-{os.getpid()}-{seed}"
    argv = [sys.executable, "-c", script, plan.model_dump_json()]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env={**os.environ, MARK: mark}) as running:
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(random.Random(seed).uniform(0.0, 0.12))
        sweep(mark)
    outcome = recover(git_at, worktree, plan).outcome
    assert_there(worktree, plan.new if outcome == "moved" else plan.old)
