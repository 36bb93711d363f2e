"""What lines the commits and trees of a repository hold."""

import subprocess
from pathlib import Path

from tests.properties.editing import TOKEN

Tokens = frozenset[bytes]


class Reader:
    """Reads the tokens of blobs, each once: what an object id names never changes."""

    def __init__(self, repo: Path) -> None:
        self._repo = repo
        self._blobs: dict[str, Tokens] = {}

    def tree(self, rev: str) -> Tokens:
        """All tokens of a commit or tree; the commit of a submodule is a token, too."""
        return frozenset().union(*self.files(rev).values())

    def files(self, rev: str) -> dict[str, Tokens]:
        """The tokens of each file by its path."""
        listed = run(self._repo, "ls-tree", "-r", "-z", "--full-tree", rev).split(b"\0")[:-1]
        entries = {}
        for line in listed:
            head, _, path = line.partition(b"\t")
            mode, _, oid = head.decode().split(" ")
            entries[path.decode("utf-8", "surrogateescape")] = (mode, oid)
        blobs = self.blobs({oid for mode, oid in entries.values() if mode != "160000"})
        return {
            path: blobs[oid] if mode != "160000" else frozenset({oid.encode()})
            for path, (mode, oid) in entries.items()
        }

    def blobs(self, oids: set[str]) -> dict[str, Tokens]:
        """The tokens of blobs by their ids."""
        missing = sorted(oids - self._blobs.keys())
        if missing:
            raw = run(self._repo, "cat-file", "--batch", stdin="\n".join(missing).encode() + b"\n")
            for oid in missing:
                head, _, rest = raw.partition(b"\n")
                size = int(head.split()[2])
                self._blobs[oid] = frozenset(TOKEN.findall(rest[:size]))
                raw = rest[size + 1 :]
        return {oid: self._blobs[oid] for oid in oids}


def run(cwd: Path, *args: str, stdin: bytes | None = None, ok: tuple[int, ...] = (0,)) -> bytes:
    """Plain git in bytes; optional locks are left alone, as by anybody who only looks."""
    done = subprocess.run(
        ["git", "--no-optional-locks", *args], cwd=cwd, input=stdin, capture_output=True, check=False
    )
    assert done.returncode in ok, (args, done.returncode, done.stdout[-500:], done.stderr[-2000:])
    return done.stdout


def text(cwd: Path, *args: str, ok: tuple[int, ...] = (0,)) -> str:
    """The same as text without the last newline."""
    return run(cwd, *args, ok=ok).decode("utf-8", "surrogateescape").rstrip("\n")
