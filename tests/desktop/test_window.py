"""The window itself, on a real display: what its page may do, how it closes, what it remembers."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.conftest import Opened, OpenWindow, listening, processes_of
from tests.desktop.screen import Page, Screen, eventually, page_of


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of the window's state."""
    folder = tmp_path / "state ü"
    folder.mkdir()
    return folder


def remembered(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / "memory.json").read_text())
    return values


def sent_to_the_browser(folder: Path) -> list[str]:
    links = folder / "links"
    return links.read_text().splitlines() if links.exists() else []


def close(opened: Opened) -> int:
    opened.screen.activate(opened.shown())
    opened.screen.press("alt+F4")
    return opened.ended()


def test_it_opens_on_its_page_and_leaves_nothing_when_closed(open_window: OpenWindow, state: Path) -> None:
    opened = open_window(state)
    with page_of(opened.port) as page:
        assert page.evaluate("document.querySelector('h1').textContent") == "Hello"
        assert page.evaluate("[innerWidth, innerHeight]") == [1280, 800]

    assert close(opened) == 0

    assert processes_of(state) == []
    out, err = opened.process.communicate()
    assert out == ""
    # Remote debugging, which only these tests switch on, says where it listens.
    assert [line for line in err.splitlines() if line and "DevTools" not in line] == []


def test_text_is_selected_copied_and_pasted(page: Page, screen: Screen) -> None:
    assert page.evaluate("getComputedStyle(document.body).userSelect") != "none"
    screen.click(500, 500)

    page.evaluate("navigator.clipboard.writeText('Überraschung')")

    assert page.evaluate("navigator.clipboard.readText()") == "Überraschung"


def test_the_menu_of_the_right_button_copies(page: Page, screen: Screen) -> None:
    page.evaluate("getSelection().selectAllChildren(document.getElementById('text'))")
    x, y = page.evaluate(
        "(box => [screenX + box.x + 20, screenY + outerHeight - innerHeight + box.y + box.height / 2])"
        "(document.getElementById('text').getBoundingClientRect())"
    )
    before = len(screen.popups())

    screen.click(round(x), round(y), button=3)
    eventually(lambda: len(screen.popups()) > before)
    screen.press("Down")
    screen.press("Return")

    eventually(lambda: page.evaluate("navigator.clipboard.readText()") == "Some text to select")


def test_links_that_lead_out_open_in_the_browser(page: Page, tmp_path: Path) -> None:
    here = page.evaluate("location.href")

    page.evaluate("document.getElementById('out').click()")
    page.evaluate("document.getElementById('new').click()")
    page.evaluate("void window.open('https://outside.example/opened')")
    page.evaluate("void (location.href = 'https://outside.example/moved')")

    expected = [f"https://outside.example/{name}" for name in ("page", "new", "opened", "moved")]
    eventually(lambda: sorted(sent_to_the_browser(tmp_path / "state")) == sorted(expected))
    assert page.evaluate("location.href") == here


def test_a_download_asks_where_and_is_saved(page: Page, screen: Screen, private_home: Path) -> None:
    (private_home / "Downloads").mkdir()

    page.evaluate("document.getElementById('file').click()")
    eventually(lambda: screen.windows("^Save$"))
    screen.press("Return")

    saved = private_home / "Downloads" / "notes.txt"
    eventually(lambda: saved.exists() and saved.read_bytes() == b"contents")


def test_the_folder_dialog_gives_the_folder_that_was_chosen(
    page: Page, screen: Screen, tmp_path: Path
) -> None:
    folder = tmp_path / "repositories"
    (folder / "chosen").mkdir(parents=True)

    page.evaluate(
        f"void fetch('/pick?start={folder}').then(answer => answer.json()).then(path => {{ picked = path }})"
    )
    eventually(lambda: screen.windows("^Open folder$"))
    screen.type("chosen")
    screen.press("Return")

    assert eventually(lambda: page.evaluate("typeof picked !== 'undefined' && picked")) == str(
        folder / "chosen"
    )


def test_a_folder_dialog_that_is_closed_chose_nothing(page: Page, screen: Screen) -> None:
    page.evaluate("void fetch('/pick').then(answer => answer.json()).then(path => { picked = path })")
    eventually(lambda: screen.windows("^Open folder$"))
    screen.press("Escape")

    eventually(lambda: page.evaluate("typeof picked !== 'undefined'"))
    assert page.evaluate("picked") is None


def test_zoom_has_keys_and_is_remembered(open_window: OpenWindow, screen: Screen, state: Path) -> None:
    opened = open_window(state)
    with page_of(opened.port) as page:
        screen.activate(opened.shown())
        screen.press("ctrl+plus")
        screen.press("ctrl+equal")
        eventually(lambda: round(page.evaluate("devicePixelRatio"), 2) == 1.21)
        screen.press("ctrl+minus")
        eventually(lambda: round(page.evaluate("devicePixelRatio"), 2) == 1.1)
    assert close(opened) == 0

    again = open_window(state)
    with page_of(again.port) as page:
        eventually(lambda: round(page.evaluate("devicePixelRatio"), 2) == 1.1)
        screen.activate(again.shown())
        screen.press("ctrl+0")
        eventually(lambda: page.evaluate("devicePixelRatio") == 1)


def test_its_size_is_remembered_and_kept_on_the_screen(
    open_window: OpenWindow, screen: Screen, state: Path
) -> None:
    far_out = {"x": 5000, "y": 4000, "width": 900, "height": 700, "maximized": False}
    (state / "memory.json").write_text(json.dumps({"window.placement": far_out}))
    opened = open_window(state)
    with page_of(opened.port) as page:
        assert page.evaluate("[innerWidth, innerHeight]") == [900, 700]
    screen.resize(opened.shown(), 1000, 640)

    assert close(opened) == 0

    placement = remembered(state)["window.placement"]
    assert (placement["width"], placement["height"]) == (1000, 640)
    assert 0 <= placement["x"] <= 1600 - 900
    assert 0 <= placement["y"] <= 1000 - 700


def test_a_maximised_window_opens_maximised_and_knows_its_other_size(
    open_window: OpenWindow, state: Path
) -> None:
    saved = {"x": 100, "y": 100, "width": 900, "height": 700, "maximized": True}
    (state / "memory.json").write_text(json.dumps({"window.placement": saved}))
    opened = open_window(state)
    with page_of(opened.port) as page:
        eventually(lambda: page.evaluate("innerWidth") == 1600)

    assert close(opened) == 0

    placement = remembered(state)["window.placement"]
    assert (placement["maximized"], placement["width"], placement["height"]) == (True, 900, 700)


def test_closing_asks_while_agents_work(open_window: OpenWindow, screen: Screen, state: Path) -> None:
    (state / "working").write_text("2")
    opened = open_window(state)
    window = opened.shown()
    screen.activate(window)

    screen.press("alt+F4")
    eventually(lambda: screen.front() in {*screen.dialogs()} - {window})
    screen.press("Return")  # the safe answer is the one that Enter gives
    eventually(lambda: screen.dialogs() == [window])
    assert opened.process.poll() is None

    screen.activate(window)
    screen.press("alt+F4")
    eventually(lambda: screen.front() in {*screen.dialogs()} - {window})
    screen.press("Tab")
    screen.press("space")
    assert opened.ended() == 0


def test_a_request_to_end_is_heeded_without_a_question(open_window: OpenWindow, state: Path) -> None:
    (state / "working").write_text("1")
    opened = open_window(state)
    opened.shown()

    opened.process.send_signal(signal.SIGTERM)

    assert opened.ended() == 0
    assert not listening(state)


def test_a_second_start_brings_the_first_to_the_front(
    open_window: OpenWindow, screen: Screen, state: Path, tmp_path: Path
) -> None:
    first = open_window(state)
    window = first.shown()
    other = open_window(tmp_path / "another").shown()
    screen.activate(other)

    assert open_window(state).ended() == 0

    eventually(lambda: screen.front() == window)


def test_a_window_that_was_put_away_comes_back_and_stays_maximised(
    open_window: OpenWindow, screen: Screen, state: Path
) -> None:
    saved = {"x": 100, "y": 100, "width": 900, "height": 700, "maximized": True}
    (state / "memory.json").write_text(json.dumps({"window.placement": saved}))
    first = open_window(state)
    window = first.shown()
    screen.minimize(window)
    eventually(lambda: window not in screen.windows("Amp Session"))

    assert open_window(state).ended() == 0

    eventually(lambda: screen.front() == window)
    with page_of(first.port) as page:
        eventually(lambda: page.evaluate("innerWidth") == 1600)


def test_after_a_killed_window_the_next_start_opens_one(open_window: OpenWindow, state: Path) -> None:
    killed = open_window(state)
    killed.shown()
    killed.process.kill()
    killed.process.wait()
    assert listening(state)

    again = open_window(state)

    assert again.shown()
    assert close(again) == 0
