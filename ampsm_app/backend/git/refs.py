"""Refs: reading them, and moving several as one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from ampsm_app.backend.domain.errors import Conflict, GitError
from ampsm_app.backend.domain.review import BranchInfo
from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.git.layout import repository_dir
from ampsm_app.backend.git.runner import Git, encode, git_failed

OURS = "refs/ampsm/"
HEADS = "refs/heads/"
REMOTES = "refs/remotes/"
TAGS = "refs/tags/"
ZERO = "0" * 40
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# Where git looks for hooks when it shall find none.
NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
# Parallel sessions delete and pack refs at the same time; git's own patience is a second at most.
_PATIENT = ("-c", "core.packedRefsTimeout=10000", "-c", "core.filesRefLockTimeout=2000")

RefKind = Literal["branch", "remote", "tag"]

_KINDS: tuple[tuple[str, RefKind], ...] = ((HEADS, "branch"), (REMOTES, "remote"), (TAGS, "tag"))
_FIELDS = "%00".join(
    (
        *("%(refname)", "%(objectname)", "%(objecttype)", "%(*objectname)", "%(*objecttype)"),
        *("%(symref)", "%(creatordate:unix)"),
    )
)


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """One ref of a transaction.

    `new` None deletes the ref. `old` is what it must be now: an object id, all zeros for "must not exist",
    None for "whatever it is".
    """

    ref: str
    new: str | None
    old: str | None = None


def update_refs(git: Git, updates: Sequence[RefUpdate], *, message: str, hooks: bool) -> None:
    """Move all refs or none, in one transaction, with `message` in the reflogs.

    `hooks` lets the user's `reference-transaction` hook see and veto it. Raises `Conflict` with code
    `ref_moved` where a ref is not `old`, `GitError` with code `hook` after a veto.
    """
    if not updates:
        return
    script = b"".join(_line(each) for each in updates)
    args = ("update-ref", "-m", " ".join(message.split()) or "ampsm", "--stdin", "-z")
    done = git.attempt(*_PATIENT, *(() if hooks else NO_HOOKS), *args, stdin=script)
    if done.exit_code != 0 or done.timed_out:
        raise _refused(git, args, done, [each.ref for each in updates])


def drop(git: Git, *names: str) -> None:
    """Delete bookkeeping refs of ours; those that do not exist are no error."""
    update_refs(git, [RefUpdate(name, None) for name in names], message="no longer needed", hooks=False)


def resolve(git: Git, rev: str, *, kind: str | None = None) -> str | None:
    """The object id that `rev` names, peeled to `kind` (`commit`, `tree`) if given; None if there is none."""
    asked = f"{rev}^{{{kind}}}" if kind else rev
    found = git.text("rev-parse", "-q", "--verify", "--end-of-options", asked, ok=(0, 1, 128))
    return found or None


def may_exist(git: Git, ref: str) -> bool:
    """False only where there is certainly no ref of this full name; without a process."""
    common = repository_dir(git.cwd)
    packed = common / "packed-refs"
    if (common / ref).exists() or (common / "reftable").exists():
        return True
    return packed.exists() and f" {ref}\n".encode() in packed.read_bytes()


def branch_tip(git: Git, branch: str) -> str | None:
    """The commit of a local branch, without a process where its file names it; None if there is none."""
    file = repository_dir(git.cwd) / HEADS / branch
    try:
        text = file.read_text("ascii", "replace").strip()
    except OSError:
        # Packed with others, kept in a table, or not there.
        text = ""
    return text if _OBJECT_ID.fullmatch(text) else resolve(git, HEADS + branch)


def current_branch(git: Git) -> str | None:
    """The branch checked out here, without `refs/heads/`; None when HEAD is detached."""
    name = git.text("symbolic-ref", "-q", "HEAD", ok=(0, 1))
    return name.removeprefix(HEADS) or None


def branches(git: Git, *patterns: str) -> list[BranchInfo]:
    """Local branches, remote branches and tags that name a commit, the most recent first.

    `patterns` are full names or their beginnings up to a slash; without any, all are listed.
    """
    wanted = patterns or (HEADS, REMOTES, TAGS)
    raw = git.text("for-each-ref", "--sort=-creatordate", f"--format={_FIELDS}", *wanted)
    return [info for line in raw.split("\n") if line and (info := _branch_info(line)) is not None]


def ahead_behind(git: Git, ours: str, theirs: str) -> tuple[int, int]:
    """How many commits only `ours` has, and how many only `theirs` has."""
    ahead, behind = git.text("rev-list", "--left-right", "--count", f"{ours}...{theirs}", "--").split()
    return int(ahead), int(behind)


def merge_base(git: Git, one: str, other: str) -> str | None:
    """The best common ancestor of two commits; None for unrelated histories."""
    return git.text("merge-base", one, other, ok=(0, 1)) or None


def is_ancestor(git: Git, ancestor: str, descendant: str) -> bool:
    """Whether everything in `ancestor` is in `descendant`."""
    done = git.attempt("merge-base", "--is-ancestor", ancestor, descendant)
    if done.exit_code not in (0, 1):
        raise git_failed(("merge-base", "--is-ancestor", ancestor, descendant), git.cwd, done)
    return done.exit_code == 0


def upstream(git: Git, branch: str) -> str | None:
    """The full name of the remote-tracking ref that a local branch follows; None where it follows none."""
    raw = git.text("for-each-ref", "--format=%(refname)%00%(upstream)", HEADS + branch)
    pairs = (line.split("\0") for line in raw.split("\n") if line)
    return next((followed for name, followed in pairs if name == HEADS + branch and followed), None)


def is_zero(oid: str) -> bool:
    """Whether an object id means "does not exist", in either hash."""
    return oid.strip("0") == ""


def _line(update: RefUpdate) -> bytes:
    ref, new, old = encode(update.ref), update.new, update.old
    if new is None:
        # What must not exist cannot be deleted: git is only asked to make sure.
        if old is not None and is_zero(old):
            return b"verify " + ref + b"\0\0"
        return b"delete " + ref + b"\0" + (old or "").encode() + b"\0"
    if old is not None and is_zero(old):
        return b"create " + ref + b"\0" + new.encode() + b"\0"
    return b"update " + ref + b"\0" + new.encode() + b"\0" + (old or "").encode() + b"\0"


def _refused(git: Git, args: tuple[str, ...], done: Completed, names: list[str]) -> GitError | Conflict:
    failed = git_failed(args, git.cwd, done)
    said = str(failed.details["stderr"])
    if "but expected" in said or "reference already exists" in said or "unable to resolve reference" in said:
        return Conflict(
            f"{', '.join(names)} changed meanwhile in {git.cwd}: {said}",
            hint="Look at what moved it, then try again.",
            code="ref_moved",
            **failed.details,
        )
    if "aborted by hook" in said:
        failed.code = "hook"
        failed.hint = "The repository's reference-transaction hook refused it."
    return failed


def _branch_info(line: str) -> BranchInfo | None:
    name, oid, kind, peeled, peeled_kind, symbolic, time = line.split("\0")
    commit = peeled if kind == "tag" else oid
    if (symbolic and name.startswith(REMOTES)) or "commit" not in (kind, peeled_kind):
        return None
    for prefix, ref_kind in _KINDS:
        if name.startswith(prefix):
            moment = datetime.fromtimestamp(int(time), UTC) if time else None
            return BranchInfo(name=name.removeprefix(prefix), sha=commit, kind=ref_kind, time=moment)
    return None
