"""The first turn after a merge goes on from what base became, and leaves nothing behind."""

from tests.conftest import git
from tests.support.world import World


def test_the_next_turn_stands_on_what_base_became(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.merge(session)
    base = world.commit({"other.txt": "other\n"})

    world.iterate(session, notes='Create the file b.txt with the text "two".')

    assert git(world.worktree(session), "rev-parse", "HEAD~1") == base


def test_commits_made_by_hand_since_the_merge_come_along(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.merge(session)
    (world.worktree(session) / "mine.txt").write_text("mine\n")
    git(world.worktree(session), "add", "mine.txt")
    git(world.worktree(session), "commit", "-q", "-m", "by hand")
    world.commit({"other.txt": "other\n"})

    world.iterate(session, notes='Create the file b.txt with the text "two".')

    subjects = git(world.worktree(session), "log", "--format=%s", "main..").splitlines()
    assert subjects[1:] == ["by hand"]
    assert {"a.txt", "b.txt", "mine.txt", "other.txt"} <= set(_files(world, session.worktree_path))


def test_commits_that_conflict_with_what_base_became_stay_where_they_are(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.merge(session)
    (world.worktree(session) / "README.md").write_text("mine\n")
    git(world.worktree(session), "commit", "-q", "-a", "-m", "by hand")
    world.commit({"README.md": "base\n"})

    turn = world.iterate(session, notes='Create the file b.txt with the text "two".')

    assert turn.outcome == "completed"
    assert (world.worktree(session) / "README.md").read_text() == "mine\n"
    assert world.merge(session).conflicts[0].path == "README.md"


def test_work_that_was_merged_elsewhere_stays_in_the_session(world: World) -> None:
    world.git("branch", "release")
    session = world.done('Create the file a.txt with the text "one".')
    world.merge(session, onto="release")

    world.iterate(session, notes='Create the file b.txt with the text "two".')

    assert {"a.txt", "b.txt"} <= set(_files(world, session.worktree_path))
    assert world.merge(session).status == "merged"
    assert world.on_base("a.txt") == "one"


def test_work_that_the_user_took_off_base_again_stays_in_the_session(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.merge(session)
    world.git("reset", "-q", "--hard", "HEAD~1")

    world.iterate(session, notes='Create the file b.txt with the text "two".')

    assert {"a.txt", "b.txt"} <= set(_files(world, session.worktree_path))


def test_a_branch_squashed_after_the_merge_follows_base_all_the_same(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.iterate(session, notes='Create the file b.txt with the text "two".')
    world.merge(session)
    world.commit({"a.txt": "later\n"})
    world.core.squash.squash(session.id)

    world.iterate(session, notes='Create the file c.txt with the text "three".')

    assert (world.worktree(session) / "a.txt").read_text() == "later\n"


def _files(world: World, worktree: str) -> list[str]:
    return world.git("-C", worktree, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
