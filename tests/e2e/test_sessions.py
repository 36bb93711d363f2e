"""From a goal to reviewed work, in the page."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.desk import Desk
from tests.support.world import World


def test_a_session_is_created_watched_and_reviewed(desk: Desk) -> None:
    page = desk.page
    expect(page.get_by_text("No sessions yet")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Sessions")).to_be_visible()

    desk.click("New session")
    dialog = page.get_by_role("dialog", name="New session")
    desk.fill("Repository", str(desk.repo), dialog)
    desk.fill(
        "Prompt", 'Replace "hello" with "good morning" in README.md.\nSleep 1 second.\nSay done.', dialog
    )
    desk.fill("Name", "Greet politely", dialog)
    desk.fill("Check script", "test -f README.md", dialog)
    for field in ("Base branch", "Model", "Mode"):
        expect(dialog.get_by_label(field, exact=True)).to_be_visible()
    desk.click("Create and start", dialog)

    desk.expect_status("Greet politely", "running")
    expect(page.get_by_role("heading", name="Greet politely")).to_be_visible()
    desk.expect_status("Greet politely", "idle")
    expect(desk.session.get_by_role("list", name="Turns and commits")).to_contain_text("completed")
    assert desk.git("status", "--porcelain") == ""

    desk.tab("Git")
    diff = page.get_by_role("region", name="Diff")
    expect(page.get_by_role("listbox", name="Files").get_by_role("option").first).to_contain_text("README.md")
    page.get_by_role("listbox", name="Files").get_by_role("option").first.click()
    expect(diff).to_contain_text("good morning")
    desk.click("Side by side", diff)
    expect(diff.locator(".cm-editor")).to_have_count(2)
    desk.click("Unified", diff)
    expect(diff.locator(".cm-editor")).to_have_count(1)

    desk.tab("Logs")
    events = page.get_by_role("list", name="Events")
    expect(events).to_contain_text("edit_file")
    expect(events).to_contain_text("done")
    desk.click("Raw output")
    expect(page.get_by_role("list", name="Raw output")).to_contain_text('"type":"assistant"')


def test_a_long_turn_is_stopped(world: World, open_desk: Callable[[], Desk]) -> None:
    world.new("Sleep 600 seconds.", name="Long")
    desk = open_desk()
    desk.select("Long")
    desk.click("Start")
    desk.expect_status("Long", "running")

    desk.click("Stop")

    desk.expect_status("Long", "idle")
    expect(desk.session.get_by_role("list", name="Turns and commits")).to_contain_text("cancelled")
    expect(desk.session.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_a_turn_in_a_terminal_is_seen_live_in_the_open_page(
    world: World, open_desk: Callable[[], Desk]
) -> None:
    desk = open_desk()
    desk.terminal("new", "--prompt", "Say hello from a terminal", "--name", "Elsewhere")
    desk.select("Elsewhere")
    desk.tab("Logs")

    desk.terminal("iterate", "Elsewhere")

    expect(desk.page.get_by_role("list", name="Events")).to_contain_text("hello from a terminal")
    desk.tab("Overview")
    expect(desk.session.get_by_role("list", name="Turns and commits")).to_contain_text("completed")


def test_work_is_only_deleted_when_its_loss_was_read(world: World, open_desk: Callable[[], Desk]) -> None:
    session = world.done("Create the file a.txt.", name="Precious")
    desk = open_desk()
    desk.select("Precious")

    desk.menu("Archive")
    expect(desk.row("Precious")).to_have_count(0)
    desk.palette("Precious")
    desk.menu("Unarchive")
    expect(desk.row("Precious")).to_be_visible()

    desk.menu("Delete")
    dialog = desk.page.get_by_role("dialog", name="Delete Precious?")
    desk.click("Delete", dialog)
    expect(dialog).to_contain_text("1 commit that is nowhere else")
    desk.click("Cancel", dialog)
    assert world.worktree(session).exists()

    desk.menu("Delete")
    desk.click("Delete", dialog)
    desk.click("Delete anyway", dialog)
    expect(desk.row("Precious")).to_have_count(0)
    expect(desk.page.get_by_text("Session deleted")).to_be_visible()
    assert not world.worktree(session).exists()


def test_a_squashed_session_goes_back_to_how_it_was(world: World, open_desk: Callable[[], Desk]) -> None:
    session = world.new("Create the file a.txt.", follow_ups=("Create the file b.txt.",), name="Two turns")
    world.iterate(session)
    world.iterate(session)
    before = world.git("rev-parse", session.branch)
    desk = open_desk()
    desk.select("Two turns")

    desk.menu("Squash…")
    dialog = desk.page.get_by_role("dialog")
    desk.click("Squash", dialog)
    expect(dialog).to_have_count(0)
    assert world.git("rev-parse", session.branch) != before
    points = desk.session.get_by_role("list", name="Restore points")
    squashed = "Before the commits were squashed"
    expect(points).to_contain_text(squashed)
    points.get_by_role("listitem").filter(has_text=squashed).get_by_role("button", name="Restore").click()
    desk.click("Restore", desk.page.get_by_role("dialog"))

    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    assert world.git("rev-parse", session.branch) == before
