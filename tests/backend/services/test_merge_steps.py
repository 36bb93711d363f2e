"""Every step of a merge can be taken again, changed, or called off while it runs."""

import threading

import pytest

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.domain.merges import Merge, MergeChoices, MergeOptions
from ampsm_app.backend.domain.requests import AskAgent, Resolve
from ampsm_app.backend.domain.sessions import SessionSummary
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.web import until
from tests.support.world import World, picture

_SLOW = "test -f {0}/go || {{ touch {0}/running; sleep 60; }}"


def slow(world: World) -> str:
    """A check script that goes on for long, until it is told to be quick."""
    return _SLOW.format(f"'{world.repo.parent}'")


def in_background(world: World, session: SessionSummary, *, resume: bool = False) -> threading.Thread:
    """A merge that works until its check is running."""
    merges = world.core.merges
    job = merges.resume(session.id) if resume else merges.begin(session.id, MergeOptions())
    thread = threading.Thread(target=job.run)
    thread.start()
    until((world.repo.parent / "running").exists)
    return thread


def now(world: World, session: SessionSummary) -> Merge:
    """The session's merge as it stands."""
    merge = world.core.merges.current(session.id)
    assert merge is not None
    return merge


def test_a_merge_is_called_off_while_its_check_runs(world: World) -> None:
    session = world.new("Create the file b.txt.", script=slow(world))
    (world.repo.parent / "go").touch()
    world.iterate(session)
    world.commit({"other.txt": "other\n"})
    (world.repo.parent / "go").unlink()
    before = picture(world.repo)
    thread = in_background(world, session)
    assert now(world, session).status == "checking"

    aborted = world.core.merges.abort(session.id)

    thread.join()
    assert (aborted.status, aborted.code) == ("aborted", "stopped")
    assert {name: data for name, data in picture(world.repo).items() if "ampsm" not in name} == before
    assert world.core.operations.busy(session.id) is False
    (world.repo.parent / "go").touch()
    assert world.merge(session).status == "merged"


@pytest.mark.parametrize("stop", [False, True])
def test_settled_conflicts_outlive_a_stop_but_not_an_abort(world: World, stop: bool) -> None:
    session = world.new('Replace "hello" with "session" in README.md.', script=slow(world))
    (world.repo.parent / "go").touch()
    world.iterate(session)
    world.commit({"README.md": "base\n"})
    (world.repo.parent / "go").unlink()
    world.merge(session, in_worktree=True)
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text="both\n"))
    thread = in_background(world, session, resume=True)

    if stop:
        assert world.core.iterations.stop(session.id)
        thread.join()
        merge = now(world, session)
        assert (merge.status, merge.code) == ("conflict", "stopped")
        assert merge.conflicts[0].resolved
        (world.repo.parent / "go").touch()
        assert world.core.merges.resume(session.id).run().status == "merged"
    else:
        assert world.core.merges.abort(session.id).status == "aborted"
        thread.join()
        assert git(world.worktree(session), "status", "--porcelain") == ""
        assert world.git("for-each-ref", "refs/ampsm/merge") == ""


def test_an_abort_ends_the_agent_that_was_asked(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    turn = world.core.asking.start(AskAgent(id=session.id, notes="Then hang."))
    thread = threading.Thread(target=turn.run)
    thread.start()
    until((world.repo / ".worktrees" / f".ask-{session.id}" / "README.md").exists)

    assert world.core.merges.abort(session.id).status == "aborted"

    thread.join()
    assert turn.iteration.outcome == "cancelled"
    with pytest.raises(NotFound):
        world.core.merges.abort(session.id)


def test_what_settling_needs_can_be_chosen_when_it_goes_on(world: World) -> None:
    session = world.done('Replace "hello" with "session" in README.md. Create the file m.txt with "1".')
    (world.worktree(session) / "m.txt").write_text("2\n")
    world.iterate(session, notes='Replace "2" with "3" in m.txt.')
    world.commit({"README.md": "base\n"})
    world.merge(session)
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", take="session"))
    refused = world.core.merges.resume(session.id).run()
    assert (refused.status, refused.code) == ("conflict", "manual_depends")

    choices = MergeChoices(allow_folding=True, message="feat: all of it")
    done = world.core.merges.resume(session.id, choices).run()

    assert done.status == "merged"
    assert done.options.allow_folding
    assert world.git("log", "-1", "--format=%s") == "feat: all of it"
    assert (world.on_base("README.md"), world.on_base("m.txt")) == ("session", "3")


def test_a_check_that_fails_may_be_skipped_when_it_goes_on(world: World) -> None:
    session = world.done('Replace "hello" with "session" in README.md.', script="! test -f later.txt")
    world.commit({"README.md": "base\n", "later.txt": "later\n"})
    world.merge(session)
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", take="session"))
    assert world.core.merges.resume(session.id).run().code == "check_failed"

    done = world.core.merges.resume(session.id, MergeChoices(skip_check=True)).run()
    assert (done.status, done.options.skip_check) == ("merged", True)


def test_the_check_of_the_merged_result_can_be_run_again_by_itself(world: World) -> None:
    session = world.done('Create the file a.txt with "one".', script="! test -f later.txt")
    world.commit({"later.txt": "later\n"})
    before = picture(world.repo)

    assert world.core.merges.check(session.id, MergeOptions()).passed is False
    assert [each.code for each in world.core.merges.preflight(session.id, MergeOptions()).issues] == [
        "check_failed"
    ]
    assert world.core.merges.preflight(session.id, MergeOptions(skip_check=True)).ready
    after = picture(world.repo)
    assert {name: data for name, data in after.items() if "info/exclude" not in name} == {
        name: data for name, data in before.items() if "info/exclude" not in name
    }
    world.git("rm", "-q", "later.txt")
    world.git("commit", "-q", "-m", "without")

    assert world.core.merges.check(session.id, MergeOptions()).passed
    report = world.core.merges.preflight(session.id, MergeOptions())
    assert report.ready
    assert report.check is not None
    assert report.check.passed


def test_there_is_nothing_to_check_while_conflicts_are_left(world: World) -> None:
    session = world.done('Replace "hello" with "session" in README.md.', script="true")
    world.commit({"README.md": "base\n"})
    with pytest.raises(Conflict) as foreseen:
        world.core.merges.check(session.id, MergeOptions())
    assert foreseen.value.code == "conflicts"
    world.merge(session)
    with pytest.raises(Conflict) as left:
        world.core.merges.check(session.id, MergeOptions())
    assert left.value.code == "unresolved"
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", take="session"))
    assert world.core.merges.check(session.id, MergeOptions()).passed
    assert world.core.merges.resume(session.id).run().status == "merged"
