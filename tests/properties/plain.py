"""What plain git makes of the same commits, in a clone of its own: the merges to compare with."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.properties.tokens import Reader, Tokens, run, text


@dataclass(frozen=True)
class PlainMerge:
    """A merge by `git merge`: its tree, or the paths that conflict and every token that stands in these."""

    tree: str | None
    unmerged: frozenset[str]
    contested: Tokens


class PlainGit:
    """A clone that shares the objects of a repository and nothing else."""

    def __init__(self, repo: Path, folder: Path) -> None:
        self._folder = folder
        # Its own objects, too: a merge makes some.
        self._reader = Reader(folder)
        run(folder.parent, "init", "-q", "--template=", str(folder))
        info = folder / ".git" / "info"
        info.mkdir()
        # Drivers of merges hold, conversions on the way to disk do not: they have no part in a merge.
        (info / "attributes").write_text("* -text\n")
        (folder / ".git" / "objects" / "info").mkdir(exist_ok=True)
        (folder / ".git" / "objects" / "info" / "alternates").write_text(f"{repo / '.git' / 'objects'}\n")

    def merge(self, base: str, session: str) -> PlainMerge:
        """Merge the session into base."""
        self._stand_on(base)
        run(self._folder, "merge", "-q", "--no-commit", "--no-ff", session, ok=(0, 1))
        listed = run(self._folder, "ls-files", "-u", "-z").decode("utf-8", "surrogateescape").split("\0")[:-1]
        if not listed:
            return PlainMerge(text(self._folder, "write-tree"), frozenset(), frozenset())
        paths = frozenset(line.partition("\t")[2] for line in listed)
        blobs = {line.split(" ")[1] for line in listed if not line.startswith("160000")}
        links = {line.split(" ")[1].encode() for line in listed if line.startswith("160000")}
        held = frozenset().union(*self._reader.blobs(blobs).values()) | links
        for side in (base, session, *self.ancestors(base, session)):
            held |= frozenset().union(
                *(tokens for path, tokens in self._reader.files(side).items() if path in paths)
            )
        return PlainMerge(None, paths, held)

    def ancestors(self, one: str, other: str) -> list[str]:
        """The best common ancestors."""
        return text(self._folder, "merge-base", "--all", one, other, ok=(0, 1)).split()

    def _stand_on(self, commit: str) -> None:
        for each in self._folder.iterdir():
            if each.name != ".git":
                shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
        for name in ("MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE", "index"):
            (self._folder / ".git" / name).unlink(missing_ok=True)
        run(self._folder, "update-ref", "--no-deref", "HEAD", commit)
        run(self._folder, "reset", "-q", "--hard")
