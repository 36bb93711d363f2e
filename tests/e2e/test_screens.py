"""Every screen in every theme and size: axe finds nothing, nothing is cut off, no policy is broken."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ViewportSize, expect

from tests.backend.services.stories import conflicting
from tests.e2e.desk import Desk, Theme
from tests.support.world import World

SIZES = (ViewportSize(width=1280, height=800), ViewportSize(width=900, height=700))


def look(desk: Desk, screen: str) -> None:
    """Let axe judge what is shown, in both sizes."""
    for size in SIZES:
        desk.page.set_viewport_size(size)
        desk.page.wait_for_timeout(150)
        found: list[dict[str, Any]] = Axe().run(desk.page).response["violations"]
        told = [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
        assert told == [], f"{screen} at {size['width']}×{size['height']}"
        wide = desk.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        assert not wide, f"{screen} is wider than {size['width']}"
    desk.page.set_viewport_size(SIZES[0])


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_axe_finds_nothing_on_any_screen(world: World, open_desk: Callable[[], Desk], theme: Theme) -> None:
    desk = open_desk()
    desk.theme(theme)
    look(desk, "no sessions")
    world.done("Hit a rate limit.", name="A session with quite a long name that does not fit anywhere at all")
    world.done('Fail with "no idea".', name="Failed")
    world.done("Ask me: Which colour?", name="Asking")
    conflicting(world)
    desk.select('Replace "hello" with "session" in README.md.')
    expect(desk.session.get_by_role("list", name="Turns and commits")).to_be_visible()
    look(desk, "overview")
    desk.tab("Git")
    desk.page.get_by_role("listbox", name="Files").get_by_role("option").first.click()
    expect(desk.page.get_by_role("region", name="Diff")).to_contain_text("session")
    look(desk, "diff")
    desk.click("Side by side")
    look(desk, "side by side")
    desk.tab("Logs")
    desk.page.get_by_role("list", name="Events").locator("button[aria-expanded=false]").first.click()
    look(desk, "logs")
    desk.click("Raw output")
    look(desk, "raw output")
    desk.tab("Overview")
    desk.select("Failed")
    look(desk, "error")
    desk.select("Asking")
    look(desk, "question")


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_axe_finds_nothing_in_dialogs_and_the_wizard(
    world: World, open_desk: Callable[[], Desk], theme: Theme
) -> None:
    conflicting(world)
    desk = open_desk()
    desk.theme(theme)
    page = desk.page
    desk.select('Replace "hello" with "session" in README.md.')
    for key, name in (("n", "New session"), ("?", "Keys"), ("Control+k", "Search or run")):
        page.keyboard.press(key)
        dialog = page.get_by_role("dialog", name=name)
        expect(dialog).to_be_visible()
        look(desk, name)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    for item in ("Delete", "Rename…", "Squash…", "Rebase…"):
        desk.menu(item)
        expect(page.get_by_role("dialog")).to_be_visible()
        look(desk, item)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    desk.click("Merge…")
    for name in ("Preflight", "Squash", "Rebase", "Conflicts"):
        expect(desk.merge.get_by_role("heading", name=name, level=2)).to_be_attached()
        look(desk, f"merge: {name}")
        desk.click("Next", desk.merge)
    conflict = desk.merge.get_by_role("region", name="Conflict in README.md")
    expect(conflict).to_be_visible()
    look(desk, "merge: a conflict")
