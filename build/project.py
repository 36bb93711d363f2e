"""What the scripts of this folder share: where things are, how to run a step, when one can be skipped."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "ampsm_app" / "frontend"
DIST = FRONTEND / "dist"
VENV = ROOT / ".venv"
WORK = ROOT / ".work"

_NOT_SOURCES = {"node_modules", "__pycache__", "dist"}


def venv_bin(name: str) -> str:
    """A program of the project's environment."""
    folder, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    return str(VENV / folder / f"{name}{suffix}")


def found(name: str) -> str:
    """A program of the machine; ends with a word about what to install where there is none."""
    path = shutil.which(name)
    if path is None:
        sys.exit(f"{name} is not installed: Node.js 20 or newer brings node and npm (see CONTRIBUTING.md)")
    return path


def run(*argv: str, cwd: Path = ROOT) -> None:
    """Run one step in the open; a step that fails ends the script with its status."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    status = subprocess.run(argv, cwd=cwd, env=env, check=False).returncode
    if status:
        sys.exit(status if status > 0 else 1)


def say(text: str) -> None:
    """Tell what takes a while."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def digest(*inputs: Path, extra: str = "") -> str:
    """A digest of the names and contents of files and folders: equal inputs, equal digest."""
    summed = hashlib.sha256(extra.encode())
    for path in sorted(set(_files(inputs))):
        summed.update(f"\0{path.relative_to(ROOT).as_posix()}\0".encode())
        summed.update(path.read_bytes())
    return summed.hexdigest()


def _files(inputs: Iterable[Path]) -> Iterator[Path]:
    for path in inputs:
        if path.is_file():
            yield path
        elif path.is_dir():
            for folder, below, names in os.walk(path):
                below[:] = [name for name in below if name not in _NOT_SOURCES]
                yield from (Path(folder, name) for name in names if not name.endswith(".pyc"))


class Stamp:
    """Remembers that a step was done for these inputs, so that it can be skipped until they change."""

    def __init__(self, name: str, inputs: str, folder: Path = WORK / "stamps") -> None:
        self._file, self._inputs = folder / name, inputs

    def is_fresh(self) -> bool:
        """Whether the step was done for the same inputs."""
        return self._file.is_file() and self._file.read_text("utf-8") == self._inputs

    def set(self) -> None:
        """The step is done."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(self._inputs, "utf-8")

    def clear(self) -> None:
        """The step must be done again."""
        self._file.unlink(missing_ok=True)
