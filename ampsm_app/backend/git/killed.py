"""Clears up after a git that was killed while our command lives on: one of ours, or one of an agent's."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.git.layout import common_dir, git_dir
from ampsm_app.backend.git.locks import clear_stale_locks


def clear_up(cwd: Path, args: Sequence[str] = (), stdin: bytes | None = None, *, since: datetime) -> None:
    """Remove the locks that a git left which was started in `cwd` at `since` or later, and was killed.

    `args` and `stdin` are what it was told, for the refs that they name besides the branch.
    """
    try:
        folder = git_dir(cwd) if (cwd / ".git").exists() else cwd
    except NotFound:
        return
    names = sorted({*_branch_of(folder), *_named(args), *_named(_words(stdin))})
    worktree = cwd if folder != cwd else None
    clear_stale_locks(common_dir(folder), worktree, refs=names, since=since)


def _branch_of(folder: Path) -> Iterator[str]:
    """What a commit in this worktree moves."""
    try:
        text = (folder / "HEAD").read_text("utf-8", "surrogateescape")
    except OSError:
        return
    if text.startswith("ref: "):
        yield text.removeprefix("ref: ").rstrip("\n")


def _named(words: Sequence[str]) -> Iterator[str]:
    """The refs among the words; the one after `-b` is a branch that is being made."""
    for number, word in enumerate(words):
        if word.startswith("refs/"):
            yield word
        elif number and words[number - 1] == "-b":
            yield f"refs/heads/{word}"


def _words(stdin: bytes | None) -> list[str]:
    return (stdin or b"").replace(b"\0", b" ").decode("utf-8", "surrogateescape").split(" ")
