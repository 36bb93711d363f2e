"""Everything without a mouse, and the page as each user wants it to look."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.desk import Desk
from tests.support.world import World


def test_a_session_is_found_opened_and_made_by_keys_alone(
    world: World, open_desk: Callable[[], Desk]
) -> None:
    for name in ("Alpha", "Beta", "Gamma"):
        world.new("Say hello", name=name)
    desk = open_desk()
    page, press = desk.page, desk.page.keyboard.press

    for key, row in (("j", 0), ("j", 1), ("k", 0)):
        press(key)
        expect(page.locator("[data-session]").nth(row)).to_be_focused()
    press("Enter")
    expect(page.get_by_role("region", name="Session Gamma")).to_be_visible()
    press("2")
    expect(page.get_by_role("tab", name="Git")).to_have_attribute("aria-selected", "true")
    press("g")
    press("s")
    expect(page.get_by_role("tab", name="Overview")).to_have_attribute("aria-selected", "true")

    press("/")
    expect(page.get_by_role("textbox", name="Search")).to_be_focused()
    page.keyboard.type("bet")
    expect(desk.list.get_by_role("listitem")).to_have_count(1)
    expect(desk.row("Beta")).to_be_visible()
    press("Control+a")
    press("Delete")
    press("Escape")

    page.locator("body").click(position={"x": 400, "y": 20})
    press("n")
    dialog = page.get_by_role("dialog", name="New session")
    expect(dialog).to_be_visible()
    desk.fill("Repository", str(desk.repo), dialog)
    dialog.get_by_label("Prompt", exact=True).focus()
    page.keyboard.type("Say typed by hand")
    expect(dialog.get_by_role("button", name="Create and start")).to_be_enabled()
    press("Control+Enter")
    expect(dialog).to_have_count(0)
    desk.expect_status("Say typed by hand", "idle")


def test_the_list_of_keys_and_the_palette_know_every_action(
    world: World, open_desk: Callable[[], Desk]
) -> None:
    world.done("Create the file notes.txt.", name="Alpha")
    desk = open_desk()
    desk.page.keyboard.press("?")
    keys = desk.page.get_by_role("dialog", name="Keys")
    for action in ("New session", "Go to Sessions", "Filter sessions"):
        expect(keys).to_contain_text(action)
    desk.page.keyboard.press("Escape")
    expect(keys).to_have_count(0)

    desk.palette("Alpha")
    expect(desk.page.get_by_role("region", name="Session Alpha")).to_be_visible()
    desk.palette("Show the logs")
    expect(desk.page.get_by_role("tab", name="Logs")).to_have_attribute("aria-selected", "true")
    desk.palette("notes.txt")
    expect(desk.page.get_by_role("region", name="Diff")).to_contain_text("notes.txt")


def test_a_dialog_keeps_the_focus_and_gives_it_back(desk: Desk) -> None:
    button = desk.page.get_by_role("button", name="New session", exact=True)
    button.focus()
    desk.page.keyboard.press("Enter")
    dialog = desk.page.get_by_role("dialog", name="New session")
    expect(dialog).to_be_visible()
    for _ in range(25):
        desk.page.keyboard.press("Tab")
        assert dialog.evaluate("element => element.contains(document.activeElement)")
    desk.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


def test_a_theme_stays_chosen(desk: Desk) -> None:
    for theme in ("light", "contrast", "dark", "light"):
        desk.theme(theme)
    desk.page.reload()
    expect(desk.page.locator("html")).to_have_attribute("data-theme", "light")


def test_the_mode_is_switched_by_its_chip(desk: Desk, tmp_path: Path) -> None:
    chip = desk.page.get_by_role("button", name=re.compile("^Mode: "))
    expect(chip).to_have_accessible_name(re.compile("^Mode: Demo agent"))
    chip.click()
    desk.page.get_by_role("menuitemradio", name=re.compile("^Production")).click()
    expect(chip).to_have_accessible_name(re.compile("^Mode: Production"))
    chip.click()
    desk.page.get_by_role("menuitemradio", name=re.compile("^Demo agent")).click()
    expect(chip).to_have_accessible_name(re.compile("^Mode: Demo agent"))
    assert re.search("mode: .?demo", (Path.home() / ".ampsm" / "config.yaml").read_text())
