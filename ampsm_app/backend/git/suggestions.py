"""The check script that a repository seems to have, read from a commit and never run."""

import json
import re
from collections.abc import Mapping
from typing import Any

from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.runner import Git, nul_list

_MANIFESTS = ("package.json", "pyproject.toml", "Cargo.toml", "go.mod", "Makefile")
_NODE_RUNNERS = (
    ("pnpm-lock.yaml", "pnpm test"),
    ("yarn.lock", "yarn test"),
    ("bun.lockb", "bun run test"),
    ("bun.lock", "bun run test"),
)
_PYTHON_RUNNERS = (("uv.lock", "uv run "), ("poetry.lock", "poetry run "), ("pdm.lock", "pdm run "))
_PYTEST_FILES = frozenset({"pytest.ini", "conftest.py", "tox.ini"})
_TARGET = re.compile(r"^(test|check)\s*:(?!=)", re.MULTILINE)


def suggest_script(git: Git, commit: str) -> str | None:
    """A command that likely runs the repository's tests; None where nothing hints at one."""
    names = frozenset(nul_list(git.read("ls-tree", "-z", "--name-only", commit)))
    present = [name for name in _MANIFESTS if name in names]
    raws = read_objects(git, [f"{commit}:{name}" for name in present])
    contents = {
        name: (raw or b"").decode("utf-8", "replace") for name, raw in zip(present, raws, strict=True)
    }
    return _script_for(names, contents)


def _script_for(names: frozenset[str], contents: Mapping[str, str]) -> str | None:
    found = (
        _node(names, contents.get("package.json")),
        _python(names, contents.get("pyproject.toml")),
        "cargo test" if "Cargo.toml" in names else None,
        "go test ./..." if "go.mod" in names else None,
        _make(contents.get("Makefile")),
    )
    return next((script for script in found if script), None)


def _node(names: frozenset[str], text: str | None) -> str | None:
    scripts = _parsed_json(text).get("scripts")
    test = scripts.get("test") if isinstance(scripts, dict) else None
    # What `npm init` writes fails on purpose.
    if not isinstance(test, str) or not test.strip() or "no test specified" in test:
        return None
    return next((runner for lock, runner in _NODE_RUNNERS if lock in names), "npm test")


def _python(names: frozenset[str], text: str | None) -> str | None:
    if text is None and not names & {"setup.py", "setup.cfg", "requirements.txt"}:
        return None
    prefix = next((runner for lock, runner in _PYTHON_RUNNERS if lock in names), "")
    if names & _PYTEST_FILES or "pytest" in (text or ""):
        return f"{prefix}python -m pytest -q"
    return f"{prefix}python -m unittest" if names & {"tests", "test"} else None


def _make(text: str | None) -> str | None:
    targets = set(_TARGET.findall(text or ""))
    return next((f"make {name}" for name in ("test", "check") if name in targets), None)


def _parsed_json(text: str | None) -> dict[str, Any]:
    try:
        parsed = json.loads(text or "{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
