"""Whatever could lose work leaves a point of before, which brings everything back: one row for each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ampsm_app.backend.domain.points import purpose_of
from ampsm_app.backend.domain.requests import Resolve
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.staging import CherryPick, CommitRequest, Rollback, StageChange
from ampsm_app.backend.domain.time_machine import SpaceClean, TrashEmpty
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git import backup_restore
from ampsm_app.backend.git.excludes import CONTEXT_DIR
from ampsm_app.backend.git.runner import Git
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.worktree_state import worktree_state
from tests.support.world import World

Begin = Callable[[World], SessionSummary]
Act = Callable[[World, SessionSummary], object]


@dataclass(frozen=True)
class Row:
    """What somebody does to a session that began so, and the name of the point that must stand before it."""

    act: Act
    point: str
    begin: Begin


def working(world: World) -> SessionSummary:
    """Two turns' commits, one by hand, and files that are staged, changed, deleted and untracked."""
    session = world.done('Create the file a.txt with the text "one".')
    place = world.worktree(session)
    (place / "mine.txt").write_text("mine\n")
    git(place, "add", "mine.txt")
    git(place, "commit", "-q", "-m", "by hand")
    world.iterate(session, 'Append "two" to a.txt.')
    (place / "staged.txt").write_text("staged\n")
    git(place, "add", "staged.txt")
    (place / "README.md").write_text("edited\n")
    (place / "mine.txt").unlink()
    (place / "loose.txt").write_text("loose\n")
    return session


def clean(world: World) -> SessionSummary:
    """One turn's commit, and base has moved on."""
    session = world.done('Create the file a.txt with the text "one".')
    world.commit({"base.txt": "base\n"})
    return session


def merged(world: World) -> SessionSummary:
    session = clean(world)
    assert world.merge(session).status == "merged"
    return session


def in_conflict(world: World) -> SessionSummary:
    """A conflict in the session's worktree, half resolved."""
    session = conflicting(world)
    world.merge(session)
    world.core.conflicts.into_worktree(session.id)
    (world.worktree(session) / "README.md").write_text("half resolved\n")
    return session


def waiting(world: World) -> SessionSummary:
    session = conflicting(world)
    assert world.merge(session).status == "conflict"
    return session


def committing_agent(world: World) -> SessionSummary:
    return world.new("Run `echo x > x.txt && git add -A && git commit -q -m own`.")


def leaving_agent(world: World) -> SessionSummary:
    return world.new("Run `echo x > x.txt && git checkout -q -b elsewhere`.")


def another(world: World) -> str:
    """A commit of another session, to pick."""
    other = world.done('Create the file other.txt with the text "other".')
    return git(world.worktree(other), "rev-parse", "HEAD")


def amend(world: World, session: SessionSummary) -> None:
    world.core.committing.commit(CommitRequest(id=session.id, message="again", amend=True))


def roll_back(world: World, session: SessionSummary) -> None:
    first = git(world.worktree(session), "rev-list", "--reverse", "main..HEAD").split()[0]
    world.core.rolling_back.roll_back(Rollback(id=session.id, sha=first))


def restore_file(world: World, session: SessionSummary) -> None:
    world.core.squash.squash(session.id)
    point = world.core.history.list(session.id)[0]
    (world.worktree(session) / "README.md").write_text("lost?\n")
    world.core.history.restore_files(session.id, point.id, ["README.md"])


def restore(world: World, session: SessionSummary) -> None:
    world.core.squash.squash(session.id)
    point = world.core.history.list(session.id)[0]
    world.core.history.restore(session.id, point.id)


def clean_environment(world: World, session: SessionSummary) -> None:
    assert world.core.space.clean(SpaceClean(kinds=("worktree",))).failures == ()
    assert not world.worktree(session).exists()


def empty_trash(world: World, session: SessionSummary) -> None:
    world.core.cleanup.delete(session.id, force=True)
    assert world.core.trash.empty(TrashEmpty()).removed


TABLE = {
    "delete": Row(lambda w, s: w.core.cleanup.delete(s.id, force=True), "delete", working),
    "cleanup": Row(lambda w, s: w.core.cleanup.clean_up(s.id, force=True), "cleanup", working),
    "cleanup of what is merged": Row(lambda w, s: w.core.cleanup.clean_up(s.id), "cleanup", merged),
    "emptying the trash": Row(empty_trash, "delete", working),
    "clean-environment": Row(clean_environment, "cleanup", merged),
    "squash": Row(lambda w, s: w.core.squash.squash(s.id), "squash", working),
    "rebase": Row(lambda w, s: w.core.rebase.rebase(s.id, "main"), "rebase", clean),
    "merge": Row(lambda w, s: w.merge(s), "merge", clean),
    "a conflict enters the worktree": Row(
        lambda w, s: w.core.conflicts.into_worktree(s.id), "conflict", waiting
    ),
    "settling a conflict there": Row(
        lambda w, s: w.core.conflicts.resolve(Resolve(session_id=s.id, path="README.md", take="base")),
        "resolve",
        in_conflict,
    ),
    "abort": Row(lambda w, s: w.core.merges.abort(s.id), "abort-merge", in_conflict),
    "moving to the new base": Row(lambda w, s: w.iterate(s, "Say hello."), "follow-base", merged),
    "restore": Row(restore, "restore", working),
    "restore of a file": Row(restore_file, "restore-file", working),
    "discard": Row(lambda w, s: w.core.discarding.discard(StageChange(id=s.id)), "discard", working),
    "amend": Row(amend, "amend", working),
    "roll back": Row(roll_back, "rollback", working),
    "cherry-pick": Row(
        lambda w, s: w.core.picking.pick(CherryPick(id=s.id, commits=(another(w),))), "cherry-pick", clean
    ),
    "folding the agent's commits": Row(lambda w, s: w.iterate(s), "agent-commits", committing_agent),
    "what the agent left elsewhere": Row(lambda w, s: w.iterate(s), "displaced", leaving_agent),
}
# What these keep is what the agent made, not what stood there before the turn.
MADE_BY_THE_TURN = ("folding the agent's commits", "what the agent left elsewhere")
# These do something else first.
ON_THE_WAY = ("restore", "restore of a file")


@pytest.mark.parametrize("name", TABLE)
def test_a_point_is_left_that_brings_everything_back(world: World, name: str) -> None:
    row = TABLE[name]
    session = row.begin(world)
    place = world.worktree(session)
    before = worktree_state(place)

    row.act(world, session)

    taken = [each for each in world.core.history.list(session.id) if each.operation == row.point]
    assert taken, f"{name} leaves no point"
    assert taken[0].purpose == purpose_of(row.point)
    assert taken[0].purpose != f"before {row.point}", "it has words of its own"
    if name not in MADE_BY_THE_TURN:
        world.core.history.restore(session.id, taken[0].id)
        now = worktree_state(place)
        if name not in ON_THE_WAY:
            assert _without_context(now) == _without_context(before)


def _without_context(state: dict[str, object]) -> dict[str, object]:
    files = state["files"]
    assert isinstance(files, dict)
    kept = {name: found for name, found in files.items() if not name.startswith(f"{CONTEXT_DIR}/")}
    return {**state, "files": kept}


def test_an_orphan_leaves_one_too(world: World, tmp_path: Path) -> None:
    """Its session is not known, so that no row tells of it; git keeps it."""
    place = world.repo / ".worktrees" / "abcdefgh"
    world.git("worktree", "add", "-q", "-b", "amp/orphan/1", str(place))
    (place / "loose.txt").write_text("loose\n")
    world.new("Say hello.")

    assert world.core.space.clean(SpaceClean(kinds=("orphan",))).failures == ()

    assert not place.exists()
    (ref,) = world.git("for-each-ref", "--format=%(refname)", "refs/ampsm/backup/abcdefgh").split()
    world.git("worktree", "add", "-q", "-f", str(place), "amp/orphan/1")
    backup_restore.restore(Git(Executor(), place), ref, context_dir=CONTEXT_DIR, before=None)
    assert (place / "loose.txt").read_text() == "loose\n"
