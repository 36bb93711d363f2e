"""What must be there before a window can open, and the words for what is not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ampsm_app.desktop.surroundings import NoWindow, prepare
from tests.desktop.screen import Screen

BARE_WINDOW = Path(__file__).with_name("bare_window.py")
ROOT = Path(__file__).parents[2]


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    return subprocess.run(
        [sys.executable, str(BARE_WINDOW), str(folder)],
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_display_it_says_so_and_names_the_way_out() -> None:
    with pytest.raises(NoWindow, match="no display") as caught:
        prepare({}, "linux")

    assert caught.value.code == "no_window"
    assert "amp-sessions serve" in (caught.value.hint or "")


def test_a_display_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    done = start(tmp_path, DISPLAY=":9876")

    assert done.returncode == 1
    assert "error: Qt cannot open a window" in done.stderr
    assert "amp-sessions serve" in done.stderr


def test_without_a_web_view_it_says_what_to_install(tmp_path: Path, screen: Screen) -> None:
    for name in ("PySide6", "PyQt6", "PyQt5", "gi"):
        missing = tmp_path / "missing" / name
        missing.mkdir(parents=True)
        (missing / "__init__.py").write_text("raise ImportError('not on this machine')")

    done = start(tmp_path, DISPLAY=screen.name, PYTHONPATH=f"{tmp_path / 'missing'}{os.pathsep}{ROOT}")

    assert done.returncode == 1
    assert "error: No web view can be loaded" in done.stderr
    assert "pip install 'pywebview[pyside6]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sandbox_is_off_for_root_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    ordinary = {"DISPLAY": ":0"}
    prepare(ordinary, "linux")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    root = {"DISPLAY": ":0"}
    prepare(root, "linux")

    assert "QTWEBENGINE_DISABLE_SANDBOX" not in ordinary
    assert root["QTWEBENGINE_DISABLE_SANDBOX"] == "1"


def test_what_is_set_for_the_window_is_kept_from_children_and_what_the_user_set_is_not() -> None:
    environment = {"WAYLAND_DISPLAY": "wayland-0", "QT_API": "pyqt6"}

    prepare(environment, "linux")

    own = environment["AMPSM_OWN_VARIABLES"].split(os.pathsep)
    assert "QTWEBENGINE_DISABLE_SANDBOX" in own
    assert "QT_API" not in own
    assert environment["QT_API"] == "pyqt6"


def test_other_systems_need_nothing() -> None:
    environment: dict[str, str] = {}

    prepare(environment, "darwin")

    assert environment == {}
