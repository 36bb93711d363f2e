"""What other repositories have and get: time-boxed, and never a question."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.git import layout
from ampsm_app.backend.git.refs import HEADS, REMOTES, ahead_behind, resolve, upstream
from ampsm_app.backend.git.runner import Git, decode, git_failed

Why = Literal["rejected", "moved", "hook", "login", "unreachable", "no_remote", "timeout", "other"]

_NETWORK_S = 120.0
# An askpass program that fails lets credential helpers answer, and nobody else.
_NO_QUESTIONS = {"GIT_ASKPASS": "false", "SSH_ASKPASS_REQUIRE": "never", "GCM_INTERACTIVE": "never"}
_NO_MAINTENANCE = ("-c", "gc.auto=0")

# The first that is found in what git said decides; upper case does not matter.
_SIGNS: tuple[tuple[str, Why], ...] = (
    ("pre-push hook", "hook"),
    ("hook declined", "hook"),
    ("protected branch", "hook"),
    ("stale info", "moved"),
    ("non-fast-forward", "rejected"),
    ("fetch first", "rejected"),
    ("[rejected]", "rejected"),
    ("authentication failed", "login"),
    ("could not read username", "login"),
    ("could not read password", "login"),
    ("permission denied", "login"),
    ("host key verification failed", "login"),
    ("access denied", "login"),
    ("the requested url returned error: 403", "login"),
    ("could not resolve host", "unreachable"),
    ("could not connect", "unreachable"),
    ("failed to connect", "unreachable"),
    ("connection refused", "unreachable"),
    ("timed out", "unreachable"),
    ("does not appear to be a git repository", "no_remote"),
    ("repository not found", "no_remote"),
    ("no such remote", "no_remote"),
    ("does not exist", "no_remote"),
)
_HINTS: dict[Why, str] = {
    "rejected": "The remote has commits that are not here: fetch, look at them, and merge again.",
    "moved": "Somebody else has pushed there since: fetch, and look at it.",
    "hook": "A hook or a rule of the repository refuses it; see what it said.",
    "login": "Log in to the remote once by hand (git fetch), so that git knows your key or token.",
    "unreachable": "Check the network and the remote's address.",
    "no_remote": "See git remote -v for the remotes of this repository.",
    "timeout": "The remote did not answer in time; try again.",
    "other": "Try the same by hand to see more.",
}


def push(git: Git, remote: str, ref: str, *, lease: str | None = None, timeout_s: float = _NETWORK_S) -> None:
    """Push one branch (full name) to the branch of the same name.

    Nothing is forced, unless `lease` names the commit that the remote's branch must be at to be replaced.
    Raises `GitError` with code `push_failed`, git's words, a hint, and `details["why"]` (a `Why`).
    """
    forced = () if lease is None else (f"--force-with-lease={ref}:{lease}",)
    args = ("push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", *forced)
    _over_network(git, (*args, remote, f"{ref}:{ref}"), "push_failed", timeout_s)


def remote_tip(git: Git, remote: str, ref: str, *, timeout_s: float = _NETWORK_S) -> str | None:
    """The commit that a remote's branch is at now, asked of it; None where it has none. Raises as `push`."""
    done = _over_network(git, ("ls-remote", "--refs", remote, ref), "push_failed", timeout_s)
    found = [line.split("\t") for line in decode(done.stdout).splitlines()]
    return next((oid for oid, name in found if name == ref), None)


def is_known(git: Git, remote: str) -> bool:
    """Whether there is a remote of this name; an address is one by itself."""
    return git.attempt("remote", "get-url", remote).exit_code == 0 or "/" in remote or ":" in remote


def fetch(git: Git, remote: str, *, timeout_s: float = _NETWORK_S) -> None:
    """Ask a remote for its branches. Raises `GitError` with code `fetch_failed`, as `push` does."""
    _over_network(git, ("fetch", "-q", "--no-recurse-submodules", remote), "fetch_failed", timeout_s)


def last_fetched(git: Git) -> datetime | None:
    """When the repository last got an answer from any remote, in any worktree; None if it never did."""
    common = layout.repository_dir(git.cwd)
    # A fetch that fails leaves the file empty.
    found = [*_fetched(common), *(when for entry in common.glob("worktrees/*") for when in _fetched(entry))]
    return datetime.fromtimestamp(max(found), UTC) if found else None


def behind_remote(git: Git, branch: str) -> int | None:
    """How many commits the remote's branch has more, as last fetched; None where there is none.

    It is the one that the branch follows, else the one of the same name on `origin`.
    """
    followed = upstream(git, branch) or f"{REMOTES}origin/{branch}"
    if resolve(git, HEADS + branch) is None or resolve(git, followed) is None:
        return None
    return ahead_behind(git, HEADS + branch, followed)[1]


def _over_network(git: Git, args: tuple[str, ...], code: str, timeout_s: float) -> Completed:
    env = {**_NO_QUESTIONS, **_quiet_ssh(git)}
    done = git.attempt(*_NO_MAINTENANCE, *args, env=env, timeout_s=timeout_s)
    if done.exit_code == 0 and not done.timed_out:
        return done
    failed = git_failed(args, git.cwd, done)
    # With --porcelain the fate of each ref is on standard output, apart from the reasons.
    fates = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.startswith("!")]
    why = _why(done, " ".join([str(failed.details["stderr"]), *fates]))
    words = " ".join([failed.message, *(line.replace("\t", " ") for line in fates)])
    raise GitError(words, hint=_HINTS[why], code=code, why=why, **failed.details)


def _why(done: Completed, said: str) -> Why:
    if done.timed_out:
        return "timeout"
    return next((why for sign, why in _SIGNS if sign in said.lower()), "other")


def _quiet_ssh(git: Git) -> dict[str, str]:
    """Ssh that asks nothing, unless the user has a command of his own for it."""
    own = os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH")
    if own or git.text("config", "--get", "core.sshCommand", ok=(0, 1)):
        return {}
    return {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}


def _fetched(folder: Path) -> list[float]:
    try:
        seen = (folder / "FETCH_HEAD").stat()
    except OSError:
        return []
    return [seen.st_mtime] if seen.st_size else []
