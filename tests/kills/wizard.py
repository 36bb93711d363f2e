"""A merge as it is made in the window, action by action, and what must be true wherever it is cut off."""

import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kills.machine import Machine
from tests.kills.scenes import make_repository, new_session
from tests.kills.serving import Serving
from tests.support.web import until
from tests.support.worktree_state import files_of, worktree_state

NAME = "wizard"
_FILES = ("by-side.txt", "by-agent.txt", "by-text.txt", "by-editor.txt")
_TASK = " ".join(f'Replace "base" with "session" in {name}.' for name in _FILES)
# The agent settles one file and spoils the others.
_NOTES = " ".join(f'Write "<<<<<<< base" to {name}.' for name in _FILES if name != "by-agent.txt")
# What each file may be in the end: as it was settled on the way, or by a side once all was begun anew.
_MAY_BE = {
    "by-side.txt": {"session"},
    "by-agent.txt": {"moved\nsession", "session"},
    "by-text.txt": {"by hand", "session"},
    "by-editor.txt": {"in the editor", "session"},
}

State = dict[str, Any]
Act = Callable[[Serving, Machine, str], None]


@dataclass(frozen=True)
class Action:
    """One thing that is done in the wizard. `lands` says that base has moved after it."""

    name: str
    act: Act
    lands: bool = False


def _ask(request: str, /, **fields: object) -> Act:
    def act(server: Serving, machine: Machine, session: str) -> None:
        server.page.ok(request, {"id": session, **fields})
        until(lambda: not server.page.ok("session:get", {"id": session})["busy"])

    return act


def _resolve(**fields: object) -> Act:
    def act(server: Serving, machine: Machine, session: str) -> None:
        server.page.ok("merge:resolve", {"session_id": session, **fields})

    return act


def _edit(server: Serving, machine: Machine, session: str) -> None:
    (machine.repo / ".worktrees" / session / "by-editor.txt").write_text("in the editor\n")


ACTIONS = (
    Action("start", _ask("merge:start", options={"push": True})),
    Action("take a side", _resolve(path="by-side.txt", take="session")),
    Action("ask", _ask("merge:ask", notes=_NOTES)),
    Action("edit", _resolve(path="by-text.txt", text="by hand\n")),
    Action("into the worktree", _ask("merge:worktree")),
    Action("edit there", _edit),
    Action("check", _ask("merge:check", options={})),
    Action("continue", _ask("merge:continue"), lands=True),
    Action("clean up", _ask("merge:cleanup"), lands=True),
)


def prepare(machine: Machine) -> str:
    """A session that conflicts with base in every way of being settled; a remote; work of the user's own."""
    make_repository(machine)
    remote = machine.live / "remote.git"
    machine.git("init", "-q", "--bare", "-b", "main", str(remote))
    machine.git("remote", "add", "origin", str(remote))
    for name in _FILES:
        (machine.repo / name).write_text("base\n")
    machine.git("add", *_FILES)
    machine.git("commit", "-q", "-m", "files", "--", *_FILES)
    machine.git("push", "-q", "origin", "main")
    task, script = f'{_TASK} Create the file n.txt with "n".', "sleep 0.2; test -f n.txt"
    session = new_session(machine, task, "--script", script)
    machine.ask("iterate", session)
    # Ignored, and of the session's own.
    (machine.repo / ".worktrees" / session / ".env").write_text("of the session\n")
    for name in _FILES:
        (machine.repo / name).write_text("moved\n")
    machine.git("commit", "-q", "-m", "moved", "--", *_FILES)
    machine.keep(NAME)
    return session


def cut_off(machine: Machine, session: str, at: int, seed: int | None) -> None:
    """Do all actions up to number `at` and kill the server: after that one, or, with a seed, within it."""
    server = Serving(machine)
    for action in ACTIONS[:at]:
        action.act(server, machine, session)
    last = ACTIONS[at]
    if seed is None:
        last.act(server, machine, session)
    else:
        chance = random.Random(f"{last.name} {seed}")
        # The answer never comes where the kill comes first.
        acting = threading.Thread(target=_quietly, args=(last.act, server, machine, session), daemon=True)
        acting.start()
        time.sleep(chance.random() * 0.6)
    server.end(signal.SIGKILL)


def _quietly(act: Act, server: Serving, machine: Machine, session: str) -> None:
    with suppress(Exception):
        act(server, machine, session)


def state(machine: Machine, session: str) -> State:
    """Everything that an abort must give back: refs, indexes, files of all kinds, what the remote has."""
    worktree = machine.repo / ".worktrees" / session
    refs = machine.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return {
        "refs": [ref for ref in refs if not ref.startswith(("refs/ampsm/backup/", "refs/remotes/"))],
        "remote": machine.git("ls-remote", "origin"),
        "checkout": _own(worktree_state(machine.repo)),
        "worktree": _own(worktree_state(worktree)),
    }


def _own(found: State) -> State:
    """Without the folders that are ours, which nobody sees."""
    files = found["files"].items()
    kept = {name: each for name, each in files if Path(name).parts[0] not in (".worktrees", "AGENT_CONTEXT")}
    return {**found, "files": kept}


def abort(machine: Machine, session: str, before: State) -> None:
    """Call it off: all is as it was before the first action, unless it has landed."""
    done = machine.run("abort-merge", session, "--json")
    if machine.ask("status", session)["status"] == "done":
        assert done.json["error"]["code"] == "no_merge", done
        go_on(machine, session, before)
        return
    assert done.code == 0 or done.json["error"]["code"] == "no_merge", done
    now = state(machine, session)
    for part, value in before.items():
        assert now[part] == value, part


def go_on(machine: Machine, session: str, before: State) -> None:
    """Go on to the end: all that was settled has landed, and nothing of the user's is different."""
    # Whatever was cut off is put in order first.
    machine.ask("rename", session, "Put in order")
    if machine.ask("status", session)["status"] != "done":
        _land(machine, session)
    for name, allowed in _MAY_BE.items():
        assert machine.git("show", f"main:{name}") in allowed, name
    assert machine.git("show", "main:n.txt") == "n"
    _require_users_own(machine, before)
    if machine.git("rev-parse", "main") not in machine.git("ls-remote", "origin", "refs/heads/main"):
        # A kill between landing and pushing is told; the push is the user's.
        machine.git("push", "-q", "origin", "main")
    worktree = machine.repo / ".worktrees" / session
    if worktree.exists():
        assert machine.git("status", "--porcelain", cwd=worktree) == ""
        assert (worktree / ".env").read_text() == "of the session\n"
        assert machine.ask("cleanup", session, "--yes")["cleaned"]
    assert not worktree.exists()
    left = machine.git("for-each-ref", "--format=%(refname)", "refs/ampsm/merge", "refs/heads/amp")
    assert left == "", "refs of a merge that is over"
    assert machine.git("fsck", "--no-dangling", "--connectivity-only") == ""


def _land(machine: Machine, session: str) -> None:
    """By the command line: the wizard's merge goes on there, or begins anew."""
    done = machine.run("continue-merge", session, "--json")
    if done.code == 3:
        done = machine.run("merge", session, "--push", "--json")
    for name in _FILES:
        if done.json["status"] == "merged":
            return
        assert done.json["status"] == "conflict", done
        open_paths = {each["path"] for each in done.json["conflicts"] if not each["resolved"]}
        if name in open_paths:
            done = machine.run("continue-merge", session, "--take", "session", name, "--json")
    assert done.json["status"] == "merged", done


def _require_users_own(machine: Machine, before: State) -> None:
    was, now = before["checkout"], _own(worktree_state(machine.repo))
    landed = {*_FILES, "n.txt"}
    for name in {*was["files"], *now["files"]} - landed:
        assert now["files"].get(name) == was["files"].get(name), name
    assert now["branch"] == was["branch"]
    assert now["state"] == was["state"] == {}
    assert files_of(machine.repo)["n.txt"][1].strip() == b"n"
    staged = machine.git("diff", "--cached", "--name-only")
    assert staged == "src/4.txt", "what the user had staged"
