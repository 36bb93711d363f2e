"""The repository that a path belongs to."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError, GitError, InvalidInput, NotFound
from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.exec.errors import CannotStart
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.runner import Git, decode, git_failed, nul_list

OLDEST_GIT = (2, 38)

# Each path stands between two answers of one word, so that a newline in a path does no harm. The last one
# fails where there is no worktree.
_QUESTIONS = (
    *("rev-parse", "--path-format=absolute", "--is-bare-repository", "--git-dir", "--is-bare-repository"),
    *("--git-common-dir", "--is-bare-repository", "--show-toplevel"),
)
_ANSWERS = re.compile(rb"(true|false)\n(.+)\n(?:true|false)\n(.+)\n(?:true|false)\n(.*)\Z", re.DOTALL)
# The first event of git's trace names its version: that saves a process wherever a repository is found.
_TELL_VERSION = {"GIT_TRACE2_EVENT": "1"}
_VERSION = re.compile(rb'^\{"event":"version".*"exe":"([^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository. `root` is its main worktree, or the repository itself where `bare`; `git` stands there.

    `common_dir` holds what all its worktrees share.
    """

    root: Path
    common_dir: Path
    bare: bool
    git: Git
    git_version: str


def discover(executor: Executor, path: Path) -> Repository:
    """The repository of a folder: from a linked worktree the main one's, from inside a submodule its own.

    Raises `NotFound` where there is none, `GitError` where git is missing, too old or refuses the owner.
    """
    place = path.expanduser()
    if not place.is_dir():
        raise _no_repository(path, "that folder does not exist" if not place.exists() else "that is a file")
    git = Git(executor, place.resolve())
    with _explained(git):
        done = git.attempt(*_QUESTIONS, env=_TELL_VERSION)
    version = _version_told(git, done)
    answers = _ANSWERS.match(done.stdout)
    if answers is None:
        raise _not_found(path, done)
    bare, folder, common, top = answers.groups()
    common_dir = Path(decode(common))
    if folder != common:
        root, is_bare = _main_worktree(git, common_dir)
    elif bare == b"true":
        root, is_bare = common_dir, True
    else:
        # Without a top we stand inside of the `.git` folder.
        root, is_bare = Path(decode(top).removesuffix("\n")) if top else common_dir.parent, False
    return Repository(root, common_dir, is_bare, git.at(root), version)


def require_git(git: Git) -> str:
    """The version of the git that runs; raises `GitError` with code `no_git` or `old_git`."""
    with _explained(git):
        return _new_enough(git.text("version").removeprefix("git version ").split(" ")[0])


def git_in(repository: Repository, worktree: Path) -> Git:
    """Git in a session's worktree, kept from walking up into the user's checkout should `.git` be gone."""
    return repository.git.at(worktree, ceiling=ceiling(worktree))


def ceiling(worktree: Path) -> Path:
    """What `GIT_CEILING_DIRECTORIES` must be for git, and for an agent, in this worktree."""
    return Path(os.path.realpath(worktree.parent))


def identity(git: Git) -> str | None:
    """Who commits here, as `Name <email>`; None where git would refuse for want of a name."""
    done = git.attempt("var", "GIT_COMMITTER_IDENT")
    if done.exit_code != 0:
        return None
    return decode(done.stdout).rpartition(">")[0] + ">"


def uncommitted_count(repository: Repository) -> int:
    """How many files of the user's checkout differ from its commit or are in none; 0 in a bare one."""
    if repository.bare:
        return 0
    raw = repository.git.read(
        "status", "--porcelain", "-z", "-uall", "--no-renames", "--ignore-submodules=none"
    )
    return raw.count(b"\0")


@contextmanager
def _explained(git: Git) -> Iterator[None]:
    try:
        yield
    except CannotStart as error:
        if not git.cwd.is_dir():
            raise
        raise GitError(
            "git was not found on this machine.",
            hint=f"Install git {OLDEST_GIT[0]}.{OLDEST_GIT[1]} or newer: https://git-scm.com/downloads",
            code="no_git",
        ) from error


def _version_told(git: Git, done: Completed) -> str:
    told = _VERSION.search(done.stderr)
    return _new_enough(decode(told[1])) if told else require_git(git)


def _new_enough(version: str) -> str:
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST_GIT:
        raise GitError(
            f"git {version} is too old: merges need {OLDEST_GIT[0]}.{OLDEST_GIT[1]} or newer.",
            hint="Update git: https://git-scm.com/downloads",
            code="old_git",
        )
    return version


def _main_worktree(git: Git, common: Path) -> tuple[Path, bool]:
    settings = nul_list(git.read("config", "-z", "--get-regexp", r"^core\.(bare|worktree)$", ok=(0, 1)))
    known = dict(entry.split("\n", 1) for entry in settings if "\n" in entry)
    if known.get("core.worktree"):
        return Path(os.path.normpath(common / known["core.worktree"])), False
    if known.get("core.bare") == "true":
        return common, True
    return (common.parent if common.name == ".git" else common), False


def _not_found(path: Path, done: Completed) -> AmpsmError:
    # The trace stands in the same stream, one event a line.
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    said = "\n".join(line for line in lines if not line.startswith('{"event":'))
    if "dubious ownership" in said:
        return GitError(
            f"git does not trust the repository of {path}: it belongs to somebody else.",
            hint=f"If you trust it: git config --global --add safe.directory {path}",
            code="unsafe_repository",
            stderr=said,
        )
    if "not a git repository" in said:
        return _no_repository(path, "neither it nor a folder above it is one")
    if "not support" in said or "unknown repository extension" in said or "expected git repo version" in said:
        return InvalidInput(
            f"This git cannot read the repository of {path}: {said.strip()}", hint="Update git."
        )
    return git_failed(("rev-parse",), path, replace(done, stderr=said.encode()))


def _no_repository(path: Path, why: str) -> NotFound:
    return NotFound(
        f"Could not locate git repository at {path}: {why}.",
        hint="Give a folder inside a git repository, or make one there with: git init",
        code="no_repository",
    )
