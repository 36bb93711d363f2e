"""The operations that are killed: what stands before each, how it is asked for, and what it must give."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.kills.machine import Machine

_FIRST = 'Create the file a.txt with the text "one". Then append "two" to README.md.'
_SECOND = (
    'Create the file b.txt with the text "three". Then run `printf four > c.txt && git add -A && '
    'git commit -q -m "of the agent"`. Then create the file docs/d.txt with the text "five". '
    "Then delete a.txt. Then sleep 0.1 seconds."
)
_AGAIN = 'Create the file again.txt with the text "again".'
_PUBLISHED = ("--push", "--export-patch", "series.patch")
_CHECK = "test -f README.md && sleep 0.05"


@dataclass(frozen=True)
class Scene:
    """An operation of one session. `again` asks for it once more and says what is wrong then, if anything."""

    name: str
    prepare: Callable[[Machine], str]
    command: Callable[[str], tuple[str, ...]]
    again: Callable[[Machine, str], None]
    expected: int = 0


def make_repository(machine: Machine) -> None:
    """A new home with a repository in which the user has work of his own."""
    machine.make()
    machine.repo.mkdir()
    machine.git("init", "-q", "-b", "main")
    texts = {"README.md": "hello\n", "shared.txt": "base\n", ".gitignore": ".env\n", "mine.txt": "mine\n"}
    for number in range(5):
        texts[f"src/{number}.txt"] = f"{number}\n" * 50
    for name, text in texts.items():
        path = machine.repo / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    machine.git("add", "-A")
    machine.git("commit", "-q", "-m", "first")
    _users_state(machine)


def _users_state(machine: Machine) -> None:
    """What the user has in his checkout and nobody may touch: changed, staged, untracked, ignored."""
    (machine.repo / "mine.txt").write_text("user's own change\n")
    (machine.repo / "src" / "4.txt").write_text("user's own staged change\n")
    machine.git("add", "src/4.txt")
    (machine.repo / "notes.txt").write_text("user's own notes\n")
    (machine.repo / ".env").write_text("user's own settings\n")


def new_session(machine: Machine, prompt: str = _FIRST, *more: str) -> str:
    """A session of the demo agent; its id."""
    made = machine.ask("new", "--repo", str(machine.repo), "--mode", "demo", "--prompt", prompt, *more)
    return str(made["id"])


def _none(machine: Machine) -> str:
    make_repository(machine)
    return ""


def begun(machine: Machine) -> str:
    """A session with one turn, and something changed by hand after it."""
    make_repository(machine)
    session = new_session(machine, _FIRST, "--script", _CHECK)
    machine.ask("iterate", session)
    (machine.repo / ".worktrees" / session / "by-hand.txt").write_text("by hand\n")
    return session


def _ready(machine: Machine) -> str:
    """A session with two turns and a manual commit; base has moved on meanwhile."""
    session = begun(machine)
    machine.ask("iterate", session, "--notes", _SECOND)
    _commit_on_base(machine, "shared.txt", "moved\n")
    return session


def _ready_elsewhere(machine: Machine) -> str:
    """The same, while the user works on another branch: base is checked out nowhere."""
    session = _ready(machine)
    machine.git("switch", "-q", "-c", "other")
    return session


def _conflicting(machine: Machine) -> str:
    make_repository(machine)
    session = new_session(
        machine, 'Replace "base" with "session" in shared.txt. Then create the file n.txt with "n".'
    )
    machine.ask("iterate", session)
    _commit_on_base(machine, "shared.txt", "moved\n")
    return session


def _in_conflict(machine: Machine) -> str:
    session = _conflicting(machine)
    done = machine.run("merge", session, "--json")
    assert done.json["status"] == "conflict", done
    return session


def _publishing(machine: Machine) -> str:
    """A session that can be merged, and a remote to push base to."""
    session = _ready(machine)
    remote = machine.live / "remote.git"
    machine.git("init", "-q", "--bare", "-b", "main", str(remote))
    machine.git("remote", "add", "origin", str(remote))
    machine.git("push", "-q", "origin", "main")
    return session


def _merged(machine: Machine) -> str:
    session = _ready(machine)
    assert machine.ask("merge", session)["status"] == "merged"
    return session


def _squashed(machine: Machine) -> str:
    session = _ready(machine)
    machine.ask("squash", session)
    worktree = machine.repo / ".worktrees" / session
    (worktree / "later.txt").write_text("later\n")
    return session


def _deleted(machine: Machine) -> str:
    session = begun(machine)
    machine.ask("delete", session, "--force", "--yes")
    return session


def _commit_on_base(machine: Machine, name: str, text: str) -> None:
    (machine.repo / name).write_text(text)
    machine.git("commit", "-q", "-m", f"{name} on base", "--", name)


def _create_again(machine: Machine, session: str) -> None:
    session = new_session(machine)
    assert machine.ask("iterate", session)["outcome"] == "completed"


def _iterate_again(machine: Machine, session: str) -> None:
    worktree = machine.repo / ".worktrees" / session
    written = {path.name: path.read_text() for path in worktree.glob("*.txt")}
    assert machine.ask("iterate", session, "--notes", _AGAIN)["outcome"] == "completed"
    branch = machine.ask("status", session)["branch"]
    for name, text in written.items():
        assert machine.git("show", f"{branch}:{name}") == text.rstrip("\n")
    assert machine.git("show", f"{branch}:again.txt") == "again"
    assert machine.git("status", "--porcelain", cwd=worktree) == ""


def _merge_again(machine: Machine, session: str) -> None:
    if machine.ask("status", session)["status"] != "done":
        assert machine.ask("merge", session)["status"] == "merged"
    shown = {name: machine.git("show", f"main:{name}") for name in ("b.txt", "c.txt", "docs/d.txt")}
    assert shown == {"b.txt": "three", "c.txt": "four", "docs/d.txt": "five"}
    assert machine.git("show", "main:shared.txt") == "moved"
    assert machine.git("show", "main:by-hand.txt") == "by hand"
    here = machine.git("branch", "--show-current") == "main"
    assert (machine.repo / "b.txt").exists() == here
    assert machine.ask("iterate", session, "--notes", _AGAIN)["outcome"] == "completed"


def _publish_again(machine: Machine, session: str) -> None:
    """What follows a landing is made up for, or said."""
    if machine.ask("status", session)["status"] != "done":
        assert machine.ask("merge", session, *_PUBLISHED)["status"] == "merged"
    assert (machine.live / "series.patch").read_text().count("\nSubject: ") >= 1
    pushed = machine.git("rev-parse", "main") in machine.git("ls-remote", "origin")
    with sqlite3.connect(machine.database) as connection:
        newest = "SELECT payload FROM merges ORDER BY createdAt DESC LIMIT 1"
        merge = json.loads(connection.execute(newest).fetchone()[0])
    connection.close()
    assert pushed or merge["code"] == "push_unfinished", merge
    _merge_again(machine, session)


def _squash_again(machine: Machine, session: str) -> None:
    machine.ask("squash", session)
    _require_work(machine, session)


def _rebase_again(machine: Machine, session: str) -> None:
    assert machine.ask("rebase", session)["status"] in ("rebased", "up_to_date")
    _require_work(machine, session)
    assert (machine.repo / ".worktrees" / session / "shared.txt").read_text() == "moved\n"


def _require_work(machine: Machine, session: str) -> None:
    worktree = machine.repo / ".worktrees" / session
    names = ("b.txt", "c.txt", "docs/d.txt", "by-hand.txt")
    assert [(worktree / name).read_text().strip() for name in names] == ["three", "four", "five", "by hand"]
    assert machine.git("status", "--porcelain", cwd=worktree) == ""
    assert machine.ask("merge", session)["status"] == "merged"


def _cleanup_again(machine: Machine, session: str) -> None:
    if (machine.repo / ".worktrees" / session).exists():
        assert machine.ask("cleanup", session, "--yes")["cleaned"]
    assert not (machine.repo / ".worktrees" / session).exists()
    assert machine.ask("status", session)["status"] == "done"
    _restore_first(machine, session)


def _delete_again(machine: Machine, session: str) -> None:
    if session in {each["id"] for each in machine.ask("list")}:
        machine.ask("delete", session, "--force", "--yes")
    assert not (machine.repo / ".worktrees" / session).exists()
    _restore_first(machine, session)
    assert (machine.repo / ".worktrees" / session / "by-hand.txt").read_text() == "by hand\n"


def _restore_first(machine: Machine, session: str) -> None:
    """The newest point of before the removal brings everything back."""
    removals = ("delete", "cleanup")
    point = next(each["id"] for each in machine.ask("history", session) if each["operation"] in removals)
    machine.ask("restore", session, point)
    assert (machine.repo / ".worktrees" / session / "README.md").exists()


def _restore_command(session: str) -> tuple[str, ...]:
    return ("restore", session, "POINT")


def _restore_again(machine: Machine, session: str) -> None:
    worktree = machine.repo / ".worktrees" / session
    point = points(machine, session)["squash"]
    machine.ask("restore", session, point)
    assert (worktree / "b.txt").read_text().strip() == "three"
    assert not (worktree / "later.txt").exists()
    # What was there before the restore is a point itself, whichever of the two restores took it.
    kept = [each for each in machine.ask("history", session) if each["operation"] == "restore"]
    shown = [machine.git("ls-tree", "-r", "--name-only", each["ref"]) for each in kept]
    assert any("later.txt" in each for each in shown)


def _undelete_again(machine: Machine, session: str) -> None:
    if session not in {each["id"] for each in machine.ask("list")}:
        machine.ask("restore", session, points(machine, session)["delete"])
    worktree = machine.repo / ".worktrees" / session
    assert (worktree / "by-hand.txt").read_text() == "by hand\n"
    assert machine.ask("iterate", session, "--notes", _AGAIN)["outcome"] == "completed"


def _undo_merge_again(machine: Machine, session: str) -> None:
    point = points(machine, session)["merge"]
    again = machine.run("restore", session, point, "--undo-merge", "--json")
    if again.code:
        assert again.json["error"]["code"] == "not_merged", again
        machine.ask("restore", session, point)
    assert machine.ask("status", session)["status"] == "idle"
    assert machine.ask("merge", session)["status"] == "merged"


def points(machine: Machine, session: str) -> dict[str, str]:
    """The points of a session: the newest of each operation."""
    return {each["operation"]: each["id"] for each in reversed(machine.ask("history", session))}


def _enter_again(machine: Machine, session: str) -> None:
    done: Any = machine.run("merge", session, "--json").json
    assert done["code"] == "merge_in_progress" or done["status"] == "conflict", done
    _continue_again(machine, session)


def _continue_again(machine: Machine, session: str) -> None:
    if machine.ask("status", session)["status"] != "done":
        done = machine.ask("continue-merge", session, "--take", "session", "shared.txt")
        assert done["status"] == "merged", done
    assert machine.git("show", "main:shared.txt") == "session"
    assert machine.git("show", "main:n.txt") == "n"
    assert machine.ask("iterate", session, "--notes", _AGAIN)["outcome"] == "completed"


def _ask_again(machine: Machine, session: str) -> None:
    """Whatever the agent had settled stays settled; the rest can be asked for once more."""
    if machine.ask("status", session)["status"] != "done":
        done = machine.run("continue-merge", session, "--ask-agent", "--json")
        if done.code == 4:
            assert done.json["error"]["code"] == "nothing_left", done
            done = machine.run("continue-merge", session, "--json")
        assert done.json["status"] == "merged", done
    assert machine.git("show", "main:shared.txt").splitlines() == ["session", "moved"]
    assert machine.git("show", "main:n.txt") == "n"
    assert machine.ask("iterate", session, "--notes", _AGAIN)["outcome"] == "completed"


def _abort_again(machine: Machine, session: str) -> None:
    machine.run("abort-merge", session)
    worktree = machine.repo / ".worktrees" / session
    assert machine.git("status", "--porcelain", cwd=worktree) == ""
    assert (worktree / "shared.txt").read_text() == "session\n"
    assert (worktree / "n.txt").read_text().strip() == "n"
    _enter_again(machine, session)


SCENES = (
    Scene(
        "create",
        _none,
        lambda _: ("new", "--repo", "a repo", "--mode", "demo", "--prompt", _FIRST, "--json"),
        _create_again,
    ),
    Scene("iterate", begun, lambda id_: ("iterate", id_, "--notes", _SECOND, "--json"), _iterate_again),
    Scene("merge", _ready, lambda id_: ("merge", id_, "--json"), _merge_again),
    Scene(
        "merge elsewhere",
        _ready_elsewhere,
        lambda id_: ("merge", id_, "--no-ff", "--json"),
        _merge_again,
    ),
    Scene("publish", _publishing, lambda id_: ("merge", id_, *_PUBLISHED, "--json"), _publish_again),
    Scene("squash", _ready, lambda id_: ("squash", id_, "--json"), _squash_again),
    Scene("rebase", _ready, lambda id_: ("rebase", id_, "--json"), _rebase_again),
    Scene("cleanup", _merged, lambda id_: ("cleanup", id_, "--yes", "--json"), _cleanup_again),
    Scene("delete", begun, lambda id_: ("delete", id_, "--force", "--yes", "--json"), _delete_again),
    Scene("restore", _squashed, _restore_command, _restore_again),
    Scene(
        "undo-merge",
        _merged,
        lambda id_: ("restore", id_, "POINT", "--undo-merge", "--json"),
        _undo_merge_again,
    ),
    Scene("undelete", _deleted, _restore_command, _undelete_again),
    Scene("conflict", _conflicting, lambda id_: ("merge", id_, "--json"), _enter_again, expected=1),
    Scene(
        "continue",
        _in_conflict,
        lambda id_: ("continue-merge", id_, "--take", "session", "shared.txt", "--json"),
        _continue_again,
    ),
    Scene(
        "ask",
        _in_conflict,
        lambda id_: ("continue-merge", id_, "--ask-agent", "--json"),
        _ask_again,
    ),
    Scene("abort", _in_conflict, lambda id_: ("abort-merge", id_, "--json"), _abort_again),
)
