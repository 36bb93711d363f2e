"""One window for one data folder, whatever happened to the last one."""

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.desktop.instance import CARD, Instance

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from ampsm_app.desktop.instance import Instance
instance = Instance(Path(sys.argv[1]))
assert instance.claim()
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that does not exist yet."""
    return tmp_path / "data ü"


@pytest.fixture
def calls() -> list[str]:
    """What reached the first window."""
    return []


@pytest.fixture
def first(folder: Path, calls: list[str]) -> Iterator[Instance]:
    """The window that is open."""
    instance = Instance(folder)
    assert instance.claim()
    instance.listen(lambda: calls.append("front"))
    yield instance
    instance.stop_listening()
    instance.release()


def post(folder: Path, path: str, token: str) -> int:
    card = json.loads((folder / CARD).read_text())
    request = urllib.request.Request(
        f"http://127.0.0.1:{card['port']}{path}",
        method="POST",
        headers={"Authorization": f"Bearer {token or card['token']}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_second_start_is_not_the_one_and_calls_the_first(
    first: Instance, folder: Path, calls: list[str]
) -> None:
    assert not Instance(folder).claim()
    assert calls == ["front"]


def test_windows_of_different_data_do_not_know_each_other(first: Instance, tmp_path: Path) -> None:
    other = Instance(tmp_path / "other")

    assert other.claim()
    other.release()


def test_a_second_start_waits_for_one_that_closes(first: Instance, folder: Path, calls: list[str]) -> None:
    first.stop_listening()
    threading.Timer(0.5, first.release).start()
    second = Instance(folder)

    assert second.claim()

    assert calls == []
    second.release()


def test_a_killed_window_is_no_obstacle(folder: Path) -> None:
    argv = [sys.executable, "-c", HOLDER, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AmpsmError, match="does not answer") as caught:
            Instance(folder).claim(patience_s=0.3)
        assert caught.value.code == "window_hangs"
        holder.kill()

    instance = Instance(folder)
    assert instance.claim()
    instance.release()


def test_the_card_of_a_process_that_is_gone_is_not_believed(
    first: Instance, folder: Path, calls: list[str]
) -> None:
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps({**card, "create_time": 1.0}))

    with pytest.raises(AmpsmError, match="does not answer"):
        Instance(folder).claim(patience_s=0.3)
    assert calls == []


@pytest.mark.parametrize("text", ["", "[]", "{}", "\0"])
def test_a_broken_card_is_not_believed(first: Instance, folder: Path, text: str) -> None:
    (folder / CARD).write_text(text)

    with pytest.raises(AmpsmError, match="does not answer"):
        Instance(folder).claim(patience_s=0.1)


def test_only_who_can_read_the_token_is_heard(first: Instance, folder: Path, calls: list[str]) -> None:
    assert (folder / CARD).stat().st_mode & 0o777 == 0o600

    assert post(folder, "/focus", "another token") == 403
    assert post(folder, "/elsewhere", "") == 403
    assert calls == []
    assert post(folder, "/focus", "") == 204
    assert calls == ["front"]
