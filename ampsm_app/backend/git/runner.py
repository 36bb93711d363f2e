"""One git command at a time, always the same way."""

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.exec.command import Command, Completed
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.killed import clear_up

# Inherited from a hook or a shell that stands in another repository, they would redirect every command.
_FOREIGN = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_LITERAL_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_CONFIG_PARAMETERS",
        "LANGUAGE",
        # The agent's alone: hooks are started by git.
        "AMP_API_KEY",
    }
)
_ALWAYS = {
    "LC_ALL": "C.UTF-8",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": ":",
    "GIT_SEQUENCE_EDITOR": ":",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_PAGER": "cat",
}
# Collecting garbage and watching files are the user's own git's affair: both start processes that outlive
# the command, and one of them keeps a worktree's folder busy.
_CONFIG = (
    *("-c", "core.longpaths=true"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "maintenance.auto=false"),
)
# What git dies of, before it has done anything, while another process makes a worktree of the repository.
_HALF_MADE = re.compile(rb"^fatal: failed to read .*worktrees/.+/commondir: Success", re.MULTILINE)
_TRIES = 5
_PAUSE_S = 0.02
_QUIET = {**_ALWAYS, "GIT_OPTIONAL_LOCKS": "0"}


class Git:
    """Git in one directory. Names are `str` decoded with surrogateescape, so that any bytes survive.

    `ceiling` keeps git from walking up out of a worktree that lost its `.git` file into the user's checkout.
    """

    def __init__(self, executor: Executor, cwd: Path, *, ceiling: Path | None = None) -> None:
        self.executor = executor
        self.cwd = cwd
        self.ceiling = ceiling

    def at(self, path: Path, *, ceiling: Path | None = None) -> Self:
        """The same git in another directory."""
        return type(self)(self.executor, path, ceiling=ceiling)

    def read(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        ok: tuple[int, ...] = (0,),
        timeout_s: float = 120,
    ) -> bytes:
        """Standard output of a command that only looks; it takes no optional lock."""
        return self._checked(args, {**_QUIET, **(env or {})}, stdin, ok, timeout_s).stdout

    def write(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        ok: tuple[int, ...] = (0,),
        timeout_s: float = 600,
    ) -> bytes:
        """Standard output of a command that changes something."""
        return self._checked(args, {**_ALWAYS, **(env or {})}, stdin, ok, timeout_s).stdout

    def attempt(
        self,
        *args: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout_s: float = 600,
    ) -> Completed:
        """A command whose exit status is an answer; never raises for it."""
        return self._run(args, {**_ALWAYS, **(env or {})}, stdin, timeout_s)

    def text(self, *args: str, ok: tuple[int, ...] = (0,), env: Mapping[str, str] | None = None) -> str:
        """Standard output of a looking command as text, without the final newline."""
        return decode(self.read(*args, ok=ok, env=env)).rstrip("\n")

    def _checked(
        self,
        args: tuple[str, ...],
        env: Mapping[str, str],
        stdin: bytes | None,
        ok: tuple[int, ...],
        timeout_s: float,
    ) -> Completed:
        done = self._run(args, env, stdin, timeout_s)
        if done.exit_code not in ok or done.timed_out:
            raise git_failed(args, self.cwd, done)
        return done

    def _run(
        self, args: tuple[str, ...], env: Mapping[str, str], stdin: bytes | None, timeout_s: float
    ) -> Completed:
        if self.ceiling is not None:
            env = {**env, "GIT_CEILING_DIRECTORIES": str(self.ceiling)}
        command = Command(("git", *_CONFIG, *args), self.cwd, env, _FOREIGN, stdin, timeout_s)
        began = utc_now()
        done = self.executor.run(command)
        if done.exit_code < 0:
            clear_up(self.cwd, args, stdin, since=began)
        for _ in range(_TRIES):
            if not (done.exit_code == 128 and _HALF_MADE.search(done.stderr)):
                break
            time.sleep(_PAUSE_S)
            done = self.executor.run(command)
        return done


def decode(raw: bytes) -> str:
    """Git's bytes as text that `os.fsencode` turns back into the same bytes."""
    return raw.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes that `decode` read."""
    return text.encode("utf-8", "surrogateescape")


def nul_list(raw: bytes) -> list[str]:
    """The entries of NUL-terminated output."""
    return [decode(part) for part in raw.split(b"\0") if part]


def git_failed(args: tuple[str, ...], cwd: Path, done: Completed) -> GitError:
    """The error for a command that did not end well: what was tried, where, and git's own words."""
    said = done.stderr.decode("utf-8", "replace").strip() or done.stdout.decode("utf-8", "replace").strip()
    what = f"git {args[0]}" if args else "git"
    why = "took too long" if done.timed_out else f"failed (exit {done.exit_code})"
    return GitError(
        f"{what} {why} in {os.fspath(cwd)}: {said[:2000] or 'it said nothing'}",
        args=list(args),
        exit_code=done.exit_code,
        stderr=said[:4000],
    )


def was_killed(error: BaseException) -> bool:
    """Whether the error tells of a git that a signal ended, however far it had come."""
    return isinstance(error, GitError) and int(error.details.get("exit_code") or 0) < 0
