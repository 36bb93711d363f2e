"""Throw-away repositories, for the demo, the self-test and trying out an agent."""

from collections.abc import Mapping
from pathlib import Path

from ampsm_app.backend.services.resources import Resources

_WHO = ("-c", "user.name=Scratch", "-c", "user.email=scratch@localhost", "-c", "commit.gpgsign=false")


def make_repository(resources: Resources, folder: Path, files: Mapping[str, str]) -> Path:
    """A new repository in `folder` with `files` committed on `main`, and somebody to commit as."""
    folder.mkdir(parents=True)
    git = resources.git(folder)
    git.write("init", "-q", "-b", "main")
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    git.write("add", "-A")
    git.write(*_WHO, "commit", "-q", "--no-verify", "-m", "Start")
    if git.attempt("var", "GIT_COMMITTER_IDENT").exit_code != 0:
        git.write("config", "user.name", "Scratch")
        git.write("config", "user.email", "scratch@localhost")
    return folder
