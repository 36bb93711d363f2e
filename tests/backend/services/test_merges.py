"""Merging through the core: nothing is lost, and nothing of the user's moves but base, once."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.domain.merges import MergeOptions
from ampsm_app.backend.domain.sessions import SessionSummary
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.world import World, picture


def test_five_sessions_that_each_add_a_file_all_land(world: World) -> None:
    sessions = [world.done(f'Create the file f{n}.txt with the text "{n}".') for n in range(5)]

    merged = [world.merge(each) for each in sessions]

    assert [each.status for each in merged] == ["merged"] * 5
    assert all(world.on_base(f"f{n}.txt") == str(n) for n in range(5))
    assert world.git("status", "--porcelain") == ""
    assert all((world.repo / f"f{n}.txt").exists() for n in range(5))
    assert all(world.core.sessions.get(each.id).status == "done" for each in sessions)


def test_the_commit_on_base_is_one_with_the_words_asked_for(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".', name="Add a")
    world.iterate(session, notes='Create the file b.txt with the text "two".')

    world.merge(session, message="feat: add a and b")

    assert world.git("log", "--format=%s").splitlines() == ["feat: add a and b", "first"]
    assert world.git("show", "--format=", "--name-only", "HEAD").split() == ["a.txt", "b.txt"]


def test_without_a_message_it_is_the_sessions_name_and_what_was_asked(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".', name="Add a")
    world.iterate(session, notes='Create the file b.txt with the text "two".')

    world.merge(session)

    message = world.git("log", "-1", "--format=%B")
    assert message.startswith("Add a\n\n- amp: Create the file a.txt")
    assert "- amp: Create the file b.txt" in message
    assert "\n\nChanges a.txt, b.txt\n\nAmpsm-Session: " in message


def test_the_message_that_preflight_suggests_is_the_one_that_lands(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    (world.worktree(session) / "mine.txt").write_text("mine\n")
    world.iterate(session, notes="Say hello")
    world.iterate(session, notes='Create the file b.txt with the text "two".')
    suggested = world.core.merges.preflight(session.id, MergeOptions()).suggested_message

    world.merge(session)

    squashed = world.git("log", "-1", "--format=%B", "HEAD~1")
    assert squashed.partition("\n\nAmpsm-")[0] == suggested
    assert "mine.txt" not in suggested
    assert "Manual" not in suggested


def test_one_turn_that_says_what_the_session_is_called_is_not_repeated(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    message = world.core.merges.preflight(session.id, MergeOptions()).suggested_message
    assert message == f"{session.name}\n\nChanges a.txt"


def test_commits_made_by_hand_stay_their_own_or_are_squashed_too(world: World) -> None:
    def interleaved() -> SessionSummary:
        session = world.done('Create the file a.txt with the text "one".', name="Mixed")
        (world.worktree(session) / "mine.txt").write_text("mine\n")
        world.iterate(session, notes='Create the file b.txt with the text "two".')
        return session

    assert world.merge(interleaved()).status == "merged"
    assert world.git("log", "--format=%s").splitlines() == [
        "Manual edits before iteration 2",
        "Mixed",
        "first",
    ]
    world.git("reset", "-q", "--hard", "HEAD~2")
    assert world.merge(interleaved(), manual_commits="include").status == "merged"
    assert world.git("log", "--format=%s").splitlines() == ["Mixed", "first"]
    assert world.on_base("mine.txt") == "mine"


def test_base_that_moved_meanwhile_keeps_its_own_work(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.commit({"other.txt": "other\n"})

    assert world.merge(session).status == "merged"
    assert world.on_base("other.txt") == "other"
    assert world.on_base("a.txt") == "one"
    assert len(world.git("log", "--format=%s").splitlines()) == 3


def test_no_ff_makes_a_merge_commit_and_skip_squash_keeps_the_commits(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.merge(session, no_ff=True)
    assert len(world.git("log", "-1", "--format=%P").split()) == 2

    other = world.done('Create the file b.txt with the text "two".')
    world.iterate(other, notes='Create the file c.txt with the text "three".')
    world.merge(other, skip_squash=True)
    assert world.git("log", "-2", "--format=%s").count("amp:") == 2


def test_onto_another_branch(world: World) -> None:
    world.git("branch", "release")
    session = world.done('Create the file a.txt with the text "one".')

    merge = world.merge(session, onto="release")

    assert (merge.status, merge.base_branch) == ("merged", "release")
    assert world.on_base("a.txt", "release") == "one"
    assert "a.txt" not in world.git("ls-tree", "--name-only", "main")


def test_a_session_from_a_tag_needs_to_be_told_where_to(world: World) -> None:
    world.git("tag", "v1")
    session = world.done('Create the file a.txt with the text "one".', base="v1")

    assert (world.merge(session).status, world.merge(session).code) == ("refused", "needs_onto")
    assert world.merge(session, onto="main").status == "merged"


def test_a_session_from_a_remote_branch_lands_in_a_local_one_that_tracks_it(
    world: World, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(world.repo), str(clone))
    world.git("branch", "feature")
    git(clone, "fetch", "-q")
    session = world.done('Create the file a.txt with the text "one".', repo=str(clone), base="origin/feature")

    merge = world.merge(session)

    assert (merge.status, merge.base_branch) == ("merged", "feature")
    assert git(clone, "show", "feature:a.txt") == "one"
    assert git(clone, "rev-parse", "--abbrev-ref", "feature@{upstream}") == "origin/feature"


def test_push_and_patch(world: World, tmp_path: Path) -> None:
    bare = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", str(bare))
    world.git("remote", "add", "origin", str(bare))
    world.git("push", "-q", "origin", "main")
    session = world.done('Create the file a.txt with the text "one".')
    patch = tmp_path / "a.patch"

    merge = world.merge(session, push=True, export_patch=str(patch))

    assert (merge.status, merge.code) == ("merged", None)
    assert git(bare, "show", "main:a.txt") == "one"
    fresh = tmp_path / "fresh"
    git(tmp_path, "clone", "-q", str(bare), str(fresh))
    git(fresh, "reset", "-q", "--hard", "HEAD~1")
    git(fresh, "am", "-q", str(patch))
    assert (fresh / "a.txt").read_text() == "one\n"


def test_a_push_that_fails_does_not_undo_the_merge(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')

    merge = world.merge(session, push=True)

    assert (merge.status, merge.code) == ("merged", "push_failed")
    assert world.on_base("a.txt") == "one"


@pytest.mark.parametrize(
    "state", ["dirty", "staged", "untracked", "ignored", "rebasing", "merging", "locked", "two checkouts"]
)
def test_a_checkout_that_would_lose_something_refuses_the_merge_untouched(
    world: World, state: str, tmp_path: Path
) -> None:
    world.commit({".gitignore": "*.env\n", "shared.txt": "shared\n"})
    session = world.done('Create the file new.env with the text "1". Append "x" to shared.txt.')
    git(world.worktree(session), "add", "-f", "new.env")
    git(world.worktree(session), "commit", "-q", "-m", "with env")
    _bring_into(world, state, tmp_path)
    before = picture(world.repo)

    merge = world.merge(session)

    assert merge.status == "refused", merge
    assert merge.reason
    changed = {name for name, data in picture(world.repo).items() if before.get(name) != data}
    assert not {name for name in changed if not name.startswith(".git/refs/ampsm/")}
    assert world.core.sessions.get(session.id).status == "idle"


def _bring_into(world: World, state: str, tmp_path: Path) -> None:
    match state:
        case "dirty":
            (world.repo / "shared.txt").write_text("edited\n")
        case "staged":
            (world.repo / "shared.txt").write_text("edited\n")
            world.git("add", "shared.txt")
        case "untracked":
            world.git("rm", "-q", "--cached", ".gitignore")
            world.git("commit", "-q", "-m", "no rules")
            (world.repo / ".gitignore").unlink()
            (world.repo / "new.env").write_text("mine\n")
        case "ignored":
            (world.repo / "new.env").write_text("mine\n")
        case "rebasing":
            world.git("branch", "old", "HEAD~1")
            world.commit({"r.txt": "1\n"})
            git(world.repo, "-c", "sequence.editor=sed -i s/pick/edit/", "rebase", "-q", "-i", "HEAD~1")
        case "merging":
            world.git("checkout", "-q", "-b", "other", "HEAD~1")
            world.commit({"m.txt": "m\n"})
            world.git("checkout", "-q", "main")
            world.git("merge", "-q", "--no-commit", "--no-ff", "other")
        case "locked":
            (world.repo / ".git" / "index.lock").write_text("")
        case "two checkouts":
            world.git("worktree", "add", "-q", "--force", str(tmp_path / "second"), "main")


def test_a_dirty_file_that_the_merge_does_not_touch_stays_dirty(world: World) -> None:
    world.commit({"shared.txt": "shared\n"})
    session = world.done('Create the file a.txt with the text "one".')
    (world.repo / "shared.txt").write_text("my edit\n")
    (world.repo / "loose.txt").write_text("loose\n")

    assert world.merge(session).status == "merged"
    assert (world.repo / "shared.txt").read_text() == "my edit\n"
    assert (world.repo / "loose.txt").read_text() == "loose\n"
    assert (world.repo / "a.txt").exists()


def test_base_that_is_not_checked_out_moves_without_any_checkout(world: World) -> None:
    world.git("checkout", "-q", "-b", "elsewhere")
    session = world.done('Create the file a.txt with the text "one".', base="main")

    assert world.merge(session).status == "merged"
    assert world.on_base("a.txt") == "one"
    assert not (world.repo / "a.txt").exists()


def test_a_detached_checkout_is_left_alone(world: World) -> None:
    world.git("checkout", "-q", "--detach")
    session = world.done('Create the file a.txt with the text "one".', base="main")

    assert world.merge(session).status == "merged"
    assert not (world.repo / "a.txt").exists()


def test_uncommitted_files_and_nothing_to_merge_are_refused(world: World) -> None:
    session = world.done("Say hello")
    assert (world.merge(session).status, world.merge(session).code) == ("refused", "nothing_to_merge")
    world.iterate(session, notes='Create the file a.txt with the text "one".')
    (world.worktree(session) / "loose.txt").write_text("loose\n")
    assert world.merge(session).code == "uncommitted"


def test_a_check_that_fails_on_the_merged_result_only_stops_the_merge(world: World) -> None:
    script = "! { test -f a.txt && test -f b.txt; }"
    session = world.done('Create the file a.txt with the text "one".', script=script)
    world.commit({"b.txt": "base\n"})
    before = world.git("rev-parse", "main")

    merge = world.merge(session)

    assert (merge.status, merge.code) == ("refused", "check_failed")
    assert merge.check is not None
    assert merge.check.passed is False
    assert world.git("rev-parse", "main") == before
    report = world.core.merges.preflight(session.id, MergeOptions())
    assert not report.ready
    assert [each.code for each in report.issues] == ["check_failed"]
    assert world.merge(session, skip_check=True).status == "merged"


def test_a_tree_that_was_checked_is_not_checked_again(world: World, tmp_path: Path) -> None:
    counter = tmp_path / "runs"
    session = world.done('Create the file a.txt with the text "one".', script=f"echo x >> '{counter}'")

    assert world.merge(session).status == "merged"
    assert counter.read_text().count("x") == 1


def test_a_failing_signature_or_a_vetoing_hook_moves_nothing(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    before = world.git("rev-parse", "main")
    world.git("config", "commit.gpgsign", "true")
    world.git("config", "gpg.program", "false")
    assert (world.merge(session).status, world.merge(session).code) == ("refused", "signing")
    world.git("config", "commit.gpgsign", "false")
    hook = world.repo / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\n[ "$1" = prepared ] && grep -q refs/heads/main && exit 1\nexit 0\n')
    hook.chmod(0o755)
    assert (world.merge(session).status, world.merge(session).code) == ("refused", "hook_refused")
    assert world.git("rev-parse", "main") == before


def test_names_with_quotes_newlines_and_other_scripts_survive(world: World) -> None:
    names = ['it\'s "quoted".txt', "new\nline.txt", "données/Übung.txt", "日本.txt", " leading.txt"]
    session = world.new("Say hello", name='it\'s "quoted" — 日本')
    for name in names:
        target = world.worktree(session) / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(name)
    world.iterate(session)

    assert world.merge(session, message='say "it\'s done"').status == "merged"
    assert all((world.repo / name).read_text() == name for name in names)


def test_the_next_turn_after_a_merge_goes_on_from_the_new_base(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.commit({"other.txt": "other\n"})
    world.merge(session)

    turn = world.iterate(session, notes='Create the file b.txt with the text "two".')

    assert turn.outcome == "completed"
    assert git(world.worktree(session), "log", "--format=%s", "main..HEAD").splitlines() == [
        'amp: Create the file b.txt with the text "two".'
    ]
    assert world.merge(session).status == "merged"


def test_preflight_says_what_stands_in_the_way_and_leaves_no_trace(world: World) -> None:
    session = conflicting(world)
    objects = len(list((world.repo / ".git" / "objects").rglob("*")))

    report = world.core.merges.preflight(session.id, MergeOptions())

    assert report.ready
    assert [(each.path, each.kind) for each in report.predicted_conflicts] == [("README.md", "content")]
    assert (report.ahead_by, report.behind_by, report.amp_commits) == (1, 1, 1)
    assert len(list((world.repo / ".git" / "objects").rglob("*"))) == objects
    (world.worktree(session) / "loose.txt").write_text("x")
    report = world.core.merges.preflight(session.id, MergeOptions())
    assert not report.ready
    assert [each.code for each in report.issues if each.blocking] == ["uncommitted"]


def test_squash_moves_only_the_ref_and_keeps_manual_commits(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".', name="Work")
    world.iterate(session, notes='Create the file b.txt with the text "two".')
    (world.worktree(session) / "loose.txt").write_text("not committed\n")
    tree = git(world.worktree(session), "rev-parse", "HEAD^{tree}")

    done = world.core.squash.squash(session.id, message="one commit")

    assert git(world.worktree(session), "log", "--format=%s", "main..HEAD") == "one commit"
    assert git(world.worktree(session), "rev-parse", "HEAD^{tree}") == tree
    assert git(world.worktree(session), "status", "--porcelain") == "?? loose.txt"
    assert world.git("rev-parse", f"{done.backup_ref}^")
    point = next(each for each in world.core.history.list(session.id) if each.operation == "squash")
    world.core.history.restore(session.id, point.id)
    assert len(git(world.worktree(session), "log", "--format=%s", "main..HEAD").splitlines()) == 2
    assert (world.worktree(session) / "loose.txt").read_text() == "not committed\n"


def test_rebase_moves_the_commits_or_nothing(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.commit({"other.txt": "other\n"})
    assert world.core.rebase.rebase(session.id, "main").status == "rebased"
    assert (world.worktree(session) / "other.txt").exists()
    assert world.core.rebase.rebase(session.id, "main").status == "up_to_date"

    clash = conflicting(world)
    before = git(world.worktree(clash), "rev-parse", "HEAD")
    done = world.core.rebase.rebase(clash.id, "main")
    assert (done.status, [each.path for each in done.conflicts]) == ("conflict", ["README.md"])
    assert git(world.worktree(clash), "rev-parse", "HEAD") == before


def test_merge_while_a_turn_runs_is_busy(world: World) -> None:
    from ampsm_app.backend.domain.errors import SessionBusy
    from ampsm_app.backend.domain.requests import IterateRequest

    session = world.done('Create the file a.txt with the text "one".')
    turn = world.core.iterations.start(IterateRequest(session_id=session.id, notes="Say hello"))
    with pytest.raises(SessionBusy):
        world.merge(session)
    turn.run()


def test_cleanup_removes_what_is_merged_and_refuses_what_is_not(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    with pytest.raises(Conflict) as refused:
        world.core.cleanup.clean_up(session.id)
    assert refused.value.code == "would_lose_work"
    assert refused.value.details["loss"]["unmerged_commits"] == 1

    world.merge(session)
    (world.worktree(session) / "loose.txt").write_text("x")
    with pytest.raises(Conflict):
        world.core.cleanup.clean_up(session.id)
    (world.worktree(session) / "loose.txt").unlink()

    world.core.cleanup.clean_up(session.id)
    assert not world.worktree(session).exists()
    assert session.branch not in world.git("branch", "--format=%(refname:short)")
    after = world.core.sessions.get(session.id)
    assert (after.status, after.archived_at is not None) == ("done", True)


def test_work_that_was_squash_merged_elsewhere_counts_as_merged(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    world.git("merge", "-q", "--squash", session.branch)
    world.git("commit", "-q", "-m", "squashed by hand")
    world.commit({"later.txt": "later\n"})

    loss, _ = world.core.cleanup.clean_up(session.id)
    assert loss.merged


def test_a_forced_delete_is_restored_whole(world: World) -> None:
    session = world.done('Create the file a.txt with the text "one".')
    (world.worktree(session) / "loose.txt").write_text("loose\n")
    (world.worktree(session) / "cache.bin").write_bytes(b"\0" * 10)

    _, point = world.core.cleanup.delete(session.id, force=True)

    assert point is not None
    assert not world.worktree(session).exists()
    with pytest.raises(NotFound):
        world.core.sessions.get(session.id)
    world.core.history.restore(session.id, point.id)
    assert (world.worktree(session) / "loose.txt").read_text() == "loose\n"
    assert git(world.worktree(session), "show", "HEAD:a.txt") == "one"
    assert world.core.sessions.get(session.id).id == session.id
