"""What `make check` looks at, each with the inputs that decide its answer."""

import os
from dataclasses import dataclass
from pathlib import Path

from project import FRONTEND, ROOT, digest, venv_bin

_PYTHON = (ROOT / "ampsm_app" / "__init__.py", ROOT / "pyproject.toml", ROOT / "requirements-dev.txt")
_PACKAGE = tuple(ROOT / "ampsm_app" / room for room in ("backend", "cli", "desktop", "demo_agent"))
_SCRIPTS = (ROOT / "build", ROOT / "benchmarks")
_PAGE = tuple(path for path in FRONTEND.iterdir() if path.name not in {"node_modules", "dist"})


@dataclass(frozen=True)
class Check:
    """A command that must succeed; its answer is the same as long as its inputs are (none: ask each time)."""

    name: str
    argv: tuple[str, ...]
    inputs: tuple[Path, ...]
    cwd: Path = ROOT
    fast: bool = True

    def digest(self) -> str:
        """Of the inputs and the command itself."""
        return digest(*self.inputs, extra=" ".join(self.argv))


def _python(name: str, *argv: str, inputs: tuple[Path, ...]) -> Check:
    return Check(name, argv, (*_PYTHON, *inputs))


def _script(name: str, script: str, *argv: str, inputs: tuple[Path, ...]) -> Check:
    return _python(name, venv_bin("python"), str(ROOT / "build" / script), *argv, inputs=inputs)


def _page(name: str, tool: str, *argv: str, fast: bool = True) -> Check:
    suffix = ".cmd" if os.name == "nt" else ""
    program = str(FRONTEND / "node_modules" / ".bin" / f"{tool}{suffix}")
    return Check(name, (program, *argv), _PAGE, FRONTEND, fast)


def all_checks() -> tuple[Check, ...]:
    """The slow ones first, so that the quick ones fill the gaps."""
    tests, docs = ROOT / "tests", ROOT / "docs"
    everything = (*_PACKAGE, *_SCRIPTS, tests)
    return (
        _python("types", venv_bin("mypy"), inputs=everything),
        _page("page-types", "svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings"),
        _page("page-lint", "eslint", ".", "--max-warnings", "0"),
        _page("page-tests", "vitest", "run", fast=False),
        _python("layers", venv_bin("lint-imports"), inputs=_PACKAGE),
        _script(
            "contract", "contract.py", "--check", inputs=(*_PACKAGE, *_SCRIPTS, FRONTEND / "src" / "lib")
        ),
        _script("docs", "docs.py", "--check", inputs=(*_PACKAGE, *_SCRIPTS, docs)),
        _python("lint", venv_bin("ruff"), "check", "--output-format", "concise", ".", inputs=everything),
        _python("format", venv_bin("ruff"), "format", "--check", ".", inputs=everything),
        _script("sizes", "check_sizes.py", inputs=(*everything, FRONTEND / "src")),
        Check("clean", (venv_bin("python"), str(ROOT / "build" / "check_clean.py")), inputs=()),
    )
