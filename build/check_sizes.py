"""No file grows past its ceiling: 300 lines of source, 150 of a Svelte component (blank ones not counted).

Tests are told as stories, one file a subject, and may have 500.
"""

import subprocess
import sys
from pathlib import Path

from project import ROOT

CEILINGS = {".py": 300, ".ts": 300, ".js": 300, ".css": 300, ".svelte": 150}
TESTS = 500
GENERATED = "/generated/"


def main() -> int:
    """1 where a file is too long; each is named with its length."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    names = [name for name in listed.stdout.decode().split("\0") if name and GENERATED not in name]
    long = [(name, lines) for name in sorted(set(names)) if (lines := _excess(name))]
    for name, lines in long:
        sys.stderr.write(f"{name}: {lines} lines, the ceiling is {_ceiling(Path(name))}: split it\n")
    return bool(long)


def _excess(name: str) -> int:
    """The number of lines where it is past the ceiling, else 0."""
    path = ROOT / name
    ceiling = _ceiling(Path(name))
    if ceiling is None or not path.is_file():
        return 0
    lines = path.read_text("utf-8").splitlines()
    count = sum(1 for line in lines if line.strip()) if path.suffix == ".svelte" else len(lines)
    return count if count > ceiling else 0


def _ceiling(path: Path) -> int | None:
    """The most lines that a file may have; None where it may have any number."""
    return TESTS if path.parts[0] == "tests" and path.suffix == ".py" else CEILINGS.get(path.suffix)


if __name__ == "__main__":
    sys.exit(main())
