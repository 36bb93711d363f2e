"""What a session starts from: a branch, a remote branch, a tag or a commit."""

import difflib
from dataclasses import dataclass
from typing import Literal

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.git.refs import HEADS, REMOTES, TAGS, RefKind, branches, resolve
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git

BaseKind = Literal["branch", "remote", "tag", "commit"]

_ORIGIN_HEAD = "refs/remotes/origin/HEAD"


@dataclass(frozen=True, slots=True)
class Base:
    """A starting point: its name as users write it, the full ref (None for a bare commit), its commit."""

    name: str
    ref: str | None
    commit: str
    kind: BaseKind


@dataclass(frozen=True, slots=True)
class Heads:
    """The local branches, the one checked out in the main worktree, and where `origin/HEAD` points."""

    names: frozenset[str]
    current: str | None
    origin: str | None


def choose_base(repository: Repository, asked: str | None, configured: str | None = None) -> Base:
    """The base asked for, else the configured branch where it exists here, else the detected one.

    Raises `NotFound` where there is no such ref, `Conflict` where nothing can be detected.
    """
    if asked:
        return find_base(repository.git, asked)
    name = detect_base(repository.git, configured)
    if name is None:
        raise _undetected(repository)
    return find_base(repository.git, name)


def detect_base(git: Git, configured: str | None = None) -> str | None:
    """The branch that sessions start from when nobody says otherwise; None in doubt.

    In this order: `configured` where it exists, what `origin/HEAD` names (the local branch where there is
    one), the only one of `main` and `master`, the branch checked out in the main worktree.
    """
    heads = read_heads(git)
    if configured and (configured in heads.names or _remote(git, configured)):
        return configured
    if heads.origin:
        local = heads.origin.partition("/")[2]
        return local if local in heads.names else heads.origin
    usual = heads.names & {"main", "master"}
    if len(usual) == 1:
        return next(iter(usual))
    return heads.current if heads.current in heads.names else None


def read_heads(git: Git) -> Heads:
    """Local branches, the current one and `origin/HEAD`, in one look."""
    raw = git.text("for-each-ref", "--format=%(refname)%00%(HEAD)%00%(symref)", HEADS, _ORIGIN_HEAD)
    rows = [line.split("\0") for line in raw.split("\n") if line]
    origin = next((symbolic for name, _, symbolic in rows if name == _ORIGIN_HEAD), "")
    names = [(name.removeprefix(HEADS), mark) for name, mark, _ in rows if name.startswith(HEADS)]
    return Heads(
        names=frozenset(name for name, _ in names),
        current=next((name for name, mark in names if mark == "*"), None),
        origin=origin.removeprefix(REMOTES) or None,
    )


def find_base(git: Git, name: str) -> Base:
    """The branch, remote branch, tag or commit of this name, in this order; raises `NotFound`."""
    short, kinds = _without_prefix(name)
    found = branches(git, *(prefix + short for prefix, kind in _PLACES if kind in kinds))
    for _, kind in _PLACES:
        for info in found:
            if info.kind == kind and info.name == short:
                return Base(short, _prefix_of(kind) + short, info.sha, kind)
    if name in ("HEAD", "@") and (current := read_heads(git).current):
        return find_base(git, HEADS + current)
    commit = None if name.startswith("-") else resolve(git, name, kind="commit")
    if commit is None:
        raise _unknown(git, name)
    return Base(name, None, commit, "commit")


_PLACES: tuple[tuple[str, RefKind], ...] = ((HEADS, "branch"), (REMOTES, "remote"), (TAGS, "tag"))


def _without_prefix(name: str) -> tuple[str, tuple[RefKind, ...]]:
    for prefix, kind in _PLACES:
        if name.startswith(prefix):
            return name.removeprefix(prefix), (kind,)
    return name, ("branch", "remote", "tag")


def _prefix_of(kind: RefKind) -> str:
    return next(prefix for prefix, each in _PLACES if each == kind)


def _remote(git: Git, name: str) -> bool:
    return any(info.kind == "remote" and info.name == name for info in branches(git, REMOTES + name))


def _undetected(repository: Repository) -> Conflict | InvalidInput:
    if resolve(repository.git, "HEAD", kind="commit") is None and not branches(repository.git):
        return Conflict(
            f"{repository.root} has no commit yet, so there is nothing to start from.",
            hint='Make a first commit: git commit --allow-empty -m "Start"',
            code="no_commits",
        )
    return InvalidInput(
        f"Which branch of {repository.root} to start from cannot be told.",
        hint="Name it with --base, or set git.default_base_branch.",
        code="no_base",
    )


def _unknown(git: Git, name: str) -> NotFound:
    known = [info.name for info in branches(git)]
    near = difflib.get_close_matches(name, known, n=3)
    hint = (
        f"Did you mean {', '.join(near)}?"
        if near
        else "Fetch it first, or name another branch, tag or commit."
    )
    return NotFound(f"{name!r} is no branch, tag or commit of {git.cwd}.", hint=hint, code="no_such_base")
