"""What a backup holds: as a list of files, and as the tree that the worktree had."""

import os
from collections.abc import Iterator
from pathlib import Path

from ampsm_app.backend.domain.review import FileChange
from ampsm_app.backend.domain.time_machine import PointFile
from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.git.backup_format import Backup, Kept
from ampsm_app.backend.git.diffs import empty_tree
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.raw_diff import SYMLINK
from ampsm_app.backend.git.refs import ZERO
from ampsm_app.backend.git.runner import Git, decode, encode, nul_list

# What makes git store other bytes than are on disk.
_CONVERTING = ("filter", "text", "eol", "crlf", "ident", "working-tree-encoding")
_NO_ATTRIBUTE = ("unspecified", "unset")


def files_of(git: Git, backup: Backup) -> tuple[PointFile, ...]:
    """The paths that differ in a backup from its commit, by name; those that it does not keep among them."""
    head = backup.meta.head
    known = (
        set(nul_list(git.read("ls-tree", "-r", "-z", "--name-only", "--full-tree", head))) if head else set()
    )

    def changed(path: str) -> FileChange:
        return "modified" if path in known else "added"

    unchanged = set(backup.meta.unchanged)
    differing = {path: each for path, each in backup.files.items() if path not in unchanged}
    found = [
        *(PointFile(path=path, change=changed(path), size=each.size) for path, each in differing.items()),
        *(PointFile(path=path, change="deleted") for path in backup.meta.deleted if path not in backup.files),
        *(PointFile(path=path, change=changed(path), kept=False) for path in backup.meta.not_kept),
    ]
    return tuple(sorted(found, key=lambda each: each.path))


def tree_of_point(git: Git, backup: Backup) -> str:
    """The tree that a commit of everything in the backed-up worktree would have had.

    Its files as git would have stored them: where attributes convert line endings or filter content, the
    bytes that were on disk are converted too. `git` may be a scratch one.
    """
    with temporary_folder("point") as folder:
        env = {"GIT_INDEX_FILE": os.fspath(folder / "index")}
        git.write("read-tree", backup.meta.head or empty_tree(ZERO), env=env)
        git.write("update-index", "--replace", "-z", "--index-info", stdin=_lines(backup), env=env)
        if converted := _converted(git, backup.files, env):
            _add_as_git_would(git, {path: backup.files[path] for path in converted}, folder / "files", env)
        return decode(git.write("write-tree", "--missing-ok", env=env)).strip()


def _lines(backup: Backup) -> bytes:
    nothing = "0" * len(backup.meta.head or ZERO)
    gone = [path for path in backup.meta.deleted if path not in backup.files]
    removed = (f"0 {nothing}\t{path}" for path in gone)
    written = (f"{each.mode} {each.oid}\t{path}" for path, each in backup.files.items())
    return b"".join(encode(line) + b"\0" for line in (*removed, *written))


def _converted(git: Git, files: dict[str, Kept], env: dict[str, str]) -> list[str]:
    """The regular files whose bytes git would change on their way into the repository."""
    regular = [path for path, each in files.items() if each.mode != SYMLINK]
    if not regular:
        return []
    if git.text("config", "--get", "core.autocrlf", ok=(0, 1)) in ("true", "input"):
        return regular
    asked = b"".join(encode(path) + b"\0" for path in regular)
    said = nul_list(git.read("check-attr", "--cached", "-z", "--stdin", *_CONVERTING, stdin=asked, env=env))
    return list(dict.fromkeys(path for path, value in _answers(said) if value not in _NO_ATTRIBUTE))


def _answers(said: list[str]) -> Iterator[tuple[str, str]]:
    for at in range(0, len(said), 3):
        yield said[at], said[at + 2]


def _add_as_git_would(git: Git, files: dict[str, Kept], place: Path, env: dict[str, str]) -> None:
    contents = read_objects(git, [each.oid for each in files.values()])
    for path, content in zip(files, contents, strict=True):
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content or b"")
    # The folder stands in for the worktree; attributes that it lacks are read from the index.
    common = git.text("rev-parse", "--path-format=absolute", "--git-dir")
    there = {**env, "GIT_DIR": common, "GIT_WORK_TREE": os.fspath(place)}
    names = b"".join(encode(path) + b"\0" for path in files)
    # A filter that is not installed here fails: then the bytes stay as they were on disk.
    git.at(place).attempt("update-index", "-z", "--stdin", stdin=names, env=there)
