"""What can happen while a merge waits for its conflicts."""

from ampsm_app.backend.domain.requests import Resolve
from tests.backend.services.stories import conflicting
from tests.conftest import git
from tests.support.world import World


def _kept(world: World) -> str:
    return world.git("for-each-ref", "--format=%(refname)", "refs/ampsm/merge/")


def test_going_back_to_a_point_ends_it_and_keeps_nothing_of_it(world: World) -> None:
    session = conflicting(world)
    merge = world.merge(session, in_worktree=True)
    assert merge.id in _kept(world)

    world.core.history.restore(session.id, world.core.history.list(session.id)[0].id)

    assert world.core.merges.open(session.id) is None
    assert _kept(world) == ""


def test_removing_the_session_ends_it_and_keeps_nothing_of_it(world: World) -> None:
    session = conflicting(world)
    world.merge(session)

    world.core.cleanup.clean_up(session.id, force=True)

    assert world.core.merges.open(session.id) is None
    assert _kept(world) == ""


def test_what_was_taken_off_base_meanwhile_does_not_come_back_with_it(world: World) -> None:
    session = conflicting(world)
    world.commit({"secret.txt": "oh no\n"})
    world.merge(session)
    world.git("reset", "-q", "--hard", "HEAD~1")
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text="both\n"))

    refused = world.core.merges.resume(session.id).run()

    assert (refused.status, refused.code) == ("conflict", "base_moved")
    world.core.merges.abort(session.id)
    world.merge(session)
    world.core.conflicts.resolve(Resolve(session_id=session.id, path="README.md", text="both\n"))
    assert world.core.merges.resume(session.id).run().status == "merged"
    assert world.git("ls-tree", "--name-only", "main").split() == ["README.md"]


def test_what_was_taken_off_base_during_the_check_does_not_come_back_either(world: World) -> None:
    done = f"'{world.repo}/.git/done'"
    rewind = f"touch {done} && git -C '{world.repo}' reset -q --hard HEAD~1"
    script = f'test "$AMPSM_CHECK" != merge || test -f {done} || {{ {rewind}; }}'
    session = world.done('Create the file a.txt with the text "one".', script=script)
    world.commit({"secret.txt": "oh no\n"})

    assert world.merge(session).status == "merged"

    assert world.git("ls-tree", "--name-only", "main").split() == ["README.md", "a.txt"]


def test_an_abort_gives_back_line_ends_and_permissions_that_git_does_not_know(world: World) -> None:
    world.commit(
        {".gitattributes": "*.txt text eol=crlf\n", "other.txt": "".join(f"{n}\n" for n in range(9))}
    )
    session = world.done('Replace "hello" with "session" in README.md.')
    readme, other = world.worktree(session) / "README.md", world.worktree(session) / "other.txt"
    other.write_bytes(other.read_bytes().replace(b"\r\n", b"\n"))
    git(world.worktree(session), "add", "other.txt")
    readme.chmod(0o600)
    world.commit({"README.md": "base\n", "other.txt": "".join(f"{n}\n" for n in range(10))})

    assert world.merge(session, in_worktree=True).status == "conflict"
    held = world.core.history.holds(session.id, world.core.history.list(session.id)[0].id)
    world.core.merges.abort(session.id)

    assert b"\r" not in other.read_bytes()
    assert readme.stat().st_mode & 0o777 == 0o600
    assert git(world.worktree(session), "status", "--porcelain") == ""
    assert held.files == ()
