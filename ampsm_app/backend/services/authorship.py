"""Who changed what is not committed: the agent, the user, or both.

A turn that leaves something uncommitted (auto-commit off, a refused commit, a stop) notes its content, and
whose each path is. What still equals that is theirs; what differs from it has been touched since.
"""

import json
from dataclasses import dataclass
from typing import Literal

from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import diffs, refs
from ampsm_app.backend.git.runner import Git, decode
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.git.status import read_status
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import iterations

Author = Literal["agent", "user", "both"]
Authors = dict[str, Author]

_TREE, _AUTHORS = "left", "authors.json"


@dataclass(frozen=True, slots=True)
class _Noted:
    """The content of a moment, and whose the uncommitted paths were then."""

    tree: str
    authors: Authors


class Authorship:
    """Notes and tells who changed the uncommitted paths of a session."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def of(self, session: Session, paths: list[str]) -> Authors:
        """The author of each of these uncommitted paths. Nothing in the repository changes."""
        if not paths:
            return {}
        with self._resources.database.read() as connection:
            runs = bool(iterations.running(connection, session_id=session.id))
        return self._told(session, paths, "agent" if runs else "user")

    def note_start(self, session: Session, *, remains: bool) -> None:
        """Before a turn: what `remains` uncommitted is whose it is now; what differs later is the agent's."""
        git = self._resources.worktree_git(session)
        if not remains:
            _forget(git, session)
            return
        state = read_status(git, context_dir=session.context_dir, renames=False)
        # The turn that begins counts as running already, and has touched nothing yet.
        authors = self._told(session, [each.path for each in state.entries], "user")
        _save(git, session, diffs.worktree_tree(git, context_dir=session.context_dir), authors)

    def note_end(self, session: Session, *, remains: bool) -> None:
        """After a turn: what it changed and left uncommitted is the agent's."""
        git = self._resources.worktree_git(session)
        if not remains:
            _forget(git, session)
            return
        noted = _load(git, session)
        tree = diffs.worktree_tree(git, context_dir=session.context_dir)
        changed = diffs.names(git, noted.tree if noted else "HEAD", tree)
        authors: Authors = dict(noted.authors) if noted else {}
        authors.update((path, _joined(authors.get(path), "agent")) for path in changed)
        _save(git, session, tree, authors)

    def forget(self, session: Session, paths: list[str]) -> None:
        """Nobody's any more: these paths have been discarded."""
        git = self._resources.worktree_git(session)
        noted = _load(git, session)
        if noted is not None and noted.authors.keys() & set(paths):
            rest: Authors = {path: who for path, who in noted.authors.items() if path not in paths}
            _save(git, session, noted.tree, rest)

    def _told(self, session: Session, paths: list[str], since: Author) -> Authors:
        """The authors where whatever was touched after the last note was touched by `since`."""
        git = self._resources.worktree_git(session)
        noted = _load(git, session)
        if noted is None:
            return dict.fromkeys(paths, since)
        with scratch(git) as apart:
            now = diffs.worktree_tree(apart, context_dir=session.context_dir)
            touched = set(diffs.names(apart, noted.tree, now))
        uncommitted = set(diffs.names(git, "HEAD", noted.tree))
        found: Authors = {}
        for path in paths:
            before = noted.authors.get(path) if path in uncommitted else None
            found[path] = _joined(before, since) if path in touched or before is None else before
        return found


def left_ref(session_id: str) -> str:
    """The ref that keeps what a turn left uncommitted, and whose it is."""
    return f"{refs.OURS}left/{session_id}"


def _joined(one: Author | None, other: Author) -> Author:
    return other if one in (None, other) else "both"


def _load(git: Git, session: Session) -> _Noted | None:
    ref = left_ref(session.id)
    if not refs.may_exist(git, ref):
        return None
    tree = refs.resolve(git, f"{ref}:{_TREE}")
    if tree is None:
        return None
    return _Noted(tree, json.loads(git.read("cat-file", "blob", f"{ref}:{_AUTHORS}")))


def _save(git: Git, session: Session, tree: str, authors: Authors) -> None:
    written = json.dumps(authors, sort_keys=True).encode("ascii")
    blob = decode(git.write("hash-object", "-w", "--no-filters", "--stdin", stdin=written)).strip()
    listed = f"100644 blob {blob}\t{_AUTHORS}\n040000 tree {tree}\t{_TREE}\n"
    # A partial clone lacks objects that nobody looked at yet.
    noted = decode(git.write("mktree", "--missing", stdin=listed.encode("ascii"))).strip()
    update = refs.RefUpdate(left_ref(session.id), noted)
    refs.update_refs(git, [update], message="left by a turn", hooks=False)


def _forget(git: Git, session: Session) -> None:
    if refs.may_exist(git, left_ref(session.id)):
        refs.drop(git, left_ref(session.id))
