"""Edits of a folder, by whoever: each line that they write holds a token that is nowhere else.

Needs nothing but Python itself, because the agent of these stories is this file, run as a program.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

TOKEN = re.compile(rb"t\d+x\d+x")
IGNORED = ".ign"
# Few names, some of which differ in case only, or are folders of others: so that the sides meet.
NAMES = (
    *("a.txt", "b.txt", "c.txt", "d/e.txt", "d/f.txt", "d/g/h.txt", "tool.sh", "x.bin", "link"),
    *(
        "new.txt",
        "New.txt",
        "A.txt",
        "D/e.txt",
        "d2/e.txt",
        "d2/new.txt",
        "odd näme\n.txt",
        "d",
        "a.txt~",
        "x.bin~session",
    ),
)
_KEPT = frozenset({".git", ".worktrees", "AGENT_CONTEXT", ".gitignore", ".gitattributes", "sub"})


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a kind: which of the files there are, which of its lines, which of `NAMES`.

    Numbers are taken modulo what there is, so that each edit means something everywhere.
    """

    kind: str
    file: int = 0
    line: int = 0
    name: int = 0


class Editor:
    """Makes edits in one folder; `label` is a number that no other editor has."""

    def __init__(self, folder: Path, label: int) -> None:
        self.folder = folder
        self._label = label
        self._count = 0

    def apply(self, edits: Sequence[Edit]) -> None:
        """Make the edits one after the other."""
        for edit in edits:
            KINDS[edit.kind](self, edit)

    def insert(self, edit: Edit) -> None:
        """A new line."""
        self._change_lines(edit, lambda lines, at: lines.insert(at, self._line(lines)))

    def replace(self, edit: Edit) -> None:
        """Another line in a line's place."""

        def change(lines: list[bytes], at: int) -> None:
            lines[at : at + 1] = [self._line(lines)]

        self._change_lines(edit, change)

    def cut(self, edit: Edit) -> None:
        """A line less."""

        def change(lines: list[bytes], at: int) -> None:
            del lines[at : at + 1]

        self._change_lines(edit, change)

    def end(self, edit: Edit) -> None:
        """Take the newline at the end away, or put it there."""

        def change(lines: list[bytes], _: int) -> None:
            if lines:
                lines[-1] = lines[-1][:-1] if lines[-1].endswith(b"\n") else lines[-1] + b"\n"

        self._change_lines(edit, change)

    def windows(self, edit: Edit) -> None:
        """Other line ends, in the whole file."""

        def change(lines: list[bytes], _: int) -> None:
            old, new = (b"\r\n", b"\n") if lines and lines[0].endswith(b"\r\n") else (b"\n", b"\r\n")
            lines[:] = [line.replace(old, new) for line in lines]

        self._change_lines(edit, change)

    def drop(self, edit: Edit) -> None:
        """A file less."""
        for file in self._chosen(edit):
            self._clear(file)

    def add(self, edit: Edit) -> None:
        """A new file, in the place of whatever has that name."""
        place = self._room(NAMES[edit.name % len(NAMES)])
        place.write_bytes(b"".join(self._line([]) for _ in range(1 + edit.line % 4)))

    def move(self, edit: Edit) -> None:
        """A file gets another name."""
        for file in self._chosen(edit):
            target = self.folder / NAMES[edit.name % len(NAMES)]
            if target == file or file.is_relative_to(target) or target.is_relative_to(file):
                continue
            content, link, mode = _content(file), file.is_symlink(), file.lstat().st_mode
            self._clear(file)
            target = self._room(NAMES[edit.name % len(NAMES)])
            if link:
                target.symlink_to(os.fsdecode(content))
            else:
                target.write_bytes(content)
                target.chmod(mode & 0o777)

    def mode(self, edit: Edit) -> None:
        """Executable or not."""
        for file in self._chosen(edit):
            if not file.is_symlink():
                file.chmod(0o644 if file.stat().st_mode & 0o100 else 0o755)

    def binary(self, edit: Edit) -> None:
        """A file becomes a binary one."""
        for file in self._chosen(edit):
            self._clear(file)
            self._room(file.relative_to(self.folder).as_posix()).write_bytes(b"\0" + self._line([]))

    def link(self, edit: Edit) -> None:
        """A file becomes a link."""
        for file in self._chosen(edit):
            self._clear(file)
            target = self._line([]).split()[0].decode()
            self._room(file.relative_to(self.folder).as_posix()).symlink_to(target)

    def ignored(self, edit: Edit) -> None:
        """A file that git is told to ignore; no commit takes it."""
        name = NAMES[edit.name % len(NAMES)] + IGNORED
        if not (self.folder / name).parent.is_file():
            self._room(name).write_bytes(self._line([]))

    def _change_lines(self, edit: Edit, change: Callable[[list[bytes], int], None]) -> None:
        for file in self._chosen(edit):
            if file.is_symlink():
                self.link(edit)
                continue
            content = file.read_bytes()
            if b"\0" in content:
                self.binary(edit)
                continue
            lines = content.splitlines(keepends=True)
            change(lines, edit.line % (len(lines) + 1))
            for at, line in enumerate(lines[:-1]):
                if not line.endswith(b"\n"):
                    lines[at] = line + b"\n"
            file.write_bytes(b"".join(lines))

    def _chosen(self, edit: Edit) -> list[Path]:
        files = sorted(files_of(self.folder))
        return [self.folder / files[edit.file % len(files)]] if files else []

    def _room(self, name: str) -> Path:
        """The place for a file; what is in the way goes."""
        place = self.folder / name
        for above in reversed(place.relative_to(self.folder).parents[:-1]):
            if (self.folder / above).is_symlink() or (self.folder / above).is_file():
                (self.folder / above).unlink()
        self._clear(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def _clear(self, place: Path) -> None:
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        elif os.path.lexists(place):
            place.unlink()
        above = place.parent
        while above != self.folder and above.is_dir() and not any(above.iterdir()):
            above.rmdir()
            above = above.parent

    def _line(self, lines: Sequence[bytes]) -> bytes:
        self._count += 1
        end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
        return b"t%dx%dx is a line" % (self._label, self._count) + end


KINDS = MappingProxyType(
    {
        name: getattr(Editor, name)
        for name in (
            *("insert", "replace", "cut", "end", "windows", "drop", "add", "move"),
            *("mode", "binary", "link", "ignored"),
        )
    }
)


def files_of(folder: Path) -> Iterator[str]:
    """The files of a checkout that belong to nobody but the user."""
    for at, folders, names in os.walk(folder):
        inside = Path(at).relative_to(folder)
        if inside == Path():
            folders[:] = [each for each in folders if each not in _KEPT]
        links = [each for each in folders if (Path(at) / each).is_symlink()]
        for name in (*names, *links):
            path = (inside / name).as_posix()
            if path not in _KEPT and not name.endswith(IGNORED):
                yield path


def _content(file: Path) -> bytes:
    return os.fsencode(file.readlink()) if file.is_symlink() else file.read_bytes()


def main() -> None:
    """Apply the edits of a plan (`label` and `edits` as JSON) to the folder one stands in."""
    plan = json.loads(Path(sys.argv[1]).read_bytes())
    Editor(Path.cwd(), plan["label"]).apply([Edit(*each) for each in plan["edits"]])


if __name__ == "__main__":
    main()
