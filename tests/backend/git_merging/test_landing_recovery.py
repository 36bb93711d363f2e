"""Git killed in the middle of a landing: it has landed, or nothing of it has, and no edit is lost."""

import os
import random
import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.git.landing import Landed, fast_forward_args, land
from ampsm_app.backend.git.landing_plan import Landing, plan_landing
from ampsm_app.backend.git.landing_recovery import Recovered, recover_landing
from ampsm_app.backend.git.refs import RefUpdate
from tests.backend.git_merging.building import commit, picture, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

MAIN = "refs/heads/main"
ODD = '"odd" näme\nin two lines'
LONG_AGO = utc_now() - timedelta(days=1)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repo(
        tmp_path / "a repo ü",
        {"a": text(), "b": text(), "c": text(), "gone": "x\n", "f": "file\n", "d/in": "x\n", ODD: text()},
    )
    put(repo / "link", "-> a")
    put(repo / "script", "#!/bin/sh\n")
    commit(repo, "more")
    git(repo, "checkout", "-q", "-b", "session")
    git(repo, "rm", "-q", "-r", "d", "gone", "f")
    changed = {"a": text(_5="new"), "b": text(_7="new"), ODD: text(_2="new"), "link": "-> b"}
    (repo / "script").chmod(0o755)
    commit(repo, "session's", {**changed, "fresh": text(), "d": "a file now\n", "f/now": "a folder\n"})
    git(repo, "checkout", "-q", "main")
    return repo


def recorded(git_at: GitAt, repo: Path) -> Landing:
    landing = Landing(
        ref=MAIN, old=git(repo, "rev-parse", "main"), new=git(repo, "rev-parse", "session"), message="merge"
    )
    plan = plan_landing(git_at(repo), landing)
    assert isinstance(plan, Landing), plan
    return plan


def content(repo: Path) -> dict[str, tuple[str, str]]:
    return {name: seen for name, seen in picture(repo).items() if not name.startswith("git:")}


def entries(repo: Path) -> str:
    return git(repo, "ls-files", "-s", "-t")


def recover(git_at: GitAt, repo: Path, landing: Landing) -> Recovered:
    done = recover_landing(git_at(repo), landing, since=LONG_AGO)
    assert recover_landing(git_at(repo), landing, since=LONG_AGO).outcome == done.outcome
    return done


def half_moved(repo: Path) -> None:
    """What a killed fast-forward leaves: a lock, some files new, one half-written, some gone, some old."""
    put(repo / ".git/index.lock", b"half an index")
    put(repo / "gone", None)
    put(repo / "a", text(_5="new"))
    put(repo / "b", text(_7="new")[:40])
    put(repo / ODD, None)
    put(repo / "link", "-> b")
    put(repo / "d/in", None)
    (repo / "d").rmdir()
    put(repo / "d", "a file ")
    put(repo / "f", None)
    put(repo / "f/now", "a folder\n")
    put(repo / "fresh", text()[:10])
    (repo / "script").chmod(0o755)


def test_a_half_moved_checkout_comes_back_as_it_was(git_at: GitAt, repo: Path) -> None:
    landing, before, index = recorded(git_at, repo), content(repo), entries(repo)
    half_moved(repo)
    done = recover(git_at, repo, landing)
    assert (done.outcome, done.kept) == ("not_landed", ())
    assert content(repo) == before
    assert entries(repo) == index
    assert git(repo, "status", "--short") == ""
    assert isinstance(land(git_at(repo), recorded(git_at, repo)), Landed)


def test_edits_that_were_made_before_and_after_are_left_alone(git_at: GitAt, repo: Path) -> None:
    put(repo / "c", "edited before\n")
    put(repo / "mine", "untracked\n")
    landing = recorded(git_at, repo)
    half_moved(repo)
    put(repo / "a", "edited after\n")
    put(repo / "fresh", "made after\n")
    done = recover(git_at, repo, landing)
    assert (done.outcome, done.kept) == ("not_landed", ("a", "fresh"))
    assert (repo / "a").read_text() == "edited after\n"
    assert (repo / "fresh").read_text() == "made after\n"
    assert git(repo, "status", "--short") == " M a\n M c\n?? fresh\n?? mine"


def test_a_users_file_in_a_new_folder_keeps_the_folder(git_at: GitAt, repo: Path) -> None:
    landing = recorded(git_at, repo)
    half_moved(repo)
    put(repo / "f/mine", "mine\n")
    done = recover(git_at, repo, landing)
    assert (done.outcome, done.kept) == ("not_landed", ("f",))
    assert (repo / "f/mine").read_text() == "mine\n"


def test_nothing_is_reached_through_a_link(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    landing = recorded(git_at, repo)
    half_moved(repo)
    put(repo / "f/now", None)
    (repo / "f").rmdir()
    put(tmp_path / "outside/now", "a folder\n")
    put(repo / "f", f"-> {tmp_path / 'outside'}")
    done = recover(git_at, repo, landing)
    assert "f" in done.kept
    assert (tmp_path / "outside/now").read_text() == "a folder\n"


def test_files_and_index_that_are_new_already_come_back(git_at: GitAt, repo: Path) -> None:
    put(repo / "staged", "staged\n")
    git(repo, "add", "staged")
    landing, before, index = recorded(git_at, repo), content(repo), entries(repo)
    git(repo, "read-tree", "-m", "-u", landing.old, landing.new)
    assert content(repo) != before
    assert recover(git_at, repo, landing).outcome == "not_landed"
    assert content(repo) == before
    assert entries(repo) == index


def test_what_the_user_staged_meanwhile_stays_staged(git_at: GitAt, repo: Path) -> None:
    landing = recorded(git_at, repo)
    half_moved(repo)
    (repo / ".git/index.lock").unlink()
    put(repo / "a", "mine\n")
    git(repo, "add", "a")
    assert recover(git_at, repo, landing).kept == ("a",)
    assert git(repo, "status", "--short") == "M  a"


def test_changed_attributes_do_not_hide_what_moved(git_at: GitAt, repo: Path) -> None:
    commit(repo, "crlf", {".gitattributes": "*.txt text eol=lf\n", "one.txt": "1\n2\n", "two.txt": "1\n2\n"})
    git(repo, "checkout", "-q", "-B", "session")
    commit(repo, "session's", {".gitattributes": "*.txt text eol=crlf\n", "one.txt": "1\r\n2\r\n3\r\n"})
    git(repo, "checkout", "-q", "main")
    landing, before = recorded(git_at, repo), content(repo)
    put(repo / ".gitattributes", "*.txt text eol=crlf\n")
    put(repo / "one.txt", "1\r\n2\r\n3\r")
    done = recover(git_at, repo, landing)
    assert (done.outcome, done.kept) == ("not_landed", ())
    assert content(repo) == before


def test_a_sparse_checkout_stays_sparse(git_at: GitAt, repo: Path) -> None:
    git(repo, "sparse-checkout", "set", "--no-cone", "/*", "!/a", "!/gone")
    landing, before, index = recorded(git_at, repo), content(repo), entries(repo)
    git(repo, "read-tree", "-m", "-u", landing.old, landing.new)
    assert recover(git_at, repo, landing).outcome == "not_landed"
    assert content(repo) == before
    assert entries(repo) == index


def test_a_ref_that_has_moved_is_landed_and_the_rest_follows(git_at: GitAt, repo: Path) -> None:
    landing = recorded(git_at, repo)
    landing = landing.model_copy(update={"also": (RefUpdate("refs/ampsm/landed/1", landing.new),)})
    git(repo, "merge", "-q", "--ff-only", "session")
    assert recover(git_at, repo, landing).outcome == "landed"
    assert git(repo, "rev-parse", "refs/ampsm/landed/1") == landing.new


def test_a_user_who_went_on_after_the_landing_is_left_alone(git_at: GitAt, repo: Path) -> None:
    landing = recorded(git_at, repo)
    git(repo, "merge", "-q", "--ff-only", "session")
    commit(repo, "went on", {"a": "further\n"})
    before = picture(repo)
    assert recover(git_at, repo, landing).outcome == "landed"
    assert picture(repo) == before


def test_a_user_who_went_on_without_the_landing_is_left_alone(git_at: GitAt, repo: Path) -> None:
    landing = recorded(git_at, repo)
    half_moved(repo)
    (repo / ".git/index.lock").unlink()
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "whatever was there")
    before = picture(repo)
    assert recover(git_at, repo, landing).outcome == "moved_on"
    assert picture(repo) == before


def test_a_branch_that_was_not_checked_out_has_moved_or_not(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "--detach")
    landing = recorded(git_at, repo)
    put(repo / ".git/refs/heads/main.lock", "")
    assert recover(git_at, repo, landing).outcome == "not_landed"
    assert isinstance(land(git_at(repo), landing), Landed)


def test_locks_older_than_the_landing_are_not_ours(git_at: GitAt, repo: Path) -> None:
    landing = recorded(git_at, repo)
    put(repo / ".git/index.lock", "")
    os.utime(repo / ".git/index.lock", (1, 1))
    with pytest.raises(Conflict) as refused:
        recover_landing(git_at(repo), landing, since=LONG_AGO)
    assert refused.value.code == "git_locked"
    assert (repo / ".git/index.lock").exists()


def test_git_killed_by_its_own_filter_between_two_files(git_at: GitAt, repo: Path) -> None:
    git(repo, "config", "filter.deadly.smudge", "kill -9 $PPID; cat")
    put(repo / ".git/info/attributes", "b filter=deadly\n")
    landing, before = recorded(git_at, repo), content(repo)
    killed = subprocess.run(["git", *fast_forward_args(landing)], cwd=repo, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert content(repo) != before
    git(repo, "config", "--unset", "filter.deadly.smudge")
    assert recover(git_at, repo, landing).outcome == "not_landed"
    assert content(repo) == before
    assert git(repo, "status", "--short") == ""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose fast-forward takes long enough to be killed anywhere in it."""
    repo = tmp_path_factory.mktemp("many") / "repo"
    repo.mkdir()
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(repo, "init", "-q", "-b", "main")
    for number in range(600):
        put(repo / f"folder {number % 30}/{number}", f"old {number}\n" * 400)
    git(repo, "add", "-A")
    git(repo, *who, "commit", "-q", "-m", "old")
    git(repo, "checkout", "-q", "-b", "session")
    for number in range(600):
        new = None if number % 7 == 0 else f"new {number}\n" * 500
        put(repo / f"folder {number % 30}/{number}", new)
        if number % 5 == 0:
            put(repo / f"added {number % 3}/{number}", f"added {number}\n" * 400)
    git(repo, "add", "-A")
    git(repo, *who, "commit", "-q", "-m", "new")
    git(repo, "checkout", "-q", "main")
    return repo


@pytest.mark.parametrize(
    "seed", [*range(12), *(pytest.param(n, marks=pytest.mark.long) for n in range(12, 60))]
)
def test_git_killed_at_a_random_moment(git_at: GitAt, many: Path, seed: int) -> None:
    git(many, "checkout", "-q", "-f", "-B", "main", "session~1")
    chance = random.Random(seed)
    put(many / "folder 1/mine", f"untracked {seed}\n")
    landing, before = recorded(git_at, many), content(many)
    running = subprocess.Popen(["git", *fast_forward_args(landing)], cwd=many, stderr=subprocess.DEVNULL)
    time.sleep(chance.uniform(0.002, 0.06))
    running.kill()
    running.wait()
    done = recover(git_at, many, landing)
    assert done.kept == ()
    assert git(many, "status", "--short") == '?? "folder 1/mine"'
    if done.outcome == "landed":
        assert git(many, "rev-parse", "main") == landing.new
    else:
        assert content(many) == before
