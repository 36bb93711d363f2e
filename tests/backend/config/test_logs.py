"""The program's log: in the user's log folder, rotated, shared by processes, without secrets."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsm_app.backend.config import paths
from ampsm_app.backend.config.logs import SharedRotatingFile, close_log, open_log
from ampsm_app.backend.config.redaction import Redactor


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    close_log()


def test_the_log_stands_in_the_users_log_folder(private_home: Path) -> None:
    file = open_log("info", Redactor({}))
    logging.getLogger("ampsm_app.backend.x").info("started")
    logging.getLogger("ampsm_app.backend.x").debug("detail")
    assert file == paths.log_dir() / "ampsm.log"
    assert file.is_relative_to(private_home)
    text = file.read_text()
    assert "INFO" in text
    assert "started" in text
    assert "detail" not in text


def test_a_new_level_takes_effect_at_once(tmp_path: Path) -> None:
    open_log("error", Redactor({}), folder=tmp_path)
    file = open_log("debug", Redactor({}), folder=tmp_path)
    assert file is not None
    logging.getLogger("ampsm_app").debug("detail")
    assert file.read_text().count("detail") == 1


def test_no_secret_reaches_the_log(tmp_path: Path) -> None:
    file = open_log("info", Redactor({"API_KEY": "canary-value"}), folder=tmp_path)
    assert file is not None
    try:
        raise ValueError("canary-value in an error")
    except ValueError:
        logging.getLogger("ampsm_app").exception("failed with %s", "canary-value")
    text = file.read_text()
    assert "Traceback" in text
    assert "[redacted] in an error" in text
    assert "canary" not in text


def test_a_folder_that_cannot_be_made_stops_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    assert open_log("info", Redactor({}), folder=tmp_path / "file" / "log") is None
    logging.getLogger("ampsm_app").error("nobody hears this")
    assert capfd.readouterr() == ("", "")


def test_full_files_are_kept_aside_and_the_oldest_go(tmp_path: Path) -> None:
    handler = SharedRotatingFile(tmp_path / "a.log", maxBytes=200, backupCount=2, encoding="utf-8")
    for number in range(40):
        handler.emit(logging.LogRecord("x", logging.INFO, "", 0, f"line number {number:04}", None, None))
    handler.close()
    kept = sorted(path.name for path in tmp_path.glob("a.log*") if not path.name.endswith(".lock"))
    assert kept == ["a.log", "a.log.1", "a.log.2"]
    assert "line number 0039" in (tmp_path / "a.log").read_text()
    assert all(path.stat().st_size <= 200 for path in tmp_path.glob("a.log*"))


WRITER = """
import logging, sys
from ampsm_app.backend.config.logs import SharedRotatingFile
handler = SharedRotatingFile(sys.argv[1], maxBytes=2000, backupCount=50, encoding="utf-8")
for number in range(200):
    handler.emit(logging.LogRecord("x", logging.INFO, "", 0, f"<{sys.argv[2]} {number}>", None, None))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file open elsewhere cannot be renamed there")
def test_processes_that_rotate_at_once_lose_no_line(tmp_path: Path) -> None:
    file = str(tmp_path / "a.log")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, file, name]) for name in ("one", "two")]
    assert [writer.wait() for writer in writers] == [0, 0]
    written = "".join(path.read_text() for path in tmp_path.glob("a.log*"))
    assert all(f"<{name} {number}>" in written for name in ("one", "two") for number in range(200))
