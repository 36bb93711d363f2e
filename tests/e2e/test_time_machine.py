"""Taking back and letting go, in the window: the time machine, the trash, what takes space."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from ampsm_app.backend.domain.sessions import SessionSummary
from tests.e2e.desk import Desk, Theme
from tests.e2e.test_screens import look
from tests.support.world import World

_NAME = "Quantities in the cart"


@pytest.fixture
def session(world: World) -> SessionSummary:
    """A session whose drafts are in the point of before a squash only."""
    made = world.done('Create the file a.txt with the text "one".', name=_NAME)
    place = world.worktree(made)
    (place / "draft.txt").write_text("a draft\n")
    (place / "README.md").write_text("by hand\n")
    world.core.squash.squash(made.id)
    (place / "draft.txt").unlink()
    (place / "README.md").write_text("something else\n")
    return made


def machine(desk: Desk) -> Locator:
    return desk.page.get_by_role("dialog", name="Time machine")


def storage(desk: Desk) -> Locator:
    return desk.page.get_by_role("dialog", name="Storage")


def test_a_file_and_then_everything_is_taken_from_a_point(
    world: World, session: SessionSummary, open_desk: Callable[[], Desk]
) -> None:
    place = world.worktree(session)
    desk = open_desk()
    desk.select(_NAME)
    desk.page.keyboard.press("t")
    expect(machine(desk).get_by_role("listbox", name="Restore points")).to_be_focused()

    files = machine(desk).get_by_role("listbox", name="Files")
    expect(files).to_be_visible()
    desk.page.keyboard.press("Enter")
    expect(files).to_be_focused()
    files.get_by_role("option").filter(has_text="draft.txt").click()
    expect(machine(desk).get_by_text("a draft")).to_be_visible()
    desk.click("Restore file", machine(desk))
    expect(machine(desk).get_by_text("Before a file was restored").first).to_be_visible()
    assert (place / "draft.txt").read_text() == "a draft\n"
    assert (place / "README.md").read_text() == "something else\n"

    machine(desk).get_by_role("option").filter(has_text="were squashed").click()
    desk.click("Pin", machine(desk))
    expect(machine(desk).get_by_text("pinned", exact=True)).to_be_visible()
    desk.click("Restore", machine(desk))
    question = desk.page.get_by_role("dialog", name="Restore this point?")
    expect(question).to_contain_text("1 commit leaves the branch.")
    desk.click("Restore", question)
    expect(question).to_have_count(0)
    assert (place / "README.md").read_text() == "by hand\n"


def test_deleted_sessions_come_back_and_the_trash_is_emptied(
    world: World, session: SessionSummary, open_desk: Callable[[], Desk]
) -> None:
    world.core.cleanup.delete(session.id, force=True)
    desk = open_desk()
    desk.palette("Storage")
    storage(desk).get_by_role("tab", name="Trash").click()
    entry = storage(desk).get_by_role("list", name="Trash").get_by_role("listitem").filter(has_text=_NAME)
    expect(entry).to_contain_text("1 unmerged commit")
    desk.click("Restore", entry)
    expect(desk.page.get_by_role("heading", name=_NAME, level=2, exact=True)).to_be_visible()
    assert (world.worktree(session) / "README.md").read_text() == "something else\n"

    world.core.cleanup.delete(session.id, force=True)
    desk.palette("Storage")
    storage(desk).get_by_role("tab", name="Trash").click()
    desk.click("Empty…", storage(desk))
    question = desk.page.get_by_role("dialog", name="Delete this for good?")
    expect(question).to_contain_text("Its restore point keeps that.")
    desk.click("Delete for good", question)
    expect(storage(desk)).to_contain_text("The trash is empty")
    assert world.core.trash.list() == []


def test_a_clean_up_is_shown_before_it_is_done(
    world: World, session: SessionSummary, open_desk: Callable[[], Desk]
) -> None:
    done = world.done('Create the file b.txt with the text "two".', name="Landed")
    world.merge(done)
    desk = open_desk()
    desk.palette("Storage")
    expect(storage(desk).get_by_role("checkbox", name="Landed")).to_be_checked()
    desk.click("Clean up…", storage(desk))
    question = desk.page.get_by_role("dialog", name="Clean up")
    expect(question).to_contain_text("moves to the trash")
    assert world.worktree(done).exists()
    desk.click("Clean up", question)
    expect(question).to_have_count(0)
    expect(storage(desk).get_by_role("checkbox", name="Trash: Landed")).to_be_visible()
    assert not world.worktree(done).exists()
    assert world.worktree(session).exists()


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_axe_finds_nothing_in_them(
    world: World, session: SessionSummary, open_desk: Callable[[], Desk], theme: Theme
) -> None:
    other = world.done("Say hello.", name="Deleted")
    world.core.cleanup.delete(other.id, force=True)
    desk = open_desk()
    desk.theme(theme)
    desk.select(_NAME)

    desk.menu("Time machine")
    expect(machine(desk).get_by_role("listbox", name="Files")).to_be_visible()
    look(desk, "the time machine")
    desk.click("Restore", machine(desk))
    expect(desk.page.get_by_role("list", name="Files that change")).to_be_visible()
    look(desk, "restore")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Escape")
    desk.palette("Storage")
    expect(storage(desk).get_by_role("group", name="What takes space")).to_be_visible()
    look(desk, "space")
    storage(desk).get_by_role("tab", name="Trash").click()
    desk.click("Empty…", storage(desk))
    look(desk, "the trash")
