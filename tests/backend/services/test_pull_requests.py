"""Pull requests with a bare remote and a stand-in for gh: one request a branch, and nothing overwritten."""

import os
from pathlib import Path

import pytest

from ampsm_app.backend.domain.merges import MergeOptions
from ampsm_app.backend.domain.sessions import SessionSummary
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.fake_gh import FakeGh
from tests.support.world import World

_MORE = 'Create the file b.txt with the text "two".'


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGh:
    stand_in = FakeGh(tmp_path / "gh-bin")
    monkeypatch.setenv("PATH", f"{stand_in.folder}{os.pathsep}{os.environ['PATH']}")
    return stand_in


@pytest.fixture
def bare(world: World, tmp_path: Path) -> Path:
    bare = tmp_path / "remote ü.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(bare))
    world.git("remote", "add", "origin", str(bare))
    world.git("push", "-q", "origin", "main")
    return bare


def begun(world: World) -> SessionSummary:
    """A session with something to show."""
    return world.done('Create the file a.txt with the text "one".', name="Add a")


def test_the_branch_is_pushed_and_a_request_opened(world: World, gh: FakeGh, bare: Path) -> None:
    session = begun(world)
    before = world.git("rev-parse", "main")

    merge = world.merge(session, pull_request=True)

    assert (merge.status, merge.url, merge.code) == ("pull_request", "https://github.example/pull/1", None)
    assert git(bare, "show", f"{session.branch}:a.txt") == "one"
    (request,) = gh.requests
    assert (request["headRefName"], request["baseRefName"]) == (session.branch, "main")
    assert request["title"] == "Add a"
    assert request["body"].startswith("- amp: Create the file a.txt")
    assert "Ampsm-" not in request["body"]
    assert world.git("rev-parse", "main") == before
    assert world.core.sessions.get(session.id).status == "done"


def test_later_work_goes_to_the_same_request(world: World, gh: FakeGh, bare: Path) -> None:
    session = begun(world)
    world.merge(session, pull_request=True)
    assert world.iterate(session, notes=_MORE).commit_sha is not None

    again = world.merge(session, pull_request=True)
    unchanged = world.merge(session, pull_request=True, message="A better title\n\nand why")

    assert (again.status, again.url) == ("pull_request", "https://github.example/pull/1")
    assert git(bare, "show", f"{session.branch}:b.txt") == "two"
    assert unchanged.url == again.url
    (request,) = gh.requests
    assert (request["title"], request["body"]) == ("A better title", "and why")
    assert gh.verbs == ["view", "create", "view", "view", "edit"]


def test_after_a_rebase_only_our_own_push_is_replaced(world: World, gh: FakeGh, bare: Path) -> None:
    session = begun(world)
    world.merge(session, pull_request=True)
    world.commit({"other.txt": "other\n"})
    world.core.rebase.rebase(session.id, "main")

    again = world.merge(session, pull_request=True)

    assert (again.status, again.code) == ("pull_request", None)
    tip = git(world.worktree(session), "rev-parse", "HEAD")
    assert git(bare, "rev-parse", session.branch) == tip
    assert len(gh.requests) == 1


def test_what_somebody_else_pushed_is_never_replaced(
    world: World, gh: FakeGh, bare: Path, tmp_path: Path
) -> None:
    session = begun(world)
    world.merge(session, pull_request=True)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "-b", session.branch, str(bare), str(clone))
    (clone / "review.txt").write_text("by a reviewer\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "review")
    git(clone, "push", "-q")
    theirs = git(bare, "rev-parse", session.branch)
    world.iterate(session, notes=_MORE)

    refused = world.merge(session, pull_request=True)

    assert (refused.status, refused.code) == ("refused", "remote_moved")
    assert git(bare, "rev-parse", session.branch) == theirs
    world.git("fetch", "-q", "origin")
    assert world.core.rebase.rebase(session.id, f"origin/{session.branch}").status == "rebased"
    assert world.merge(session, pull_request=True).status == "pull_request"
    assert git(bare, "show", f"{session.branch}:review.txt") == "by a reviewer"


def test_a_request_that_is_closed_is_followed_by_a_new_one(world: World, gh: FakeGh, bare: Path) -> None:
    session = begun(world)
    world.merge(session, pull_request=True)
    gh.close("CLOSED")

    assert world.merge(session, pull_request=True).url == "https://github.example/pull/2"


@pytest.mark.usefixtures("bare")
def test_what_a_request_needs_is_said_before_anything_is_pushed(
    world: World, gh: FakeGh, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun(world)
    options = MergeOptions(pull_request=True, remote="elsewhere")

    assert world.merge(session, pull_request=True, remote="elsewhere").code == "no_remote"
    issues = world.core.merges.preflight(session.id, options).issues
    assert [each.code for each in issues] == ["no_remote"]
    gh.change(login=False)
    refused = world.merge(session, pull_request=True)
    assert (refused.status, refused.code) == ("refused", "gh_login")
    assert "gh auth login" in (refused.reason or "")
    gh.change(login=True, broken="none of the git remotes configured point to a known GitHub host")
    assert world.merge(session, pull_request=True).code == "pull_request_failed"
    assert world.git("ls-remote", "origin", session.branch) == ""
    (gh.folder / "gh").unlink()
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert world.merge(session, pull_request=True).code == "no_gh"


@pytest.mark.usefixtures("gh", "bare")
def test_a_conflict_with_base_is_said_and_does_not_stop_a_request(world: World) -> None:
    session = conflicting(world)

    merge = world.merge(session, pull_request=True)

    assert (merge.status, merge.code) == ("pull_request", "conflicts")
    assert "README.md" in (merge.reason or "")


@pytest.mark.usefixtures("gh", "bare")
def test_a_check_that_fails_on_the_merged_result_opens_nothing(world: World, gh: FakeGh) -> None:
    session = world.done('Create the file a.txt with "one".', script="! { test -f a.txt && test -f b.txt; }")
    world.commit({"b.txt": "base\n"})

    assert world.merge(session, pull_request=True).code == "check_failed"
    assert gh.requests == []
    assert world.merge(session, pull_request=True, skip_check=True).status == "pull_request"


@pytest.mark.usefixtures("gh", "bare")
def test_a_dirty_checkout_of_base_does_not_stand_in_the_way_of_a_request(world: World) -> None:
    world.commit({"shared.txt": "shared\n"})
    session = world.done('Append "x" to shared.txt.')
    (world.repo / "shared.txt").write_text("my edit\n")

    assert not world.core.merges.preflight(session.id, MergeOptions()).ready
    assert world.core.merges.preflight(session.id, MergeOptions(pull_request=True)).ready
    assert world.merge(session, pull_request=True).status == "pull_request"
