"""Everything in a repository that is the user's, exactly, as one flat table."""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.properties.tokens import run

# `ref:<name>`, `<place>:HEAD`, `<place>:index:<path>:<stage>`, `<place>:file:<path>`, `<place>:state:<name>`.
Picture = dict[str, object]

_STATE = ("MERGE_HEAD", "MERGE_MSG", "CHERRY_PICK_HEAD", "REVERT_HEAD", "index.lock", "HEAD.lock")
_OURS = frozenset({".git", ".worktrees", "AGENT_CONTEXT"})


def picture(repo: Path, places: Mapping[str, Path]) -> Picture:
    """The refs (without the program's own), and each checkout with its HEAD, index, files and folders."""
    taken: Picture = {}
    for line in run(repo, "for-each-ref", "--format=%(refname) %(objectname)").decode().splitlines():
        name, _, oid = line.partition(" ")
        if not name.startswith("refs/ampsm/"):
            taken[f"ref:{name}"] = oid
    for name, place in places.items():
        if (place / ".git").exists():
            taken.update(checkout(name, place))
    return taken


def checkout(name: str, place: Path) -> Picture:
    """One checkout, ignored files included."""
    git_dir = _git_dir(place)
    seen: Picture = {f"{name}:HEAD": (git_dir / "HEAD").read_text()}
    for each in _STATE:
        if (git_dir / each).exists():
            seen[f"{name}:state:{each}"] = (git_dir / each).read_bytes()
    for line in run(place, "ls-files", "-s", "-v", "-z").split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        entry, _, number = head.rpartition(b" ")
        seen[f"{name}:index:{os.fsdecode(path)}:{number.decode()}"] = entry
    for at, folders, files in os.walk(place):
        inside = Path(at).relative_to(place)
        if inside == Path():
            folders[:] = [each for each in folders if each not in _OURS]
        for each in (*folders, *files):
            inner = (inside / each).as_posix()
            if inner != ".git":
                seen[f"{name}:file:{inner}"] = _seen(Path(at) / each)
    return seen


def differences(
    before: Picture, after: Picture, allowed: Callable[[str], bool] = lambda _: False
) -> list[str]:
    """What differs between two pictures and may not, in words."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [f"{key}: {before.get(key)!r} -> {after.get(key)!r}" for key in keys if not allowed(key)]


def _git_dir(place: Path) -> Path:
    link = place / ".git"
    return link if link.is_dir() else Path(link.read_text().removeprefix("gitdir: ").strip())


def _seen(path: Path) -> object:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "link", os.fsencode(path.readlink())
    if stat.S_ISDIR(mode):
        return "folder"
    return oct(mode & 0o777), path.read_bytes()
