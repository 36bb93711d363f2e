"""What is killed while it gives back space: cleaning up, and emptying the trash."""

from tests.kills.machine import Machine
from tests.kills.scenes import Scene, make_repository, new_session, points

_WORK = 'Create the file a.txt with the text "one".'


def _worked(machine: Machine) -> str:
    """A session with a turn, something changed by hand after it, and an ignored file."""
    session = new_session(machine, _WORK)
    machine.ask("iterate", session)
    place = machine.repo / ".worktrees" / session
    (place / "by-hand.txt").write_text("by hand\n")
    (place / ".env").write_text("ignored\n")
    return session


def _deleted(machine: Machine) -> str:
    make_repository(machine)
    session = _worked(machine)
    machine.ask("delete", session, "--force", "--yes")
    return session


def _untidy(machine: Machine) -> str:
    """A merged session with its worktree, and a deleted one that has been in the trash for long."""
    other = _deleted(machine)
    (trashed,) = (machine.repo / ".git" / "ampsm" / "trash").iterdir()
    trashed.rename(trashed.with_name(f"{other}-20250101-000000000"))
    session = new_session(machine, _WORK)
    machine.ask("iterate", session)
    assert machine.ask("merge", session)["status"] == "merged"
    return f"{session} {other}"


def _tidy_again(machine: Machine, both: str) -> None:
    session, other = both.split()
    assert machine.ask("clean-environment", "--yes")["failures"] == []
    assert not (machine.repo / ".worktrees" / session).exists()
    assert {each["session_id"] for each in machine.ask("trash", "list")} == {session}
    _require_nothing_half_gone(machine)
    _brings_back(machine, session, "cleanup")
    _brings_back(machine, other, "delete")
    assert (machine.repo / ".worktrees" / other / "by-hand.txt").read_text() == "by hand\n"


def _empty_again(machine: Machine, session: str) -> None:
    machine.ask("trash", "empty", "--yes")
    assert machine.ask("trash", "list") == []
    _require_nothing_half_gone(machine)
    _brings_back(machine, session, "delete")
    assert (machine.repo / ".worktrees" / session / "by-hand.txt").read_text() == "by hand\n"
    assert not (machine.repo / ".worktrees" / session / ".env").exists()


def _brings_back(machine: Machine, session: str, removal: str) -> None:
    """The point of before the removal has the work, wherever the kill came."""
    machine.ask("restore", session, points(machine, session)[removal])
    assert (machine.repo / ".worktrees" / session / "a.txt").exists()


def _require_nothing_half_gone(machine: Machine) -> None:
    assert list((machine.repo / ".git" / "ampsm" / "trash").glob(".going-*")) == []


SCENES = (
    Scene("clean", _untidy, lambda _: ("clean-environment", "--yes", "--json"), _tidy_again),
    Scene("empty", _deleted, lambda _: ("trash", "empty", "--yes", "--json"), _empty_again),
)
