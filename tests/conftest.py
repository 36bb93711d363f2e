"""What every test may use. Nothing here touches the user's own settings, repositories or identity."""

import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test: settings, database, git identity and agents come from here only."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Tester\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n'
    )
    for name in list(os.environ):
        if name.startswith(("AMP_", "AMPSM_", "GIT_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return home


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit on `main`, in a folder whose name needs quoting."""
    return make_repo(tmp_path / "a repo ü")


def make_repo(path: Path, files: dict[str, str] | None = None) -> Path:
    """Make a repository at `path` with `files` (a README by default) committed on `main`."""
    path.mkdir(parents=True)
    git(path, "init", "-q", "-b", "main")
    for name, text in (files or {"README.md": "hello\n"}).items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    git(path, "add", "-A")
    git(path, "commit", "-q", "-m", "first")
    return path


def git(cwd: Path, *args: str) -> str:
    """Plain git, as the user would run it; its output without the final newline."""
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")
