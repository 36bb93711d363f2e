"""What of a worktree's files concerns git: which changes on disk could show in its status or diffs."""

import os
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.git import layout, refs
from ampsm_app.backend.git.excludes import WORKTREES_DIR
from ampsm_app.backend.git.runner import Git, encode, nul_list
from ampsm_app.backend.git.status import read_status

# Beside an unfinished operation's files, what of a worktree's git folder says where it stands.
_TELLING = ("HEAD", "index")
_MOST_ASKED = 2_000
_LEARN_S = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """A worktree and what it is compared with: its branch, and its base (a branch, local or of a remote)."""

    git: Git
    branch: str
    base: str
    context_dir: str

    @property
    def worktree(self) -> Path:
        """Its folder."""
        return self.git.cwd

    def folders(self) -> list[Path]:
        """The folders to watch, whole: the worktree, its git folder, and those of its refs."""
        own = layout.git_dir(self.worktree)
        common = layout.common_dir(own)
        wanted = [
            common / "refs" / "heads",
            *(file.parent for file in self.refs(common)),
            common / "reftable",
        ]
        inside = [each for each in dict.fromkeys(wanted) if each.is_dir()]
        return [self.worktree, own, *(each for each in inside if not _within(each, inside))]

    def refs(self, common: Path) -> list[Path]:
        """Where the refs stand that its diffs depend on, as far as they are files."""
        names = (refs.HEADS + self.branch, refs.HEADS + self.base, refs.REMOTES + self.base)
        return [common / name for name in names]

    def fingerprint(self) -> object:
        """A value that is another one once something changed that `git status` or a diff would show."""
        try:
            state = read_status(self.git, context_dir=self.context_dir, renames=False)
        except AmpsmError:
            return None
        files = tuple(
            (each.path, each.xy, each.oids, _stamp(self.worktree / each.path)) for each in state.entries
        )
        return state.head, state.branch, state.state, files, refs.branch_tip(self.git, self.base)


class Sieve:
    """Tells changes that git sees from those that it does not: ignored files, our own, git's workings."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._root = os.path.realpath(place.worktree)
        self._own = layout.git_dir(place.worktree)
        common = layout.common_dir(self._own)
        self._refs = {os.path.realpath(file) for file in place.refs(common)}
        self._reftable = os.path.realpath(common / "reftable")
        # Folders that git ignores as a whole, so that a build in one of them costs nothing.
        self._ignored: frozenset[str] = frozenset()
        self._learnt_at = -_LEARN_S

    def passes(self, paths: Collection[str]) -> bool:
        """Whether any of these absolute paths concerns git."""
        inside: list[str] = []
        for path in paths:
            local = _below(self._root, path)
            if local is None:
                if self._tells(path):
                    return True
            elif self._is_users(local):
                inside.append(local)
        return self._any_seen(inside)

    def _tells(self, path: str) -> bool:
        own = _below(os.path.realpath(self._own), path)
        if own is None:
            return path in self._refs or _below(self._reftable, path) is not None
        if own == "index":
            # What is tracked may be another set of files now.
            self._ignored = frozenset()
        name = own.partition("/")[0]
        return own in _TELLING or layout.unfinished_among([name]) is not None

    def _is_users(self, local: str) -> bool:
        parts = PurePath(local).parts
        if parts and parts[-1] == ".gitignore":
            self._ignored = frozenset()
        return (
            bool(parts) and ".git" not in parts and parts[0] not in (self._place.context_dir, WORKTREES_DIR)
        )

    def _any_seen(self, inside: Iterable[str]) -> bool:
        unknown = [local for local in inside if not self._within_ignored(local)]
        if not unknown or len(unknown) > _MOST_ASKED:
            return bool(unknown)
        asked = b"".join(encode(local) + b"\0" for local in unknown)
        done = self._place.git.attempt("check-ignore", "-z", "--stdin", stdin=asked)
        if done.exit_code != 0:
            # 1: none is ignored. Anything else, such as a path behind a link: better one look too many.
            return True
        ignored = nul_list(done.stdout)
        self._learn()
        return len(ignored) < len(unknown)

    def _within_ignored(self, local: str) -> bool:
        return bool(self._ignored) and any(str(parent) in self._ignored for parent in PurePath(local).parents)

    def _learn(self) -> None:
        if time.monotonic() - self._learnt_at < _LEARN_S:
            return
        self._learnt_at = time.monotonic()
        # Only folders without a tracked file are named by themselves.
        how = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
        try:
            found = nul_list(self._place.git.read(*how))
        except AmpsmError:
            return
        self._ignored = frozenset(str(PurePath(name)) for name in found if name.endswith("/"))


def _below(folder: str, path: str) -> str | None:
    """The path below a folder, None where it is elsewhere."""
    return path[len(folder) + 1 :] if path.startswith(folder + os.sep) else None


def _within(folder: Path, others: Iterable[Path]) -> bool:
    return any(each in folder.parents for each in others)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
