"""Throw-away folders: gone after their block, and found after a kill, with those of the living left alone."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ampsm_app.backend.exec.temporary import left_behind, temporary_folder

ROOT = Path(__file__).parents[3]
KILLED = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from ampsm_app.backend.exec.temporary import temporary_folder
with temporary_folder("backup") as folder:
    (folder / "copy").write_text("the user's bytes")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_folder_is_private_and_gone_after_its_block(place: Path) -> None:
    with temporary_folder("index") as folder:
        (folder / "index").write_text("x")
        assert folder.parent == place
        if os.name == "posix":
            assert folder.stat().st_mode & 0o077 == 0
        assert left_behind() == []
    assert list(place.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_what_a_killed_process_left_is_found(place: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(place)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert left_behind(place) == []
        process.send_signal(signal.SIGKILL)
        process.wait()

    assert left_behind(place) == [folder]
    assert (folder / "copy").exists()


def test_nothing_else_is_taken_for_ours(place: Path) -> None:
    (place / "ampsm-notes").mkdir()
    (place / "ampsm-backup-1_2_3-x").mkdir()
    with temporary_folder("tree") as folder:
        dead = folder.name.replace(f"-{os.getpid()}_", "-999999999_")
    (place / dead.replace("tree", "file")).write_text("a file")
    (place / "target").mkdir()
    (place / dead.replace("tree", "link")).symlink_to(place / "target")
    (place / dead).mkdir()

    assert left_behind() == [place / dead]
