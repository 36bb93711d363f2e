"""What a session starts from: a branch, a remote branch, a tag or a commit."""

import difflib
from collections.abc import Mapping
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
class _Heads:
    """The commits of the local branches, the one checked out in the main worktree, and `origin/HEAD`."""

    commits: Mapping[str, str]
    current: str | None
    origin: str | None
    origin_commit: str

    def base(self, name: str) -> Base | None:
        """A branch among these by its short name."""
        if name in self.commits:
            return Base(name, HEADS + name, self.commits[name], "branch")
        if name == self.origin:
            return Base(name, REMOTES + name, self.origin_commit, "remote")
        return None


def choose_base(repository: Repository, asked: str | None, configured: str | None = None) -> Base:
    """The base asked for, else the configured branch where it exists here, else the detected one.

    Raises `NotFound` where there is no such ref, `Conflict` where nothing can be detected.
    """
    if asked:
        return find_base(repository.git, asked)
    base = _detect(repository.git, configured)
    if base is None:
        raise _undetected(repository)
    return base


def detect_base(git: Git, configured: str | None = None) -> str | None:
    """The branch that sessions start from when nobody says otherwise; None in doubt.

    In this order: `configured` where it exists, what `origin/HEAD` names (the local branch where there is
    one), the only one of `main` and `master`, the branch checked out in the main worktree.
    """
    base = _detect(git, configured)
    return base.name if base else None


def _detect(git: Git, configured: str | None) -> Base | None:
    heads = _read_heads(git)
    if configured and (base := heads.base(configured) or _remote(git, configured)):
        return base
    if heads.origin:
        return heads.base(heads.origin.partition("/")[2]) or heads.base(heads.origin)
    usual = heads.commits.keys() & {"main", "master"}
    name = next(iter(usual)) if len(usual) == 1 else heads.current
    return heads.base(name) if name else None


def _read_heads(git: Git) -> _Heads:
    fields = "%00".join(("%(refname)", "%(objectname)", "%(HEAD)", "%(symref)"))
    raw = git.text("for-each-ref", f"--format={fields}", HEADS, _ORIGIN_HEAD)
    rows = [line.split("\0") for line in raw.split("\n") if line]
    heads = [(name.removeprefix(HEADS), oid, mark) for name, oid, mark, _ in rows if name.startswith(HEADS)]
    remote = next(((symbolic, oid) for name, oid, _, symbolic in rows if name == _ORIGIN_HEAD), ("", ""))
    return _Heads(
        commits={name: oid for name, oid, _ in heads},
        current=next((name for name, _, mark in heads if mark == "*"), None),
        origin=remote[0].removeprefix(REMOTES) or None,
        origin_commit=remote[1],
    )


def find_base(git: Git, name: str) -> Base:
    """The branch, remote branch, tag or commit of this name, in this order; raises `NotFound`."""
    short, kinds = _without_prefix(name)
    found = branches(git, *(prefix + short for prefix, kind in _PLACES if kind in kinds))
    for _, kind in _PLACES:
        for info in found:
            if info.kind == kind and info.name == short:
                return Base(short, _prefix_of(kind) + short, info.sha, kind)
    if name in ("HEAD", "@") and (current := _read_heads(git).current):
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


def _remote(git: Git, name: str) -> Base | None:
    found = (info for info in branches(git, REMOTES + name) if info.kind == "remote" and info.name == name)
    return next((Base(name, REMOTES + name, info.sha, "remote") for info in found), None)


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
