"""What happened to a session, in order, each thing once, with the states that it can be taken back to."""

import shutil

from ampsm_app.backend.domain.requests import DiffQuery, IterateRequest
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.staging import CommitRequest, Rollback, StageChange
from ampsm_app.backend.domain.timeline import TimelineEntry, TimelineQuery
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.world import World


def timeline(world: World, session: SessionSummary, limit: int = 2_000) -> list[TimelineEntry]:
    """The session's timeline, in order, without an id twice."""
    entries = world.core.timeline.entries(TimelineQuery(id=session.id, limit=limit))
    assert [each.time for each in entries] == sorted(each.time for each in entries)
    assert len({each.id for each in entries}) == len(entries)
    return entries


def told(world: World, session: SessionSummary) -> list[str]:
    """Each step in a few words."""
    return [
        f"{each.kind} {each.title}" + (f" {each.word}" if each.word else "")
        for each in timeline(world, session)
    ]


def step(world: World, session: SessionSummary, title: str) -> TimelineEntry:
    """The last step whose title begins so."""
    return [each for each in timeline(world, session) if each.title.startswith(title)][-1]


def paths(world: World, session: SessionSummary, entry: TimelineEntry) -> set[str]:
    """The files that an entry's own diff shows."""
    assert entry.against is not None
    query = DiffQuery(session_id=session.id, against=entry.against)
    return {each.path for each in world.core.reviews.changes(query).files}


def by_hand(world: World, session: SessionSummary, name: str, message: str) -> str:
    """A commit made in the worktree with plain git."""
    worktree = world.worktree(session)
    (worktree / name).write_text(f"{name}\n")
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "-m", message)
    return git(worktree, "rev-parse", "HEAD")


def test_turns_checks_and_commits_by_hand_stand_in_the_order_in_which_they_happened(world: World) -> None:
    session = world.done('Create a.txt with "one".', script="test -e b.txt")
    (world.worktree(session) / "edited.txt").write_text("not committed\n")
    world.iterate(session, 'Create b.txt with "two".')
    by_hand(world, session, "mine.txt", "My own commit")
    world.core.iterations.check(session.id)

    assert told(world, session) == [
        "created Session created",
        'iteration Turn 1: Create a.txt with "one". completed',
        "check Check failed",
        "commit Manual edits before iteration 2",
        'iteration Turn 2: Create b.txt with "two". completed',
        "check Check passed",
        "commit My own commit",
        "check Check by hand passed",
    ]
    actors = [each.actor for each in timeline(world, session)]
    assert actors == ["user", "agent", "us", "user", "agent", "us", "user", "user"]


def test_a_step_shows_its_own_change_and_its_lines(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    sha = by_hand(world, session, "mine.txt", "My own commit")

    turn, commit = step(world, session, "Turn 1"), step(world, session, "My own commit")
    assert paths(world, session, turn) == {"a.txt"}
    assert paths(world, session, commit) == {"mine.txt"}
    assert (commit.id, commit.state, commit.detail) == (f"commit:{sha}", sha, "Ada Tester")
    assert [(each.files, each.lines_added, each.lines_deleted) for each in (turn, commit)] == [(1, 1, 0)] * 2


def test_a_session_goes_back_to_any_state_of_its_branch(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    by_hand(world, session, "mine.txt", "My own commit")
    turn = step(world, session, "Turn 1")
    assert turn.restorable
    assert turn.point is None
    assert step(world, session, "Session created").restorable

    world.core.rolling_back.roll_back(Rollback(id=session.id, sha=turn.state or ""))

    assert told(world, session)[-3:] == [
        "commit My own commit",
        "point Restore point",
        "git Rolled back",
    ]
    assert not step(world, session, "My own commit").restorable
    assert step(world, session, "Restore point").detail == "before the branch was rolled back"
    world.core.history.restore(session.id, step(world, session, "Restore point").point or "")
    assert step(world, session, "My own commit").restorable
    assert step(world, session, "Restored").detail == "to before the branch was rolled back"


def test_a_squash_is_one_step_and_what_it_replaced_stays_told(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    by_hand(world, session, "mine.txt", "My own commit")
    world.iterate(session, 'Create b.txt with "two".')
    world.core.squash.squash(session.id)

    assert [each.split()[0] for each in told(world, session)] == [
        "created",
        "iteration",
        "commit",
        "iteration",
        "point",
        "git",
    ]
    assert [each.restorable for each in timeline(world, session)] == [True, False, False, False, True, True]
    assert paths(world, session, step(world, session, "Turn 1")) == {"a.txt"}


def test_a_turn_whose_commit_was_rebased_stands_for_the_new_one(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    world.commit({"other.txt": "on base\n"})
    old = step(world, session, "Turn 1").state
    world.core.rebase.rebase(session.id, "main")

    turn = step(world, session, "Turn 1")
    assert turn.state == world.git("rev-parse", session.branch) != old
    assert turn.restorable
    assert paths(world, session, turn) == {"a.txt"}
    assert told(world, session)[-2:] == ["point Restore point", "git Rebased"]


def test_commits_of_the_git_tab_are_told_once_and_staging_is_not(world: World) -> None:
    session = world.new("Say hello")
    (world.worktree(session) / "mine.txt").write_text("mine\n")
    world.core.staging.stage(StageChange(id=session.id))
    world.core.committing.commit(CommitRequest(id=session.id, message="By the tab\n\nand a body"))
    assert told(world, session) == ["created Session created", "commit By the tab"]

    world.core.committing.commit(CommitRequest(id=session.id, message="Better words", amend=True))
    assert told(world, session) == [
        "created Session created",
        "commit By the tab",
        "point Restore point",
        "commit Amended: Better words",
    ]
    assert [each.restorable for each in timeline(world, session)] == [True, False, True, True]


def test_a_merge_is_told_step_by_step(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    world.core.merges.abort(session.id)
    world.commit({"README.md": "hello\n"})
    world.merge(session)

    assert told(world, session)[2:] == [
        "merge Merge into main has 1 conflict conflict",
        "merge Merge into main aborted aborted",
        "point Restore point",
        "merge Merged into main merged",
    ]
    assert not any(each.kind == "status" for each in timeline(world, session))


def test_what_was_merged_is_shown_but_not_gone_back_to(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    world.merge(session)

    merged = step(world, session, "Merged into main")
    assert paths(world, session, merged) == {"a.txt"}
    assert merged.state == world.git("rev-parse", "main")
    assert [each.title for each in timeline(world, session) if each.restorable] == ["Restore point"]

    world.core.cleanup.clean_up(session.id, force=False)
    assert told(world, session)[-1] == "git Worktree and branch removed"
    assert paths(world, session, step(world, session, "Turn 1")) == {"a.txt"}
    assert not world.worktree(session).exists()


def test_the_agents_own_commits_are_told_by_their_turn(world: World) -> None:
    session = world.done("Run `git commit -q --allow-empty -m mine && echo x > a.txt`.")
    assert [each.kind for each in timeline(world, session)] == ["created", "point", "iteration"]


def test_a_turn_that_runs_and_a_stop_are_told(world: World) -> None:
    session = world.new("Sleep 30 seconds")
    turn = world.core.iterations.start(IterateRequest(session_id=session.id))
    assert told(world, session)[-1] == "iteration Turn 1: Sleep 30 seconds running"
    world.core.iterations.stop(session.id)
    turn.run()

    assert told(world, session)[-2:] == [
        "stop Stop requested",
        "iteration Turn 1: Sleep 30 seconds cancelled",
    ]


def test_only_the_newest_are_given_where_there_are_more(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    by_hand(world, session, "mine.txt", "My own commit")
    assert [each.title for each in timeline(world, session, limit=1)] == ["My own commit"]


def test_without_its_repository_a_session_still_has_its_past(world: World) -> None:
    session = world.done('Create a.txt with "one".')
    shutil.rmtree(world.repo)

    entries = timeline(world, session)
    assert [each.kind for each in entries] == ["created", "iteration"]
    assert {(each.against, each.state, each.restorable) for each in entries} == {(None, None, False)}
