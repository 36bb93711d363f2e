"""Creating sessions: worktree and branch appear, the user's checkout does not change."""

import re
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.requests import SessionFilter
from tests.conftest import git, make_repo
from tests.support.world import World, picture


def test_a_new_session_has_a_worktree_on_a_branch_of_its_own(world: World) -> None:
    session = world.new("Say hello", name="Grüße aus Köln")

    assert re.fullmatch(r"amp/grusse-aus-koln/\d{8}-\d{6}", session.branch)
    assert Path(session.worktree_path) == world.repo / ".worktrees" / session.id
    assert git(world.worktree(session), "branch", "--show-current") == session.branch
    assert (world.worktree(session) / "README.md").read_text() == "hello\n"
    assert session.status == "idle"
    assert session.base_branch == "main"


def test_the_checkout_of_the_user_is_not_touched(world: World) -> None:
    (world.repo / "draft.txt").write_text("not committed\n")
    before = picture(world.repo)

    session = world.new("Say hello")

    after = picture(world.repo)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed <= {".git/info/exclude", f".git/refs/heads/{session.branch}"}
    assert world.git("status", "--porcelain") == "?? draft.txt"
    assert world.core.sessions.uncommitted_in_checkout(session) == 1


def test_our_folders_show_in_no_status_even_where_ignore_rules_are_a_whitelist(world: World) -> None:
    world.commit({".gitignore": "*\n!*/\n!*.md\n!.gitignore\n"})

    session = world.done('Create the file NOTE.md with the text "hi".')

    assert world.git("status", "--porcelain", "-uall") == ""
    assert git(world.worktree(session), "status", "--porcelain", "-uall") == ""
    assert "AGENT_CONTEXT" not in git(world.worktree(session), "ls-tree", "-r", "--name-only", "HEAD")


def test_a_repository_that_tracks_agent_context_keeps_its_own(world: World) -> None:
    world.commit({"AGENT_CONTEXT/notes.txt": "mine\n"})

    session = world.done("Say hello")

    assert session.context_dir == ".ampsm-context"
    assert (world.worktree(session) / "AGENT_CONTEXT" / "notes.txt").read_text() == "mine\n"
    assert (world.worktree(session) / ".ampsm-context" / "SESSION.md").exists()


def test_a_session_starts_from_the_base_that_was_asked_for(world: World) -> None:
    world.git("branch", "develop")
    world.git("tag", "v1")

    assert world.new("x", base="develop").base_branch == "develop"
    assert world.new("x", base="v1").base_branch == "v1"
    with pytest.raises(NotFound) as missing:
        world.new("x", base="developp")
    assert "develop" in (missing.value.hint or "")


def test_what_is_no_repository_is_refused_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Could not locate git repository"):
        world.new("x", repo=str(tmp_path))
    assert world.core.sessions.list(SessionFilter()) == []


def test_an_empty_repository_says_that_it_needs_a_commit(world: World, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    with pytest.raises(Conflict) as refused:
        world.new("x", repo=str(empty))
    assert refused.value.code == "no_commits"


def test_sessions_are_found_by_id_prefix_and_name(world: World) -> None:
    session = world.new("Say hello", name="Hello there")

    assert world.core.sessions.get(session.id[:4]).id == session.id
    assert world.core.sessions.get("Hello there").id == session.id
    with pytest.raises(NotFound):
        world.core.sessions.get("nobody")


def test_rename_archive_and_notes_change_only_what_they_say(world: World) -> None:
    session = world.new("Say hello")

    assert world.core.sessions.rename(session.id, "Other").name == "Other"
    assert world.core.sessions.annotate(session.id, "be short").notes == "be short"
    assert world.core.sessions.archive(session.id).archived_at is not None
    assert world.core.sessions.list(SessionFilter()) == []
    assert len(world.core.sessions.list(SessionFilter(include_archived=True))) == 1
    with pytest.raises(InvalidInput):
        world.core.sessions.rename(session.id, "  ")


def test_a_set_up_runs_only_once_it_is_trusted(world: World) -> None:
    plan = "setup:\n  copy: [local.env]\n  script: echo ready > ready.txt\n"
    world.commit({".ampsm.yaml": plan, ".gitignore": "local.env\nready.txt\n"})
    (world.repo / "local.env").write_text("PORT=1\n")

    with pytest.raises(Conflict) as refused:
        world.new("x")
    assert refused.value.code == "setup_untrusted"

    session = world.new("x", trust_setup=True)
    assert (world.worktree(session) / "ready.txt").read_text() == "ready\n"
    assert (world.worktree(session) / "local.env").read_text() == "PORT=1\n"
    assert world.new("y").status == "idle"


def test_a_failing_set_up_is_an_environment_error_and_says_so(world: World) -> None:
    world.commit({".ampsm.yaml": "setup:\n  script: echo no such tool; exit 3\n"})

    session = world.new("x", trust_setup=True)
    iteration = world.iterate(session)

    assert session.status == "error"
    assert iteration.outcome == "environment"
    assert iteration.error is not None
    assert "no such tool" in iteration.error.message


def test_a_set_up_cannot_reach_outside_of_the_repository(world: World, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    world.commit({".ampsm.yaml": "setup:\n  copy: [../secret.txt]\n"})

    session = world.new("x", trust_setup=True)

    assert session.status == "error"
    assert not (world.worktree(session) / ".." / "secret.txt").exists()


def test_a_session_can_be_made_from_a_linked_worktree_and_a_folder(world: World, tmp_path: Path) -> None:
    world.commit({"src/a.txt": "a\n"})
    linked = tmp_path / "linked"
    world.git("worktree", "add", "-q", "-b", "side", str(linked))

    assert Path(world.new("x", repo=str(linked)).repo_root) == world.repo
    assert Path(world.new("x", repo=str(world.repo / "src")).repo_root) == world.repo


def test_many_sessions_at_once(world: World) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(lambda n: world.new(f"Task {n}", name="Same name"), range(8)))

    assert len({each.branch for each in sessions}) == 8
    assert all((world.worktree(each) / "README.md").exists() for each in sessions)


def test_another_repository_is_listed_apart(world: World, tmp_path: Path) -> None:
    other = make_repo(tmp_path / "other")
    world.new("here")
    world.new("there", repo=str(other))

    found = world.core.sessions.list(SessionFilter(repo=str(other)))
    assert [each.prompt for each in found] == ["there"]
