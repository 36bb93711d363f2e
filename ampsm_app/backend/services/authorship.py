"""Who changed what is not committed: the agent, the user, or both.

A turn that leaves something uncommitted (auto-commit off, a refused commit, a stop) notes the object ids of
its content, and whose each path is. What still equals that is theirs; what differs from it has been touched
since. The content itself is not kept: a secret may be in it.
"""

import json
from dataclasses import dataclass
from typing import Literal

from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import diffs, refs
from ampsm_app.backend.git.obstacles import changes_between
from ampsm_app.backend.git.raw_diff import NOTHING
from ampsm_app.backend.git.runner import Git, decode, nul_list
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.git.status import read_status
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import iterations

Author = Literal["agent", "user", "both"]
Authors = dict[str, Author]
# Mode and object id of each uncommitted path.
Content = dict[str, str]

_AUTHORS = "authors.json"


@dataclass(frozen=True, slots=True)
class _Noted:
    """The uncommitted content of a moment, and whose each path was then."""

    content: Content
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
        _save(git, session, _uncommitted(git, session), authors)

    def note_end(self, session: Session, *, remains: bool) -> None:
        """After a turn: what it changed and left uncommitted is the agent's."""
        git = self._resources.worktree_git(session)
        if not remains:
            _forget(git, session)
            return
        noted = _load(git, session) or _Noted({}, {})
        now = _uncommitted(git, session)
        changed = [
            path for path in now.keys() | noted.content.keys() if now.get(path) != noted.content.get(path)
        ]
        authors = dict(noted.authors)
        authors.update((path, _joined(authors.get(path), "agent")) for path in changed)
        _save(git, session, now, authors)

    def forget(self, session: Session, paths: list[str]) -> None:
        """Nobody's any more: these paths have been discarded."""
        git = self._resources.worktree_git(session)
        noted = _load(git, session)
        if noted is not None and noted.authors.keys() & set(paths):
            rest: Authors = {path: who for path, who in noted.authors.items() if path not in paths}
            _save(git, session, noted.content, rest)

    def _told(self, session: Session, paths: list[str], since: Author) -> Authors:
        """The authors where whatever was touched after the last note was touched by `since`."""
        git = self._resources.worktree_git(session)
        noted = _load(git, session)
        if noted is None:
            return dict.fromkeys(paths, since)
        now, committed = _uncommitted(git, session), _committed(git, noted.content)
        found: Authors = {}
        for path in paths:
            before = None if path in committed else noted.authors.get(path)
            touched = now.get(path) != noted.content.get(path)
            found[path] = _joined(before, since) if touched or before is None else before
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
    noted = json.loads(git.read("cat-file", "blob", f"{ref}:{_AUTHORS}"))
    return _Noted(noted["content"], noted["authors"])


def _save(git: Git, session: Session, content: Content, authors: Authors) -> None:
    written = json.dumps({"content": content, "authors": authors}, sort_keys=True).encode("ascii")
    blob = decode(git.write("hash-object", "-w", "--no-filters", "--stdin", stdin=written)).strip()
    noted = decode(git.write("mktree", stdin=f"100644 blob {blob}\t{_AUTHORS}\n".encode("ascii"))).strip()
    update = refs.RefUpdate(left_ref(session.id), noted)
    refs.update_refs(git, [update], message="left by a turn", hooks=False)


def _uncommitted(git: Git, session: Session) -> Content:
    with scratch(git) as apart:
        tree = diffs.worktree_tree(apart, context_dir=session.context_dir)
        return {each.path: f"{each.new_mode} {each.new_oid}" for each in changes_between(apart, "HEAD", tree)}


def _committed(git: Git, content: Content) -> set[str]:
    """Those of the paths that HEAD has as they are in `content`: committed since, or never changed."""
    head: Content = {}
    for line in nul_list(git.read("ls-tree", "-r", "-z", "HEAD")):
        info, _, path = line.partition("\t")
        mode, _, oid = info.split(" ")
        head[path] = f"{mode} {oid}"
    gone = {path for path, noted in content.items() if noted.startswith(NOTHING) and path not in head}
    return gone | {path for path, noted in content.items() if head.get(path) == noted}


def _forget(git: Git, session: Session) -> None:
    if refs.may_exist(git, left_ref(session.id)):
        refs.drop(git, left_ref(session.id))
