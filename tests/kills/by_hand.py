"""What a user does to a session by hand, to be killed like the operations of `scenes`."""

from pathlib import Path

from tests.kills.machine import Machine
from tests.kills.scenes import Scene, begun, new_session

_PICKED = "picked"
_AGAIN = 'Create the file again.txt with the text "again".'


def _place(machine: Machine, session: str) -> Path:
    return machine.repo / ".worktrees" / session


def _status(machine: Machine, session: str) -> list[str]:
    return machine.git("status", "--porcelain", cwd=_place(machine, session)).splitlines()


def _edited(machine: Machine) -> str:
    """A session with a turn, and everything that can be changed by hand after it."""
    session = begun(machine)
    worktree = _place(machine, session)
    (worktree / "README.md").write_text("hello\ntwo\nby hand\n")
    (worktree / "shared.txt").unlink()
    (worktree / "a.txt").write_text("staged\n")
    machine.git("add", "a.txt", cwd=worktree)
    (worktree / "a.txt").write_text("staged, and more\n")
    nested = worktree / "nested"
    nested.mkdir()
    machine.git("init", "-q", cwd=nested)
    (nested / "inner.txt").write_text("inner\n")
    return session


def _staged(machine: Machine) -> str:
    session = begun(machine)
    machine.ask("stage", session, "--all")
    return session


def _pickable(machine: Machine) -> str:
    session = begun(machine)
    other = new_session(machine, 'Create the file p.txt with the text "picked".')
    machine.ask("iterate", other)
    branch = machine.ask("status", other)["branch"]
    machine.git("tag", _PICKED, branch)
    return session


def _stage_again(machine: Machine, session: str) -> None:
    staged = ["M  README.md", "M  a.txt", "A  by-hand.txt", "D  shared.txt", "?? nested/"]
    unstaged = [" M README.md", "MM a.txt", " D shared.txt", "?? by-hand.txt", "?? nested/"]
    assert _status(machine, session) in (staged, unstaged)
    machine.ask("stage", session, "--all")
    assert _status(machine, session) == staged
    assert (_place(machine, session) / "a.txt").read_text() == "staged, and more\n"


def _unstage_again(machine: Machine, session: str) -> None:
    assert _status(machine, session) in (["A  by-hand.txt"], ["?? by-hand.txt"])
    machine.ask("unstage", session, "--all")
    assert _status(machine, session) == ["?? by-hand.txt"]


def _discard_again(machine: Machine, session: str) -> None:
    worktree = _place(machine, session)
    if (worktree / "by-hand.txt").exists() or (worktree / "nested").exists():
        machine.ask("discard", session, "--all", "--yes")
    assert _status(machine, session) == ["M  a.txt"]
    assert (worktree / "a.txt").read_text() == "staged\n"
    trash = machine.repo / ".git" / "ampsm" / "trash"
    assert [each.read_text() for each in trash.glob("*/nested/inner.txt")] == ["inner\n"]
    _require_in_points(machine, session, "discard", "by-hand.txt", "README.md", "a.txt")


def _commit_again(machine: Machine, session: str) -> None:
    worktree = _place(machine, session)
    if machine.git("log", "-1", "--format=%s", cwd=worktree) != "By hand":
        assert _status(machine, session) == ["A  by-hand.txt"]
        machine.ask("commit", session, "-m", "By hand")
    assert _status(machine, session) == []
    assert machine.git("show", "HEAD:by-hand.txt", cwd=worktree) == "by hand"
    assert machine.git("rev-list", "--count", "main..HEAD", cwd=worktree) == "2"
    assert machine.ask("iterate", session, "--notes", _AGAIN)["outcome"] == "completed"


def _amend_again(machine: Machine, session: str) -> None:
    worktree = _place(machine, session)
    machine.ask("commit", session, "--amend", "-m", "Amended")
    assert machine.git("show", "HEAD:by-hand.txt", cwd=worktree) == "by hand"
    assert machine.git("rev-list", "--count", "main..HEAD", cwd=worktree) == "1"
    assert f"Ampsm-Session: {session}" in machine.git("log", "-1", "--format=%B", cwd=worktree)


def _roll_back_again(machine: Machine, session: str) -> None:
    worktree = _place(machine, session)
    done = machine.run("rollback", session, "main", "--yes", "--json")
    assert done.code == 0 or done.json["error"]["code"] == "already_there", done
    assert _status(machine, session) == ["?? by-hand.txt", "?? nested/"]
    assert not (worktree / "a.txt").exists()
    assert (worktree / "shared.txt").read_text() == "base\n"
    _require_in_points(machine, session, "rollback", "README.md", "a.txt")
    points = [each for each in machine.ask("history", session) if each["operation"] == "rollback"]
    machine.ask("restore", session, points[-1]["id"])
    assert (worktree / "a.txt").read_text() == "staged, and more\n"
    assert not (worktree / "shared.txt").exists()


def _pick_again(machine: Machine, session: str) -> None:
    worktree = _place(machine, session)
    done = machine.run("cherry-pick", session, _PICKED, "--json")
    assert done.code == 0 or done.json["error"]["code"] == "nothing_to_pick", done
    assert (worktree / "p.txt").read_text().strip() == "picked"
    assert machine.git("rev-list", "--count", "main..HEAD", cwd=worktree) == "2"
    assert _status(machine, session) == ["?? by-hand.txt"]


def _require_in_points(machine: Machine, session: str, operation: str, *paths: str) -> None:
    """What was taken away by hand is in the points that were taken before, in one or the other."""
    kept = [each["ref"] for each in machine.ask("history", session) if each["operation"] == operation]
    held = {name for ref in kept for name in machine.git("ls-tree", "-r", "--name-only", ref).split("\n")}
    assert {f"files/{path}" for path in paths} <= held


SCENES = (
    Scene("stage", _edited, lambda id_: ("stage", id_, "--all", "--json"), _stage_again),
    Scene("unstage", _staged, lambda id_: ("unstage", id_, "--all", "--json"), _unstage_again),
    Scene("discard", _edited, lambda id_: ("discard", id_, "--all", "--yes", "--json"), _discard_again),
    Scene("commit", _staged, lambda id_: ("commit", id_, "-m", "By hand", "--json"), _commit_again),
    Scene(
        "amend",
        _staged,
        lambda id_: ("commit", id_, "--amend", "-m", "Amended", "--json"),
        _amend_again,
    ),
    Scene("rollback", _edited, lambda id_: ("rollback", id_, "main", "--yes", "--json"), _roll_back_again),
    Scene("cherry-pick", _pickable, lambda id_: ("cherry-pick", id_, _PICKED, "--json"), _pick_again),
)
