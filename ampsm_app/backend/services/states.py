"""States of a session that can be compared: commits, trees, restore points, and the worktree as it is now."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import backup_format, diffs, point_content, refs
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import backups

NOW = "worktree"
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@contextmanager
def compared(resources: Resources, session: Session, pair: str) -> Iterator[diffs.Sides]:
    """The sides of `OLD..NEW`: commits, trees, ids of restore points, or `worktree`. Nothing is changed.

    Also for a session whose worktree is gone, `worktree` aside. The sides last as long as the block. Raises
    `InvalidInput`, `NotFound` with code `no_such_state`.
    """
    old, dots, new = pair.partition("..")
    if not (old and dots and new):
        raise InvalidInput(f"{pair!r} names no two states.", hint="commits:OLD..NEW")
    present = (Path(session.worktree_path) / ".git").exists()
    git = resources.worktree_git(session) if present else resources.main_git(session)
    with scratch(git) as apart:
        first, second = (_object(resources, apart, session, name) for name in (old, new))
        yield diffs.between(apart, first, second, from_label=_label(old), to_label=_label(new))


def _object(resources: Resources, git: Git, session: Session, name: str) -> str:
    if name == NOW:
        return diffs.worktree_tree(git, context_dir=session.context_dir)
    if (found := refs.resolve(git, name, kind="tree")) is not None:
        return found
    try:
        with resources.database.read() as connection:
            point = backups.find(connection, session.id, name)
    except NotFound:
        raise NotFound(
            f"{name} is no commit and no restore point of session {session.name!r}.",
            hint=f"amp-sessions diff {session.id} --timeline lists what can be compared",
            code="no_such_state",
        ) from None
    return point_content.tree_of_point(git, backup_format.load(git, point.ref))


def _label(name: str) -> str:
    return name[:10] if _OBJECT_ID.fullmatch(name) else name
