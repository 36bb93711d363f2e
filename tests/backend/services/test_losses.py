"""What deleting a session would lose, after merges that git cannot recognise by their patches."""

from ampsm_app.backend.domain.requests import Resolve
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.world import World


def test_work_that_was_merged_with_a_settled_conflict_is_not_lost(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text="both\n"))
    assert world.core.merges.resume(session.id).run().status == "merged"

    loss, _ = world.core.cleanup.clean_up(session.id)

    assert loss.nothing


def test_work_after_such_a_merge_would_be_lost(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text="both\n"))
    world.core.merges.resume(session.id).run()
    git(world.worktree(session), "commit", "-q", "--allow-empty", "-m", "later")
    (world.worktree(session) / "later.txt").write_text("later")
    git(world.worktree(session), "add", "later.txt")
    git(world.worktree(session), "commit", "-q", "-m", "more")

    unmerged = world.core.cleanup.loss(session.id).unmerged_commits

    assert unmerged is not None
    assert unmerged > 0


def test_such_a_merge_that_base_does_not_have_any_more_does_not_count(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text="both\n"))
    world.core.merges.resume(session.id).run()
    world.git("reset", "-q", "--hard", "HEAD~1")

    assert world.core.cleanup.loss(session.id).unmerged_commits == 1
