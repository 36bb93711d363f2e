"""Settling a landing whose process was killed: it has landed as a whole, or not at all."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from ampsm_app.backend.git.checkouts import holding
from ampsm_app.backend.git.landing import land_rest
from ampsm_app.backend.git.landing_plan import Landing
from ampsm_app.backend.git.landing_refusals import git_locked
from ampsm_app.backend.git.layout import repository_dir
from ampsm_app.backend.git.locks import clear_stale_locks
from ampsm_app.backend.git.refs import is_ancestor, resolve
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.undoing import undo


@dataclass(frozen=True, slots=True)
class Recovered:
    """How a killed landing ended.

    `landed`: all of it. `not_landed`: nothing of it, it can be landed again. `moved_on`: somebody has moved
    the branch or its checkout since; nothing was touched. `kept` are the user's edits made meanwhile.
    """

    outcome: Literal["landed", "not_landed", "moved_on"]
    restored: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def recover_landing(git: Git, landing: Landing, *, since: datetime) -> Recovered:
    """Finish or undo a landing that was recorded at `since` and whose processes are all dead.

    The user's own edits are never touched. Raises `Conflict` with code `git_locked` while a git of
    somebody's is at work in the repository.
    """
    place = Path(landing.checkout) if landing.checkout else None
    names = [landing.ref, *(each.ref for each in landing.also)]
    cleared = clear_stale_locks(repository_dir(git.cwd), place, refs=names, since=since)
    if cleared.left:
        raise git_locked(git.cwd, cleared.left)
    now = resolve(git, landing.ref)
    if now == landing.new or (now is not None and is_ancestor(git, landing.new, now)):
        land_rest(git, landing)
        return Recovered("landed")
    if place is None:
        return Recovered("not_landed")
    held = holding(git, landing.ref)
    if now != landing.old or [each.path for each in held if not each.operation] != [place]:
        return Recovered("moved_on")
    undone = undo(git.at(place), landing.old, landing.new)
    return Recovered("not_landed", undone.restored, undone.kept)
