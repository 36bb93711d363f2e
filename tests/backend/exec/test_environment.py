"""What children inherit: the user's environment, not ours."""

import os
import sys
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.exec import trees
from ampsm_app.backend.exec.detached import open_detached, open_link
from ampsm_app.backend.exec.environment import child_environment, user_environment
from ampsm_app.backend.exec.errors import CannotStart
from ampsm_app.backend.exec.executor import Executor
from tests.backend.exec.family import eventually


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment as the bootloader of a frozen program leaves it."""
    folder = str(tmp_path / "app" / "_internal")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", folder, raising=False)
    return folder


def test_what_the_user_set_reaches_children_and_what_we_set_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR", "2")
    monkeypatch.setenv("QTWEBENGINE_DISABLE_SANDBOX", "1")
    monkeypatch.setenv("AMPSM_OWN_VARIABLES", "QTWEBENGINE_DISABLE_SANDBOX")

    environment = user_environment()

    assert environment["QT_SCALE_FACTOR"] == "2"
    assert "QTWEBENGINE_DISABLE_SANDBOX" not in environment
    assert "AMPSM_OWN_VARIABLES" not in environment


def test_a_frozen_program_gives_the_library_path_back(bundle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", bundle)
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/cuda/lib")
    monkeypatch.setenv("_PYI_ARCHIVE_FILE", "/opt/app/ampsm")

    environment = user_environment()

    assert environment["LD_LIBRARY_PATH"] == "/opt/cuda/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in environment
    assert "_PYI_ARCHIVE_FILE" not in environment


def test_a_frozen_program_drops_what_points_into_its_bundle(
    bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", bundle)
    monkeypatch.setenv("QT_PLUGIN_PATH", f"{bundle}/plugins{os.pathsep}/usr/lib/qt")
    monkeypatch.setenv("EMPTY", "")

    environment = user_environment()

    assert "LD_LIBRARY_PATH" not in environment
    assert environment["QT_PLUGIN_PATH"] == "/usr/lib/qt"
    assert environment["EMPTY"] == ""


def test_what_is_unset_may_be_set_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMP_URL", "https://inherited.example")

    assert "AMP_URL" not in child_environment("m", {}, {"AMP_URL"})
    assert child_environment("m", {"AMP_URL": "x"}, {"AMP_URL"})["AMP_URL"] == "x"


def test_an_orchestrator_inside_another_tree_belongs_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPSM_MARK", "ampsm-outer.3")

    assert Executor().mark.startswith("ampsm-outer.3.ampsm-")


def test_an_editor_is_the_users_own(place: Path, executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMPSM_MARK", executor.mark)
    note = "import os, time; open('note', 'w').write(f'{os.getpid()} {os.getsid(0)}'); time.sleep(60)"

    open_detached((sys.executable, "-c", note), place)

    eventually(lambda: (place / "note").exists() and (place / "note").read_text())
    pid, session = map(int, (place / "note").read_text().split())
    assert session == pid
    assert trees.marked(executor.mark) == []
    os.kill(pid, 9)


def test_an_editor_that_is_missing_is_named(place: Path) -> None:
    with pytest.raises(CannotStart, match="no-such-editor"):
        open_detached(("no-such-editor",), place)


@pytest.fixture
def browser(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that writes its address down; the file that it writes to."""
    program = place / "xdg-open"
    program.write_text('#!/bin/sh\nprintf "%s" "$1" > "$OPENED.part" && mv "$OPENED.part" "$OPENED"\n')
    program.chmod(0o755)
    opened = place / "opened"
    monkeypatch.setenv("OPENED", str(opened))
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    return opened


def test_a_link_opens_in_the_users_browser(browser: Path) -> None:
    open_link("https://example.org/?a=1&b='2'")

    eventually(browser.exists)
    assert browser.read_text() == "https://example.org/?a=1&b='2'"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "--help", "ampsm:x", ""])
def test_what_is_no_link_is_not_opened(browser: Path, url: str) -> None:
    with pytest.raises(InvalidInput):
        open_link(url)
