"""Changes of a size that few people make: large files, many files, and `git diff` of them in a bare page."""

import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from werkzeug.serving import make_server

from ampsm_app.backend.core import open_core
from ampsm_app.backend.domain.requests import NewSession

_LINES = 100_000
_FILES = 5_000


@dataclass(frozen=True, slots=True)
class Case:
    """A change, and how it is opened: what the list calls it, what `git diff` is asked for."""

    title: str
    name: str
    git: tuple[str, ...]


CASES = (
    Case("100,000 lines, 200 hunks", "few.py", ("diff", "main", "--", "few.py")),
    Case("100,000 lines, 10,000 hunks", "many.py", ("diff", "main", "--", "many.py")),
)
LIST = Case("5,000 files", "", ("diff", "--numstat", "main"))


def repository(home: Path) -> Path:
    """A repository whose files are as they were before."""
    repo = home / "repository"
    repo.mkdir()
    _write(repo, before=True)
    for args in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *args], cwd=repo, check=True)
    return repo


def _write(folder: Path, *, before: bool) -> None:
    (folder / "few.py").write_text(_source(200, before=before))
    (folder / "many.py").write_text(_source(10_000, before=before))
    (folder / "small.py").write_text(f"state = {'old' if before else 'new'!r}\n")
    for number in range(_FILES if before else 0):
        path = folder / f"package_{number // 50}" / f"module_{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"value = {number}\n")


def _source(hunks: int, *, before: bool) -> str:
    """Half of `_LINES` in changed blocks, with unchanged lines between them."""
    block = _LINES // 2 // hunks
    word = "old_result" if before else "new_result"
    lines: list[str] = []
    for hunk in range(hunks):
        lines += [f"def function_{hunk}_{row}(argument): return {row}\n" for row in range(12)]
        lines += [f"    {word}[{row}] = compute({hunk}, 'text {row}', {row}.5)\n" for row in range(block)]
    return "".join(lines)


def sessions(repo: Path) -> tuple[tuple[str, str], tuple[str, str]]:
    """Ids and worktrees of two sessions with changes: large files, many files."""
    core = open_core()
    try:
        made = [core.sessions.create(NewSession(repo=str(repo), prompt=name)) for name in ("Large", "Wide")]
    finally:
        core.close()
    large, wide = (Path(each.worktree_path) for each in made)
    _write(large, before=False)
    for number, path in enumerate(sorted(wide.glob("package_*/*.py"))):
        path.write_text(f"value = {number}\nchanged = True\n")
    return (made[0].id, str(large)), (made[1].id, str(wide))


@contextmanager
def bare_server(large: Path, wide: Path) -> Iterator[str]:
    """Pages that show what `git diff` prints."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        name = unquote(environ["PATH_INFO"]).lstrip("/")
        if name == "":
            start("200 OK", [("Content-Type", "text/html")])
            return [b"<body><pre></pre>"]
        case = next((each for each in CASES if each.name == name), LIST)
        cwd = wide if case is LIST else large
        printed = subprocess.run(["git", *case.git], cwd=cwd, capture_output=True, check=True)
        start("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
        return [printed.stdout]

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
