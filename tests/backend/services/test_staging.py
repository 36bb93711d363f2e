"""Putting a change together by hand: staging, discarding, committing, and what each leaves behind."""

import os
import threading
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import AmpsmError, Conflict, InvalidInput, NotFound, SessionBusy
from ampsm_app.backend.domain.requests import DiffQuery, EventQuery, IterateRequest
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.staging import (
    CommitRequest,
    Discard,
    LineSelection,
    NewCommit,
    SelectedHunk,
    StageChange,
)
from ampsm_app.backend.git.survey import LARGEST_KEPT
from tests.conftest import git, make_repo
from tests.support.web import until
from tests.support.world import World

TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
THREE = 'Create the file a.txt with the text "one". Then create the file src/b.txt with the text "two".'


def stage(world: World, session: SessionSummary, *paths: str, lines: LineSelection | None = None) -> None:
    world.core.staging.stage(StageChange(id=session.id, paths=paths, selection=lines))


def unstage(world: World, session: SessionSummary, *paths: str, lines: LineSelection | None = None) -> None:
    world.core.staging.unstage(StageChange(id=session.id, paths=paths, selection=lines))


def discard(
    world: World, session: SessionSummary, *paths: str, lines: LineSelection | None = None
) -> Discard:
    return world.core.discarding.discard(StageChange(id=session.id, paths=paths, selection=lines))


def commit(world: World, session: SessionSummary, message: str = "mine", **options: bool) -> NewCommit:
    return world.core.committing.commit(CommitRequest(id=session.id, message=message, **options))


def lines_of(world: World, session: SessionSummary, path: str, *lines: int, against: str) -> LineSelection:
    """Some lines of the first hunk, as a page would choose them."""
    shown = world.core.reviews.file(DiffQuery(session_id=session.id, against=against, path=path))
    return LineSelection(digest=shown.digest, hunks=(SelectedHunk(index=0, lines=lines or None),))


def status(worktree: Path) -> list[str]:
    return git(worktree, "status", "--porcelain", "-uall").splitlines()


def operations(world: World, session: SessionSummary) -> list[str]:
    found, _ = world.core.events.page(EventQuery(session_id=session.id, types=("git_operation",)))
    return [each.data.operation for each in found if each.data.type == "git_operation"]


def test_files_and_folders_are_staged_and_unstaged_by_name(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    (worktree / "src/b.txt").write_text("2\n")
    (worktree / "src/c.txt").write_text("new\n")
    (worktree / "a.txt").unlink()
    stage(world, session, "src")
    assert status(worktree) == [" D a.txt", "M  src/b.txt", "A  src/c.txt"]
    stage(world, session)
    assert status(worktree) == ["D  a.txt", "M  src/b.txt", "A  src/c.txt"]
    unstage(world, session, "src/c.txt", "a.txt")
    assert status(worktree) == [" D a.txt", "M  src/b.txt", "?? src/c.txt"]
    unstage(world, session)
    assert status(worktree) == [" D a.txt", " M src/b.txt", "?? src/c.txt"]
    assert operations(world, session)[-4:] == ["stage", "stage", "unstage", "unstage"]
    with pytest.raises(NotFound) as missing:
        stage(world, session, "nowhere.txt")
    assert missing.value.code == "not_changed"
    assert not world.core.operations.busy(session.id)


def test_a_rename_is_unstaged_as_a_whole(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    git(worktree, "mv", "a.txt", "z.txt")
    unstage(world, session, "z.txt")
    assert status(worktree) == [" D a.txt", "?? z.txt"]


def test_single_lines_go_to_the_index_and_back(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    (worktree / "a.txt").write_text("zero\none\ntwo\n")
    stage(world, session, "a.txt", lines=lines_of(world, session, "a.txt", 0, against="unstaged"))
    assert git(worktree, "show", ":a.txt") == "zero\none"
    assert status(worktree) == ["MM a.txt"]
    unstage(world, session, "a.txt", lines=lines_of(world, session, "a.txt", against="staged"))
    assert status(worktree) == [" M a.txt"]
    old = lines_of(world, session, "a.txt", against="unstaged")
    (worktree / "a.txt").write_text("zero\none\n")
    with pytest.raises(Conflict) as refused:
        stage(world, session, "a.txt", lines=old)
    assert refused.value.code == "diff_changed"
    with pytest.raises(InvalidInput):
        stage(world, session, "a.txt", "src/b.txt", lines=old)


def test_discarding_takes_changes_back_and_keeps_them_in_a_point(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    (worktree / "a.txt").write_text("staged\n")
    stage(world, session)
    (worktree / "a.txt").write_text("staged\nmore\n")
    (worktree / "src/b.txt").unlink()
    (worktree / "src/new folder").mkdir()
    (worktree / "src/new folder/n.txt").write_text("untracked\n")
    done = discard(world, session)
    assert status(worktree) == ["M  a.txt"]
    assert (worktree / "a.txt").read_text() == "staged\n"
    assert not (worktree / "src/new folder").exists()
    assert done.point.operation == "discard"
    world.core.history.restore(session.id, done.point.id)
    assert (worktree / "a.txt").read_text() == "staged\nmore\n"
    assert (worktree / "src/new folder/n.txt").read_text() == "untracked\n"
    assert status(worktree) == ["MM a.txt", " D src/b.txt", '?? "src/new folder/n.txt"']


def test_discarding_single_lines_keeps_the_others(world: World) -> None:
    session = world.done(THREE)
    place = world.worktree(session) / "a.txt"
    place.write_text("zero\none\ntwo\n")
    place.chmod(0o755)
    discard(world, session, "a.txt", lines=lines_of(world, session, "a.txt", 0, against="unstaged"))
    assert place.read_text() == "one\ntwo\n"
    assert place.stat().st_mode & 0o111
    discard(world, session, "a.txt", lines=lines_of(world, session, "a.txt", against="unstaged"))
    assert status(world.worktree(session)) == []
    assert not any(place.parent.glob(".ampsm-*"))
    with pytest.raises(Conflict) as nothing:
        discard(world, session)
    assert nothing.value.code == "nothing_to_discard"


def test_what_no_point_can_hold_is_moved_to_the_trash(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    make_repo(worktree / "nested")
    (worktree / "large.bin").touch()
    os.truncate(worktree / "large.bin", LARGEST_KEPT + 1)
    done = discard(world, session)
    assert set(done.set_aside) == {"nested", "large.bin"}
    aside = Path(done.aside or "")
    assert (aside / "large.bin").stat().st_size == LARGEST_KEPT + 1
    assert (aside / "nested" / "README.md").read_text() == "hello\n"
    assert status(worktree) == []


def test_another_repository_cannot_be_staged(world: World) -> None:
    session = world.done(THREE)
    make_repo(world.worktree(session) / "nested")
    (world.worktree(session) / "a.txt").write_text("changed\n")
    stage(world, session)
    assert status(world.worktree(session)) == ["M  a.txt", "?? nested/"]
    with pytest.raises(Conflict) as refused:
        stage(world, session, "nested")
    assert refused.value.code == "nested_repository"


def test_a_commit_by_hand_is_the_users_own(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    (worktree / "a.txt").write_text("by hand\n")
    (worktree / "later.txt").write_text("not yet\n")
    stage(world, session, "a.txt")
    made = commit(world, session, "Say it better\n\nBecause.")
    assert git(worktree, "log", "-1", "--format=%B").strip() == "Say it better\n\nBecause."
    assert made.subject == "Say it better"
    assert status(worktree) == ["?? later.txt"]
    seen = world.core.reviews.status(session.id)
    assert [each.by_agent for each in seen.commits] == [True, False]
    assert operations(world, session)[-1] == "commit"


def test_a_commit_without_message_or_content_is_refused(world: World) -> None:
    session = world.done(THREE)
    with pytest.raises(InvalidInput) as silent:
        commit(world, session, "  \n")
    with pytest.raises(Conflict) as empty:
        commit(world, session)
    assert (silent.value.code, empty.value.code) == ("empty_message", "nothing_staged")


def test_a_hook_that_refuses_leaves_everything_staged(world: World) -> None:
    session = world.done(THREE)
    hook = world.repo / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not like this >&2\nexit 1\n")
    hook.chmod(0o755)
    (world.worktree(session) / "a.txt").write_text("changed\n")
    stage(world, session)
    with pytest.raises(AmpsmError) as refused:
        commit(world, session)
    assert refused.value.code == "commit_hook"
    assert "not like this" in refused.value.message
    assert status(world.worktree(session)) == ["M  a.txt"]
    assert not world.core.operations.busy(session.id)


def test_a_staged_secret_is_named_and_not_committed(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    (worktree / "deploy.env").write_text(f"name=x\ntoken={TOKEN}\n")
    stage(world, session)
    (worktree / "deploy.env").write_text("clean now\n")
    with pytest.raises(Conflict) as refused:
        commit(world, session)
    assert refused.value.code == "secret"
    assert "deploy.env:2" in refused.value.message
    assert TOKEN not in str(refused.value.as_dict())
    stage(world, session)
    with pytest.raises(Conflict):
        commit(world, session, f"with {TOKEN}")
    commit(world, session, "clean")


def test_a_secret_is_committed_when_it_is_meant(world: World) -> None:
    session = world.done(THREE)
    (world.worktree(session) / "deploy.env").write_text(f"token={TOKEN}\n")
    stage(world, session)
    commit(world, session, "Deploy", allow_secrets=True)
    assert status(world.worktree(session)) == []


def test_amending_the_agents_commit_keeps_it_the_agents(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    before = git(worktree, "rev-parse", "HEAD")
    trailers = git(worktree, "log", "-1", "--format=%(trailers)")
    (worktree / "a.txt").write_text("corrected\n")
    stage(world, session)
    commit(world, session, "Corrected", amend=True)
    assert git(worktree, "log", "-1", "--format=%s%n%(trailers)").splitlines() == [
        "Corrected",
        *trailers.splitlines(),
    ]
    assert git(worktree, "rev-parse", "HEAD~1") == git(worktree, "rev-parse", f"{before}~1")
    assert [each.by_agent for each in world.core.reviews.status(session.id).commits] == [True]
    point = world.core.history.list(session.id)[0]
    assert (point.operation, point.head) == ("amend", before)
    commit(world, session, "", amend=True)
    assert git(worktree, "log", "-1", "--format=%s") == "Corrected"


def test_only_a_commit_of_the_session_is_amended(world: World) -> None:
    session = world.new("Do nothing.")
    (world.worktree(session) / "a.txt").write_text("x\n")
    stage(world, session)
    with pytest.raises(Conflict) as refused:
        commit(world, session, "mine", amend=True)
    assert refused.value.code == "not_amendable"


def test_a_conflict_that_is_not_settled_cannot_be_committed(world: World) -> None:
    session = world.done('Replace "hello" with "session" in README.md.')
    world.commit({"README.md": "base\n"})
    worktree = world.worktree(session)
    world.merge(session, in_worktree=True)
    with pytest.raises(Conflict) as waiting:
        commit(world, session)
    assert waiting.value.code == "merge_in_progress"
    with pytest.raises(Conflict) as unmerged:
        discard(world, session, "README.md")
    assert unmerged.value.code == "unmerged"
    (worktree / "README.md").write_text("settled\n")
    stage(world, session, "README.md")
    assert status(worktree) == ["M  README.md"]


def test_a_session_that_runs_is_left_alone(world: World) -> None:
    session = world.done(THREE)
    with (
        world.core.operations.claim("merge", session.id, session.repo_root),
        pytest.raises(SessionBusy) as busy,
    ):
        stage(world, session)
    assert busy.value.code == "busy"


def test_while_another_git_works_there_nothing_is_staged(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    (worktree / "a.txt").write_text("changed\n")
    lock = Path(git(worktree, "rev-parse", "--path-format=absolute", "--git-path", "index.lock"))
    lock.touch()
    with pytest.raises(Conflict) as locked:
        stage(world, session)
    assert locked.value.code == "index_locked"
    lock.unlink()
    stage(world, session)
    assert status(worktree) == ["M  a.txt"]


def test_a_deleted_session_leaves_no_note(world: World) -> None:
    session = world.new(THREE, auto_commit=False)
    world.iterate(session)
    assert world.git("for-each-ref", "refs/ampsm/left") != ""
    world.core.cleanup.delete(session.id, force=True)
    assert world.git("for-each-ref", "refs/ampsm/left") == ""


def test_after_a_merge_a_commit_goes_on_from_base(world: World) -> None:
    session = world.done(THREE)
    assert world.merge(session).status == "merged"
    worktree = world.worktree(session)
    (worktree / "later.txt").write_text("later\n")
    stage(world, session)
    commit(world, session, "Later")
    assert git(worktree, "rev-parse", "HEAD~1") == world.git("rev-parse", "main")
    assert world.iterate(world.core.sessions.get(session.id), "again").outcome == "completed"
    assert (worktree / "later.txt").read_text() == "later\n"


def test_uncommitted_changes_are_the_agents_or_the_users(world: World) -> None:
    session = world.new(THREE, auto_commit=False)
    world.iterate(session)
    worktree = world.worktree(session)
    (worktree / "src/b.txt").write_text("two, by hand\n")
    (worktree / "mine.txt").write_text("mine\n")
    assert _authors(world, session) == {"a.txt": "agent", "src/b.txt": "both", "mine.txt": "user"}
    world.iterate(session, 'Append "more" to mine.txt.')
    expected = {"a.txt": "agent", "src/b.txt": "both", "mine.txt": "both"}
    assert _authors(world, session) == expected
    listed = world.core.reviews.changes(DiffQuery(session_id=session.id)).files
    assert {each.path: each.by for each in listed} == expected
    stage(world, session, "a.txt")
    commit(world, session)
    (worktree / "a.txt").write_text("mine now\n")
    assert _authors(world, session)["a.txt"] == "user"


def test_what_was_discarded_is_nobodys(world: World) -> None:
    session = world.new(THREE, auto_commit=False)
    world.iterate(session)
    unstage(world, session)
    discard(world, session, "a.txt")
    (world.worktree(session) / "a.txt").write_text("mine\n")
    assert _authors(world, session) == {"a.txt": "user", "src/b.txt": "agent"}


def test_a_refused_commit_of_a_turn_stays_the_agents(world: World) -> None:
    hook = world.repo / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    session = world.done(THREE)
    assert _authors(world, session) == {"a.txt": "agent", "src/b.txt": "agent"}


def test_what_a_turn_does_just_now_is_the_agents(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    turn = world.core.iterations.start(
        IterateRequest(
            session_id=session.id, notes='Create the file now.txt with the text "x". Then sleep 60 seconds.'
        )
    )
    running = threading.Thread(target=turn.run)
    running.start()
    until((worktree / "now.txt").exists)
    assert _authors(world, session) == {"now.txt": "agent"}
    with pytest.raises(SessionBusy):
        stage(world, session)
    world.core.iterations.stop(session.id)
    running.join()
    assert _authors(world, session) == {"now.txt": "agent"}
    (worktree / "now.txt").write_text("mine\n")
    assert _authors(world, session) == {"now.txt": "both"}


def _authors(world: World, session: SessionSummary) -> dict[str, str | None]:
    return {each.path: each.by for each in world.core.reviews.status(session.id).files}


@pytest.mark.skipif(os.name == "nt", reason="names of bytes")
def test_names_that_are_no_text_are_staged_by_what_the_page_sends_back(world: World) -> None:
    session = world.done(THREE)
    worktree = world.worktree(session)
    (worktree / os.fsdecode(b"\xff\xfe.txt")).write_text("x\n")
    shown = world.core.reviews.status(session.id).files[0].model_dump(mode="json")["path"]
    change = StageChange.model_validate({"id": session.id, "paths": [shown]})
    world.core.staging.stage(change)
    assert git(worktree, "status", "--porcelain")[:2] == "A "
