"""Git whose new objects go to a throw-away folder: for forecasts that leave the repository untouched."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.git.runner import Git


class ScratchGit(Git):
    """A `Git` that lays more environment under every command."""

    def __init__(
        self,
        executor: Executor,
        cwd: Path,
        *,
        ceiling: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(executor, cwd, ceiling=ceiling)
        self._env = dict(env or {})

    def at(self, path: Path, *, ceiling: Path | None = None) -> Self:
        """The same git, with the same environment, in another directory."""
        return type(self)(self.executor, path, ceiling=ceiling, env=self._env)

    def _run(
        self, args: tuple[str, ...], env: Mapping[str, str], stdin: bytes | None, timeout_s: float
    ) -> Completed:
        return super()._run(args, {**env, **self._env}, stdin, timeout_s)


@contextmanager
def scratch(git: Git) -> Iterator[Git]:
    """The same git, reading the repository's objects and writing new ones where nobody finds them.

    What it makes is gone when the block ends; refs must not be moved to it.
    """
    objects = git.text("rev-parse", "--path-format=absolute", "--git-path", "objects")
    with temporary_folder("objects") as folder:
        env = {
            "GIT_OBJECT_DIRECTORY": os.fspath(folder),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(objects),
        }
        yield ScratchGit(git.executor, git.cwd, ceiling=git.ceiling, env=env)


def _quoted(path: str) -> str:
    """A path as git reads it in a list that is separated by colons."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
