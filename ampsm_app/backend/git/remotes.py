"""What other repositories have and get: time-boxed, and never a question."""

from datetime import UTC, datetime

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.git import layout
from ampsm_app.backend.git.refs import ahead_behind, upstream
from ampsm_app.backend.git.runner import Git, git_failed

_NETWORK_S = 120.0
_NO_QUESTIONS = {"GIT_ASKPASS": "true", "SSH_ASKPASS": "true", "GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}


def push(git: Git, remote: str, ref: str) -> None:
    """Push one branch (full name) to the branch of the same name. Raises `GitError` with code `push_failed`."""
    args = ("push", "--porcelain", remote, f"{ref}:{ref}")
    done = git.attempt(*args, env=_NO_QUESTIONS, timeout_s=_NETWORK_S)
    if done.exit_code != 0 or done.timed_out:
        failed = git_failed(args, git.cwd, done)
        said = done.stdout.decode("utf-8", "replace")
        hint = (
            "fetch and look at what moved there" if "[rejected]" in said else "check the remote and its login"
        )
        words = "; ".join(line for line in said.splitlines() if line.startswith("!"))
        raise GitError(f"{failed.message} {words}".strip(), hint=hint, code="push_failed", **failed.details)


def fetch(git: Git, remote: str) -> None:
    """Ask a remote for its branches. Raises `GitError` with code `fetch_failed`."""
    args = ("fetch", "-q", "--no-recurse-submodules", remote)
    done = git.attempt(*args, env=_NO_QUESTIONS, timeout_s=_NETWORK_S)
    if done.exit_code != 0 or done.timed_out:
        failed = git_failed(args, git.cwd, done)
        raise GitError(failed.message, hint="check the network and the login", code="fetch_failed")


def last_fetched(git: Git) -> datetime | None:
    """When the repository last asked any remote; None if it never did."""
    try:
        when = (layout.repository_dir(git.cwd) / "FETCH_HEAD").stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(when, UTC)


def behind_remote(git: Git, branch: str) -> int | None:
    """How many commits the branch's remote has more, as last fetched; None where it follows none."""
    followed = upstream(git, branch)
    if followed is None or git.attempt("rev-parse", "-q", "--verify", followed).exit_code != 0:
        return None
    return ahead_behind(git, f"refs/heads/{branch}", followed)[1]
