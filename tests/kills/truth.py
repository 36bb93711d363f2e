"""What must hold after every kill and the next start."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from tests.kills.machine import Machine
from tests.kills.processes import left_running

Files = dict[str, bytes]


@dataclass(frozen=True)
class Picture:
    """The state of a machine that an operation starts from, or ends with."""

    commits: frozenset[str]
    checkout: Files
    staged: str
    base: str
    tree: str
    worktrees: dict[str, Files]


def picture(machine: Machine) -> Picture:
    """What can be seen now."""
    return Picture(
        # What keeps a waiting merge is made anew with each step of it.
        commits=frozenset(machine.git("rev-list", "--exclude=refs/ampsm/merge/*", "--all").split()),
        checkout=files(machine.repo),
        staged=machine.git("diff", "--cached"),
        base=machine.git("rev-parse", "main"),
        tree=machine.git("rev-parse", "main^{tree}"),
        worktrees=worktrees(machine),
    )


def worktrees(machine: Machine) -> dict[str, Files]:
    """The files of each session's worktree that there is."""
    folder = machine.repo / ".worktrees"
    places = [place for place in folder.iterdir() if place.is_dir()] if folder.is_dir() else []
    return {place.name: files(place) for place in places}


def files(folder: Path) -> Files:
    """Every file with its bytes, without git's own and ours."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        ours = name.split("/")[0] in (".git", ".worktrees", "AGENT_CONTEXT")
        if not ours and path.is_file() and not path.is_symlink():
            found[name] = path.read_bytes()
    return found


def require_truth(machine: Machine, before: Picture, after: Picture) -> None:
    """After a kill and the next start: nothing is lost, nothing half-done, nothing left behind.

    `before` is where the operation began, `after` where an undisturbed one ends.
    """
    require_no_leftovers(machine)
    _require_true_status(machine)
    _require_whole_repository(machine, before)
    now = picture(machine)
    assert now.staged == before.staged, "what the user had staged has changed"
    _require_old_or_new(now.checkout, before.checkout, after.checkout)
    if now.base != before.base:
        assert now.tree == after.tree, "base is not what the merge gives"


def require_no_leftovers(machine: Machine) -> None:
    """No process, no lock, no worktree or branch that belongs to no session."""
    running = left_running(machine.root)
    assert running == [], f"still running after {_what_was_hit(machine)}: {running}"
    git_dir = machine.repo / ".git"
    ours = git_dir / "ampsm"
    locks = [path for path in git_dir.rglob("*.lock") if not path.is_relative_to(ours)]
    assert locks == [], f"locks left after {_what_was_hit(machine)}: {locks}"
    assert not (git_dir / "packed-refs.new").exists()
    known = machine.ask("list", "--all")
    # The worktree that checks of merged results run in is kept for the next one.
    present = {".check", *(Path(each["worktree_path"]).name for each in known)}
    assert set(worktrees(machine)) <= present, "a stray worktree"
    for entry in (git_dir / "worktrees").glob("*"):
        assert Path((entry / "gitdir").read_text()).parent.name in present, f"a stray entry {entry}"
    branches = machine.git("for-each-ref", "--format=%(refname:short)", "refs/heads/amp").split()
    assert set(branches) <= {each["branch"] for each in known}, "a stray branch"


def _what_was_hit(machine: Machine) -> str:
    return machine.hit.read_text().strip() if machine.hit.exists() else "nobody was killed"


def _require_true_status(machine: Machine) -> None:
    assert "running" not in {each["status"] for each in machine.ask("list")}
    with sqlite3.connect(machine.database) as connection:
        open_operations = connection.execute("SELECT kind, step FROM operations WHERE finishedAt IS NULL")
        assert open_operations.fetchall() == []
        open_turns = connection.execute("SELECT id FROM iterations WHERE endTime IS NULL")
        assert open_turns.fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def _require_whole_repository(machine: Machine, before: Picture) -> None:
    assert machine.git("fsck", "--no-dangling", "--connectivity-only") == ""
    kept = set(machine.git("rev-list", "--all").split())
    assert before.commits <= kept, "commits that no ref holds any more"


def _require_old_or_new(now: Files, old: Files, new: Files) -> None:
    for path in {*now, *old, *new}:
        assert now.get(path) in (old.get(path), new.get(path)), f"{path} of the user's checkout"
