"""The user at his desk: a checkout, perhaps another one, and what he does there with plain git."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.properties.editing import IGNORED, NAMES, Edit, Editor
from tests.properties.plain import PlainGit
from tests.properties.tokens import Reader, run, text

BY_HAND = "by hand"
_LINES = 9


def template(folder: Path) -> Path:
    """A repository with a file of each sort, on `main`, and a branch `release` beside it."""
    folder.mkdir(parents=True)
    run(folder, "init", "-q", "-b", "main", "--template=", ".")
    (folder / ".git" / "info").mkdir()
    (folder / ".gitignore").write_text(f"*{IGNORED}\n")
    (folder / "d" / "g").mkdir(parents=True)
    for number, name in enumerate(("a.txt", "b.txt", "c.txt", "d/e.txt", "d/f.txt", "d/g/h.txt", "tool.sh")):
        lines = (f"t0x{number * 100 + line}x is a line\n" for line in range(_LINES))
        (folder / name).write_text("".join(lines))
    (folder / "tool.sh").chmod(0o755)
    (folder / "x.bin").write_bytes(b"\0t0x9001x\n")
    (folder / "link").symlink_to("t0x9002x")
    for name, value in (("gc.auto", "0"), ("core.fsync", "none"), ("advice.detachedHead", "false")):
        run(folder, "config", name, value)
    run(folder, "add", "-A")
    run(folder, "commit", "-q", "-m", "first")
    run(folder, "branch", "release")
    return folder


class Desk:
    """One story's repository and the user's hands."""

    def __init__(self, root: Path, repository: Path, *, attributes: str, autocrlf: str) -> None:
        self.root = root
        self.repo = root / "repo"
        self._other = root / "elsewhere"
        shutil.copytree(repository, self.repo, symlinks=True)
        run(self.repo, "config", "core.autocrlf", autocrlf)
        if attributes:
            (self.repo / ".gitattributes").write_text(attributes)
            run(self.repo, "add", "-A", "--renormalize")
            run(self.repo, "add", "-A")
            run(self.repo, "commit", "-q", "-m", "attributes")
            run(self.repo, "branch", "-f", "release")
        run(self.repo, "checkout", "-q", "--force", "main")
        self.reader = Reader(self.repo)
        self.plain = PlainGit(self.repo, root / "plain")
        self._labels = 0

    def places(self) -> dict[str, Path]:
        """The user's own checkouts by name."""
        return {"main": self.repo} | ({"elsewhere": self._other} if self._other.exists() else {})

    def label(self) -> int:
        """A number that no other edits have."""
        self._labels += 1
        return self._labels

    def edit(self, folder: Path, edits: Sequence[Edit]) -> None:
        """Make edits in a folder."""
        Editor(folder, self.label()).apply(edits)

    def tip(self, ref: str) -> str:
        """The commit of a ref."""
        return text(self.repo, "rev-parse", "--verify", f"{ref}^{{commit}}")

    def tree(self, ref: str) -> str:
        """The tree of a ref."""
        return text(self.repo, "rev-parse", "--verify", f"{ref}^{{tree}}")

    def is_ancestor(self, one: str, other: str) -> bool:
        """Whether everything in the first commit is in the second."""
        return one in text(self.repo, "merge-base", "--all", one, other, ok=(0, 1)).split()

    def place_of(self, branch: str) -> tuple[str, Path] | None:
        """Where a branch is checked out."""
        for name, place in self.places().items():
            if text(place, "symbolic-ref", "-q", "HEAD", ok=(0, 1)) == f"refs/heads/{branch}":
                return name, place
        return None

    def commit(self, branch: str, edits: Sequence[Edit]) -> None:
        """Commit edits on a branch, together with whatever else is changed where it is checked out."""
        held = self.place_of(branch)
        if held is not None:
            self.edit(held[1], edits)
            self.commit_all(held[1], f"base {self._labels}")
            return
        folder = self.root / "apart"
        index = {**os.environ, "GIT_INDEX_FILE": str(self.root / "apart-index"), "GIT_WORK_TREE": str(folder)}
        folder.mkdir()

        def git(*args: str) -> str:
            done = subprocess.run(
                ["git", f"--git-dir={self.repo / '.git'}", *args],
                cwd=folder,
                env=index,
                check=True,
                capture_output=True,
                text=True,
            )
            return done.stdout.strip()

        git("read-tree", branch)
        git("checkout-index", "-a", "-q", "-u")
        self.edit(folder, edits)
        git("add", "-A")
        made = git("commit-tree", git("write-tree"), "-p", branch, "-m", f"base {self._labels}, apart")
        git("update-ref", f"refs/heads/{branch}", made)
        shutil.rmtree(folder)
        (self.root / "apart-index").unlink()

    def commit_all(self, place: Path, message: str, *, force: bool = False) -> None:
        """Commit everything in a checkout; `force` takes ignored files, too."""
        run(place, "add", "-A")
        if force:
            names = [name + IGNORED for name in NAMES if os.path.lexists(place / (name + IGNORED))]
            if names:
                run(place, "--literal-pathspecs", "add", "-f", "--", *names)
        run(place, "commit", "-q", "--allow-empty", "-m", message)

    def commit_pointer(self, place: Path, *, remove: bool) -> None:
        """Commit another commit of a submodule that nobody has fetched, or take it away."""
        label = self.label()
        if remove:
            run(place, "rm", "-q", "--cached", "--ignore-unmatch", "--", "sub")
            if (place / "sub").is_dir():
                (place / "sub").rmdir()
        else:
            (place / "sub").mkdir(exist_ok=True)
            run(place, "update-index", "--add", "--cacheinfo", f"160000,{label + 2**64:040x},sub")
        run(place, "commit", "-q", "--allow-empty", "-m", f"{BY_HAND} {label}, a submodule")

    def go(self, to: str) -> None:
        """Take the checkout somewhere else, if git lets it."""
        if to == "elsewhere":
            if self.place_of("main") is None and not self._other.exists():
                run(self.repo, "worktree", "add", "-q", str(self._other), "main")
        elif to == "side":
            branch = ("side",) if text(self.repo, "branch", "--list", "side") else ("-b", "side")
            run(self.repo, "checkout", "-q", "--no-overwrite-ignore", *branch, ok=(0, 1))
        elif to == "nowhere":
            run(self.repo, "checkout", "-q", "--no-overwrite-ignore", "--detach", ok=(0, 1))
        elif self.place_of("main") is None:
            run(self.repo, "checkout", "-q", "--no-overwrite-ignore", "main", ok=(0, 1))

    def rewind(self, edits: Sequence[Edit]) -> None:
        """Throw base's last commit away, or make another of it."""
        held = self.place_of("main")
        if text(self.repo, "rev-list", "--count", "--first-parent", "main") < "2":
            return
        if held is None:
            run(self.repo, "update-ref", "refs/heads/main", "main~1")
        elif edits:
            self.edit(held[1], edits)
            run(held[1], "add", "-A")
            run(held[1], "commit", "-q", "--allow-empty", "--amend", "-m", f"amended {self._labels}")
        else:
            run(held[1], "reset", "-q", "--hard", "main~1")
