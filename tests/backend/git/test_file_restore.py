"""Single files are taken from a backup as they were on disk; everything else stays."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.git import backup_format, backups
from ampsm_app.backend.git.excludes import CONTEXT_DIR
from ampsm_app.backend.git.file_restore import files_then, restore_files
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git
from tests.conftest import git


@pytest.fixture
def worktree(session_git: Git) -> Path:
    """A worktree with files of every kind, committed."""
    place = session_git.cwd
    (place / "run.sh").write_text("#!/bin/sh\n")
    (place / "run.sh").chmod(0o755)
    (place / "link").symlink_to("README.md")
    (place / "gone").write_text("gone\n")
    (place / "folder").mkdir()
    (place / "folder" / "file").write_text("inside\n")
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "files")
    return place


def taken(session_git: Git) -> backup_format.Backup:
    point = backups.take(session_git, session_id="s1", operation="x", context_dir=CONTEXT_DIR, limit=1000)
    return backup_format.load(session_git, point.ref)


def take_back(session_git: Git, backup: backup_format.Backup, *paths: str) -> None:
    restore_files(session_git, backup, files_then(session_git, backup, paths), context_dir=CONTEXT_DIR)


def test_changed_untracked_deleted_and_unchanged_ones(session_git: Git, worktree: Path) -> None:
    (worktree / "README.md").write_bytes(b"mine\r\n")
    (worktree / "new").write_text("new\n")
    (worktree / "new").chmod(0o640)
    (worktree / "gone").unlink()
    backup = taken(session_git)
    (worktree / "README.md").write_text("later\n")
    (worktree / "new").unlink()
    (worktree / "gone").write_text("back again\n")
    (worktree / "run.sh").unlink()
    (worktree / "link").unlink()
    (worktree / "later").write_text("later\n")
    index = git(worktree, "ls-files", "-s")

    take_back(session_git, backup, "README.md", "new", "gone", "run.sh", "link")

    assert (worktree / "README.md").read_bytes() == b"mine\r\n"
    assert (worktree / "new").stat().st_mode & 0o777 == 0o640
    assert not (worktree / "gone").exists()
    assert (worktree / "run.sh").stat().st_mode & 0o111
    assert (worktree / "link").readlink() == Path("README.md")
    assert (worktree / "later").read_text() == "later\n"
    assert git(worktree, "ls-files", "-s") == index


def test_an_ignored_folder_in_the_way_is_set_aside(
    repository: Repository, session_git: Git, worktree: Path
) -> None:
    (worktree / "new").write_text("new\n")
    backup = taken(session_git)
    (worktree / "new").unlink()
    (worktree / ".gitignore").write_text("new/\n")
    (worktree / "new").mkdir()
    (worktree / "new" / "cache").write_text("exists nowhere else\n")

    take_back(session_git, backup, "new")

    assert (worktree / "new").read_text() == "new\n"
    (aside,) = (repository.common_dir / "ampsm" / "trash").iterdir()
    assert (aside / "new" / "cache").read_text() == "exists nowhere else\n"


@pytest.mark.parametrize("path", ["never", "large", "folder", "../outside", ""])
def test_what_a_backup_does_not_hold_is_said_before_anything_changes(
    session_git: Git, worktree: Path, path: str
) -> None:
    (worktree / "large").write_bytes(b"x" * 2000)
    backup = taken(session_git)
    with pytest.raises(NotFound) as refused:
        files_then(session_git, backup, ["README.md", path])
    assert refused.value.code == "not_in_backup"
