"""Turns: what the agent changed becomes one commit, what the user changed stays his, whatever happens."""

import sys
import threading
import time
from pathlib import Path

import pytest

import ampsm_app
from ampsm_app.backend.domain.errors import InvalidInput, SessionBusy
from ampsm_app.backend.domain.requests import DiffQuery, EventQuery, IterateRequest, SessionFilter
from ampsm_app.backend.domain.sessions import SessionSummary
from tests.conftest import git
from tests.support.world import World


def subjects(world: World, session: SessionSummary) -> list[str]:
    return git(world.worktree(session), "log", "--format=%s", "main..HEAD").splitlines()


def trailer(world: World, session: SessionSummary, name: str, rev: str = "HEAD") -> str:
    return git(
        world.worktree(session), "log", "-1", f"--format=%(trailers:key={name},valueonly)", rev
    ).strip()


def test_a_turn_makes_one_commit_with_its_trailers(world: World) -> None:
    session = world.new('Create the file a.txt with the text "one".\nAppend "two" to README.md.')

    turn = world.iterate(session)

    assert turn.outcome == "completed"
    assert subjects(world, session) == [
        'amp: Create the file a.txt with the text "one". Append "two" to README.md.'
    ]
    assert trailer(world, session, "Ampsm-Session") == session.id
    assert trailer(world, session, "Ampsm-Iteration") == turn.id
    assert trailer(world, session, "Amp-Thread") == turn.thread_id
    assert (turn.changed_files, turn.lines_added, turn.lines_deleted) == (2, 2, 0)
    assert turn.usage.total_tokens > 0
    assert git(world.worktree(session), "status", "--porcelain", "-uall") == ""


def test_later_turns_go_on_in_the_same_thread_with_the_next_follow_up(world: World) -> None:
    session = world.new("Say one", follow_ups=("Say two", "Say three"))

    first, second, third, fourth = (world.iterate(session) for _ in range(4))

    assert [each.prompt for each in (first, second, third)] == ["Say one", "Say two", "Say three"]
    assert fourth.prompt == "Please continue with the task."
    assert {each.thread_id for each in (first, second, third, fourth)} == {first.thread_id}


def test_notes_are_sent_instead_of_the_next_follow_up(world: World) -> None:
    session = world.new("Say one", notes="be kind", follow_ups=("Say two",))

    assert world.iterate(session).prompt == "Say one\n\nbe kind"
    assert world.iterate(session, notes="Say something else").prompt == "Say something else"
    assert world.iterate(session).prompt == "Say two"


def test_a_failed_check_makes_the_session_an_error_and_is_told_to_the_agent(world: World) -> None:
    session = world.new("Say hello", script="echo three tests are red; exit 3")

    turn = world.iterate(session)

    assert turn.outcome == "completed"
    assert turn.check is not None
    assert (turn.check.passed, turn.check.exit_code) == (False, 3)
    assert world.core.sessions.get(session.id).status == "error"
    assert "three tests are red" in world.iterate(session).prompt


def test_the_check_runs_after_a_turn_that_changed_nothing_too(world: World) -> None:
    turn = world.iterate(world.new("Say hello", script="test -f README.md"))

    assert turn.commit_sha is None
    assert turn.check is not None
    assert turn.check.passed


@pytest.mark.parametrize(
    ("prompt", "outcome", "status"),
    [
        ('Fail with "no idea".', "failed", "error"),
        ("Hit a rate limit.", "limit", "idle"),
        ("Ask me: Which colour?", "awaiting-input", "awaiting-input"),
        ("Stop without a result.", "completed", "idle"),
        ("Crash.", "failed", "error"),
    ],
)
def test_each_way_a_turn_can_end_has_an_outcome_and_keeps_the_work(
    world: World, prompt: str, outcome: str, status: str
) -> None:
    session = world.new(f'Create the file kept.txt with the text "kept". {prompt}')

    turn = world.iterate(session)

    assert turn.outcome == outcome
    assert world.core.sessions.get(session.id).status == status
    assert (world.worktree(session) / "kept.txt").read_text().strip() == "kept"
    assert git(world.worktree(session), "show", "HEAD:kept.txt") == "kept"
    if outcome != "completed":
        assert trailer(world, session, "Ampsm-Outcome") == outcome


def test_a_turn_that_takes_too_long_is_ended_and_its_work_is_committed(world: World) -> None:
    session = world.new('Create the file kept.txt with the text "kept". Sleep 60 seconds.')

    turn = world.iterate(session, timeout_s=2)

    assert turn.outcome == "timeout"
    assert git(world.worktree(session), "show", "HEAD:kept.txt") == "kept"


def test_manual_edits_become_a_commit_of_the_users_own(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    (world.worktree(session) / "mine.txt").write_text("by hand\n")

    world.iterate(session, notes='Create the file b.txt with the text "two".')

    assert subjects(world, session) == [
        'amp: Create the file b.txt with the text "two".',
        "Manual edits before iteration 2",
        'amp: Create the file a.txt with the text "one".',
    ]
    assert trailer(world, session, "Ampsm-Iteration", "HEAD~1") == ""


def test_a_stopped_turn_keeps_its_changes_and_they_stay_apart_from_manual_edits(world: World) -> None:
    session = world.new('Create the file half.txt with the text "half". Sleep 60 seconds.')
    turn = world.core.iterations.start(IterateRequest(session_id=session.id))
    thread = threading.Thread(target=turn.run)
    thread.start()
    _wait_for(world.worktree(session) / "half.txt")

    assert world.core.iterations.stop(session.id)
    thread.join(10)

    stopped = world.core.sessions.iterations(session.id)[0]
    assert stopped.outcome == "cancelled"
    assert world.core.sessions.get(session.id).status == "idle"
    assert (world.worktree(session) / "half.txt").exists()
    assert subjects(world, session) == []

    (world.worktree(session) / "mine.txt").write_text("by hand\n")
    world.iterate(session, notes='Create the file b.txt with the text "two".')
    assert subjects(world, session) == [
        'amp: Create the file b.txt with the text "two".',
        "Manual edits before iteration 2",
        "amp: interrupted turn 1",
    ]
    assert git(world.worktree(session), "show", "--format=", "--name-only", "HEAD~2") == "half.txt"


def test_one_session_runs_one_turn_at_a_time(world: World) -> None:
    session = world.new("Sleep 3 seconds.")
    turn = world.core.iterations.start(IterateRequest(session_id=session.id))
    thread = threading.Thread(target=turn.run)
    thread.start()
    try:
        with pytest.raises(SessionBusy):
            world.iterate(session)
    finally:
        turn.cancel()
        thread.join(10)


def test_the_agents_own_commits_become_the_turns_one_commit(world: World) -> None:
    session = world.new(
        'Create the file a.txt with the text "one". Commit everything with the message "agent says one". '
        'Create the file b.txt with the text "two".'
    )

    world.iterate(session)

    assert len(subjects(world, session)) == 1
    assert "agent says one" in git(world.worktree(session), "log", "-1", "--format=%B")
    assert git(world.worktree(session), "show", "--format=", "--name-only", "HEAD").split() == [
        "a.txt",
        "b.txt",
    ]
    points = world.core.history.list(session.id)
    assert [point.operation for point in points] == ["agent-commits"]


def test_a_file_that_two_turns_changed_is_one_file(world: World) -> None:
    session = world.done("Create the file a.txt. Create the file b.txt.")
    world.iterate(session, 'Append "two" to a.txt.')
    assert world.core.sessions.get(session.id).changed_files == 2


def test_locks_of_a_git_that_ended_with_its_agent_do_not_stop_the_commit(world: World) -> None:
    left = " && ".join(
        f'touch "$(git rev-parse --git-path {name})"'
        for name in ("HEAD.lock", "index.lock", "$(git symbolic-ref HEAD).lock")
    )
    session = world.new(f"Create the file a.txt. Run `{left}`.")
    done = world.iterate(session)
    assert done.outcome == "completed", done.error
    assert done.commit_sha is not None
    assert [path for path in (world.repo / ".git").rglob("*.lock") if "ampsm" not in path.parts] == []


def test_an_agent_that_switches_branches_is_an_environment_outcome_and_loses_nothing(world: World) -> None:
    session = world.new('Create the file a.txt with the text "one". Switch to the branch elsewhere.')

    turn = world.iterate(session)

    assert turn.outcome == "environment"
    assert turn.error is not None
    assert turn.error.code == "worktree_displaced"
    assert (world.worktree(session) / "a.txt").exists()
    assert world.iterate(session).outcome == "environment"
    world.core.history.restore(session.id, world.core.history.list(session.id)[-1].id)


def test_with_auto_commit_off_changes_are_staged(world: World) -> None:
    session = world.new('Create the file a.txt with the text "one".', auto_commit=False)

    turn = world.iterate(session)

    assert turn.commit_sha is None
    assert turn.changed_files == 1
    assert git(world.worktree(session), "status", "--porcelain") == "A  a.txt"


def test_a_refusing_hook_leaves_the_changes_staged_and_says_what_it_said(world: World) -> None:
    hook = world.repo / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no umlauts please\nexit 1\n")
    hook.chmod(0o755)
    session = world.new('Create the file a.txt with the text "one".')

    turn = world.iterate(session)

    assert turn.outcome == "environment"
    assert turn.error is not None
    assert turn.error.code == "commit_hook"
    assert "no umlauts please" in turn.error.message
    assert git(world.worktree(session), "status", "--porcelain") == "A  a.txt"


def test_failing_signing_and_a_missing_identity_say_so(world: World, private_home: Path) -> None:
    session = world.new('Create the file a.txt with the text "one".')
    world.git("config", "commit.gpgsign", "true")
    world.git("config", "gpg.program", "false")
    signing = world.iterate(session).error
    world.git("config", "commit.gpgsign", "false")
    (private_home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    identity = world.iterate(session, notes='Create the file b.txt with the text "two".').error

    assert signing is not None
    assert signing.code == "commit_signing"
    assert identity is not None
    assert identity.code == "commit_identity"


def test_a_file_with_a_secret_is_left_out_and_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "ghp_" + "a1B2" * 9
    session = world.new("Say hello")
    (world.worktree(session) / "notes.md").write_text("fine\n")
    (world.worktree(session) / "config.ini").write_text(f"[x]\ntoken = {token}\n")

    world.iterate(session)
    turn = world.iterate(session, notes='Create the file a.txt with the text "one".')

    assert [(each.path, each.line) for each in turn.withheld] == [("config.ini", 2)]
    assert "config.ini" not in git(world.worktree(session), "ls-tree", "-r", "--name-only", "HEAD")
    assert token not in git(world.worktree(session), "log", "-p")
    allowed = world.iterate(session, notes="Say done", allow_secrets=True)
    assert allowed.withheld == ()
    assert "config.ini" in git(world.worktree(session), "ls-tree", "-r", "--name-only", "HEAD")


def test_a_secret_that_the_agent_committed_itself_is_left_out_too(world: World) -> None:
    token = "ghp_" + "a1B2" * 9
    session = world.new(
        f'Create the file config.ini with the text "token = {token}". Commit it with the message "x". '
        'Create the file fine.txt with the text "fine".'
    )

    turn = world.iterate(session)

    assert [each.path for each in turn.withheld] == ["config.ini"]
    assert git(world.worktree(session), "show", "--format=", "--name-only", "HEAD") == "fine.txt"
    assert (world.worktree(session) / "config.ini").exists()


def test_a_missing_worktree_is_made_again_from_its_branch(world: World) -> None:
    import shutil

    session = world.done('Create the file a.txt with the text "one".')
    shutil.rmtree(world.worktree(session))

    turn = world.iterate(session, notes='Append "two" to a.txt.')

    assert turn.outcome == "completed"
    assert (world.worktree(session) / "a.txt").read_text() == "one\ntwo\n"


def test_the_context_files_tell_what_was_asked_and_done(world: World) -> None:
    import json

    session = world.done('Create the file a.txt with the text "one".', script="true")
    folder = world.worktree(session) / "AGENT_CONTEXT"

    assert "Create the file a.txt" in (folder / "SESSION.md").read_text()
    assert "`a.txt` (+1 −0)" in (folder / "DIFF_SUMMARY.md").read_text()
    assert "completed" in (folder / "ITERATION_LOG.md").read_text()
    status = json.loads((folder / "LAST_STATUS.json").read_text())
    assert status["id"] == session.id
    assert status["last_iteration"]["check"]["passed"] is True


def test_what_happened_is_in_the_log_in_order(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".', script="true")

    events, _ = world.core.events.page(EventQuery(session_id=session.id))

    kinds = [event.data.type for event in events if event.data.type != "session_changed"]
    assert kinds[:3] == ["iteration_start", "user_message", "thread_started"]
    assert kinds[-5:] == ["git_operation", "test_result", "llm_usage", "file_edit", "iteration_end"]
    assert [event.seq for event in events] == sorted(event.seq for event in events)


def test_without_telemetry_no_message_is_kept(world: World, private_home: Path) -> None:
    (private_home / ".ampsm").mkdir()
    (private_home / ".ampsm" / "config.yaml").write_text("telemetry:\n  enabled: false\n")
    session = world.done("Say something very private.")

    events, _ = world.core.events.page(EventQuery(session_id=session.id))
    turn = world.core.sessions.iterations(session.id)[0]

    assert not {event.data.type for event in events} & {"assistant_message", "user_message"}
    assert world.core.events.output(turn.id, 0, 1000)[0] == ""
    assert turn.usage.total_tokens > 0


def test_a_model_that_the_agent_cannot_express_is_refused_before_anything_starts(
    world: World, tmp_path: Path
) -> None:
    old = old_amp(tmp_path / "amp")

    with pytest.raises(InvalidInput) as refused:
        world.new("Say hello", model="claude-sonnet-4", choice={"cli_path": str(old)})

    assert refused.value.code == "model_not_available"
    assert str(old) in refused.value.message
    assert world.core.sessions.list(SessionFilter()) == []


def test_no_agent_is_an_environment_outcome(world: World, tmp_path: Path) -> None:
    session = world.new("Say hello", choice={"mode": "local-cli", "cli_path": str(tmp_path / "nothing")})

    turn = world.iterate(session)

    assert turn.outcome == "environment"
    assert turn.error is not None
    assert turn.error.code == "agent_not_found"
    assert world.core.sessions.get(session.id).status == "error"


def test_who_changed_a_file_is_told(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    (world.worktree(session) / "mine.txt").write_text("by hand\n")

    changes = world.core.reviews.changes(DiffQuery(session_id=session.id))

    assert {(each.path, each.by) for each in changes.files} == {("a.txt", "agent"), ("mine.txt", "user")}


def old_amp(path: Path) -> Path:
    """An Amp that takes no --model: the demo agent with that flag hidden."""
    agent = Path(ampsm_app.__file__).parent / "demo_agent" / "__main__.py"
    path.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        '*--model*|*--blend*|*--try-gpt5*) echo "Amp CLI" ;;\n'
        f"*--help*) '{sys.executable}' '{agent}' \"$@\" | grep -v -e --model ;;\n"
        f"*) exec '{sys.executable}' '{agent}' \"$@\" ;;\n"
        "esac\n"
    )
    path.chmod(0o755)
    return path


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert path.exists()


def test_a_nested_repository_without_commits_stays_out_of_the_commit(world: World) -> None:
    session = world.new("Create the file a.txt. Run `git init -q nested && echo x > nested/file`.")
    done = world.iterate(session)
    assert done.outcome == "completed", done.error
    assert done.changed_files == 1
    again = world.iterate(session, "Create the file b.txt.")
    assert again.outcome == "completed", again.error
    assert (world.worktree(session) / "nested" / "file").exists()
