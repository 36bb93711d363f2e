"""Every dependency is locked by hash, and its reason is written down."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def configuration() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def runtime() -> set[str]:
    """Names of what the program needs."""
    return {name(line) for line in configuration()["project"]["dependencies"]}


def development() -> set[str]:
    """Names of what development needs besides."""
    groups = configuration()["dependency-groups"]
    return {name(line) for lines in groups.values() for line in lines if isinstance(line, str)}


def name(requirement: str) -> str:
    """The package that a requirement names, as locks spell it."""
    return re.split(r"[\[<>=;! ]", requirement)[0].replace(".", "-").lower()


def locked(lock: str) -> dict[str, str]:
    """Packages of a lock with everything the lock says of them."""
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return {name(line): line for line in text.splitlines() if line and not line.startswith("#")}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_exact_versions_and_hashes_and_no_address(lock: str) -> None:
    for line in locked(lock).values():
        assert re.match(r"[a-z0-9-]+==\S+ ", line), line
        assert "--hash=sha256:" in line, line
        assert "://" not in line, line


def test_locks_hold_what_is_asked_for_and_agree() -> None:
    runs, develops = (locked(lock) for lock in LOCKS)
    assert runtime() <= runs.keys()
    assert runtime() | development() <= develops.keys()
    assert {name: develops[name] for name in runs} == runs


def test_every_dependency_has_its_reason() -> None:
    rows = [
        line for line in (ROOT / "docs" / "dependencies.md").read_text("utf-8").splitlines() if "|" in line
    ]
    named = {name(word) for row in rows for word in re.findall(r"[a-z0-9.-]+", row.split("|")[1])}
    assert runtime() | development() <= named
