"""The agent settles conflicts in a place of its own; what it left open stays open, and is named."""

import threading

import pytest

from ampsm_app.backend.domain.errors import Conflict, NotFound, SessionBusy
from ampsm_app.backend.domain.merges import Merge
from ampsm_app.backend.domain.requests import AskAgent, IterateRequest, Resolve
from ampsm_app.backend.domain.sessions import Iteration, Outcome, SessionSummary
from ampsm_app.demo_agent.script import read_script
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.web import until
from tests.support.world import World, picture

_MARKERS = 'Write "<<<<<<< base\nbase\n=======\nsession\n>>>>>>> session" to README.md.'


def ask(world: World, session: SessionSummary, notes: str | None = None, *paths: str) -> Iteration:
    """Ask the agent, to the end."""
    return world.core.asking.start(AskAgent(id=session.id, paths=paths, notes=notes)).run()


def waiting(world: World, session: SessionSummary) -> Merge:
    """The session's merge."""
    merge = world.core.merges.current(session.id)
    assert merge is not None
    return merge


def test_the_agent_settles_a_conflict_and_the_merge_lands(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    before = picture(world.repo)

    turn = ask(world, session)

    assert (turn.number, turn.outcome, turn.purpose, turn.commit_sha) == (2, "completed", "conflicts", None)
    assert turn.usage.total_tokens > 0
    assert world.core.sessions.get(session.id).usage.total_tokens > turn.usage.total_tokens
    assert world.core.sessions.get(session.id).changed_files == 1
    merge = waiting(world, session)
    assert merge.asked is not None
    assert (merge.asked.settled, merge.asked.refused, merge.asked.dropped) == (("README.md",), (), ())
    assert all(picture(world.repo)[name] == data for name, data in before.items() if "ampsm" not in name)
    assert (world.worktree(session) / "README.md").read_text() == "session\n"
    assert world.core.merges.resume(session.id).run().status == "merged"
    assert world.on_base("README.md") == "base\nsession"


def test_an_answer_with_markers_is_refused_and_the_next_one_may_do(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    before = waiting(world, session)

    assert ask(world, session, _MARKERS).outcome == "completed"

    merge = waiting(world, session)
    assert merge.asked is not None
    (refused,) = merge.asked.refused
    assert (refused.path, refused.code) == ("README.md", "markers_left")
    assert "1, 3, 5" in refused.reason
    assert (merge.tree, merge.conflicts) == (before.tree, before.conflicts)
    assert world.core.merges.resume(session.id).run().code == "unresolved"

    ask(world, session)
    assert world.core.merges.resume(session.id).run().status == "merged"


def test_what_the_agent_changes_besides_is_dropped_and_said(world: World) -> None:
    session = conflicting(world)
    world.merge(session)

    ask(world, session, 'Create the file besides.txt with "x". Then run `git commit -q -am mine`.')

    merge = waiting(world, session)
    assert merge.asked is not None
    assert (merge.asked.settled, merge.asked.dropped) == (("README.md",), ("besides.txt",))
    assert world.core.merges.resume(session.id).run().status == "merged"
    assert "besides.txt" not in world.git("ls-tree", "--name-only", "main")


def test_a_secret_that_neither_side_has_is_not_taken_over(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    token = "ghp_" + "".join(reversed("a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"))

    ask(world, session, f'Write "token = {token}" to README.md.')

    merge = waiting(world, session)
    assert merge.asked is not None
    assert [each.code for each in merge.asked.refused] == ["secret"]
    assert token not in merge.model_dump_json()
    assert world.core.merges.resume(session.id).run().code == "unresolved"


def test_sides_are_chosen_where_there_is_no_text_to_mark(world: World) -> None:
    world.commit({"old.txt": "old\n", "kept.txt": "kept\n"})
    (world.repo / "logo.png").write_bytes(b"\0first")
    world.commit({})
    session = world.done(
        'Append "more" to old.txt. Then delete the file kept.txt. Then run `printf "\\0session" > logo.png`.'
    )
    (world.repo / "old.txt").unlink()
    (world.repo / "logo.png").write_bytes(b"\0base")
    world.commit({"kept.txt": "changed\n"})
    world.merge(session)
    choice = 'Replace "undecided logo.png" with "base logo.png" in AGENT_CONTEXT/CONFLICTS.txt.'

    ask(world, session, f"{choice} Then delete the file old.txt.")

    merge = waiting(world, session)
    assert merge.asked is not None
    assert set(merge.asked.settled) == {"logo.png", "old.txt"}
    assert [(each.path, each.code) for each in merge.asked.refused] == [("kept.txt", "undecided")]
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="kept.txt", take="session"))
    done = world.core.merges.resume(session.id).run()
    assert done.code in (None, "nothing_to_merge"), done
    assert (world.repo / "logo.png").read_bytes() == b"\0base"


def test_a_conflict_in_the_worktree_is_settled_there_too(world: World) -> None:
    world.commit({"other.txt": "other\n"})
    session = world.done(
        'Replace "hello" with "session" in README.md. Replace "other" with "mine" in other.txt.'
    )
    world.commit({"README.md": "base\n", "other.txt": "yours\n"})
    world.merge(session, in_worktree=True)
    (world.worktree(session) / "other.txt").write_text("by hand\n")

    ask(world, session)

    merge = waiting(world, session)
    assert merge.asked is not None
    assert merge.asked.settled == ("README.md",)
    assert (world.worktree(session) / "README.md").read_text() == "session\nbase\n"
    assert "README.md" not in git(world.worktree(session), "ls-files", "-u")
    assert world.core.merges.resume(session.id).run().status == "merged"
    assert (world.on_base("README.md"), world.on_base("other.txt")) == ("session\nbase", "by hand")


@pytest.mark.parametrize("notes", ["Fail with a bad day.", "Hit a rate limit.", "Crash."])
def test_an_agent_that_does_not_complete_changes_nothing(world: World, notes: str) -> None:
    session = conflicting(world)
    world.merge(session)
    before = waiting(world, session)

    turn = ask(world, session, notes)

    merge = waiting(world, session)
    assert turn.outcome not in (None, "completed")
    assert merge.asked is not None
    assert (merge.asked.outcome, merge.asked.settled) == (turn.outcome, ())
    assert (merge.tree, merge.conflicts) == (before.tree, before.conflicts)


def test_a_stopped_agent_changes_nothing_and_leaves_no_place(world: World) -> None:
    session = conflicting(world)
    world.merge(session)
    before = waiting(world, session)
    turn = world.core.asking.start(AskAgent(id=session.id, notes="Then hang."))
    running = threading.Thread(target=turn.run)
    running.start()
    place = world.repo / ".worktrees" / f".ask-{session.id}"
    until(lambda: (place / "README.md").exists() and "base\nsession" in (place / "README.md").read_text())
    assert world.core.sessions.get(session.id).status == "running"
    for refused in (
        lambda: world.core.merges.resume(session.id),
        lambda: world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", take="base")),
        lambda: world.core.iterations.start(IterateRequest(session_id=session.id)),
        lambda: world.core.asking.start(AskAgent(id=session.id)),
    ):
        with pytest.raises(SessionBusy):
            refused()

    assert world.core.iterations.stop(session.id)
    running.join()

    merge = waiting(world, session)
    assert turn.iteration.outcome is Outcome.CANCELLED
    assert (merge.tree, merge.conflicts) == (before.tree, before.conflicts)
    assert not place.exists()
    assert world.core.sessions.get(session.id).status == "idle"


def test_only_what_waits_can_be_asked_about(world: World) -> None:
    session = conflicting(world)
    with pytest.raises(NotFound) as nothing:
        ask(world, session)
    assert nothing.value.code == "no_merge"
    world.merge(session)
    with pytest.raises(NotFound) as elsewhere:
        ask(world, session, None, "nowhere.txt")
    assert elsewhere.value.code == "no_conflict"
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", take="base"))
    with pytest.raises(Conflict) as settled:
        ask(world, session)
    assert settled.value.code == "nothing_left"
    ask(world, session, None, "README.md")


def test_the_first_turn_after_it_still_sends_the_goal(world: World) -> None:
    session = world.new('Create the file goal.txt with "goal".')
    (world.worktree(session) / "README.md").write_text("mine\n")
    git(world.worktree(session), "commit", "-q", "-am", "by hand")
    world.commit({"README.md": "base\n"})
    world.merge(session)
    ask(world, session)
    world.core.merges.abort(session.id)

    assert world.iterate(session).commit_sha is not None
    assert (world.worktree(session) / "goal.txt").exists()


def test_the_goal_of_the_session_is_told_but_is_no_task_again(world: World) -> None:
    session = conflicting(world)
    world.merge(session)

    prompt = ask(world, session).prompt

    assert 'Replace "hello" with "session" in README.md.' in prompt
    assert [(step.verb, step.text) for step in read_script(prompt).steps] == [("resolve", "README.md")]
