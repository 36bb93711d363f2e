"""What happened to a session, stepped through, compared and taken back; and what changes meanwhile."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from ampsm_app.backend.domain.sessions import SessionSummary
from tests.conftest import git
from tests.e2e.desk import Desk
from tests.e2e.test_screens import look
from tests.support.world import World


@pytest.fixture
def session(world: World) -> SessionSummary:
    """Two turns, a commit by hand between them, a check that failed once."""
    session = world.done(
        'Create a.txt with "one".', name="Story", script="test -e b.txt || { echo no b; exit 1; }"
    )
    worktree = world.worktree(session)
    (worktree / "mine.txt").write_text("mine\n")
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "-m", "Something of my own")
    world.iterate(session, 'Create b.txt with "two".')
    return session


def steps(desk: Desk) -> Locator:
    return desk.session.get_by_role("listbox", name="Steps")


def step(desk: Desk, words: str) -> Locator:
    return steps(desk).get_by_role("option").filter(has_text=words)


def open_timeline(desk: Desk) -> Locator:
    """The pane of the chosen step."""
    desk.select("Story")
    desk.tab("Timeline")
    expect(steps(desk)).to_be_visible()
    return desk.session.get_by_role("region", name="Step", exact=True)


def test_a_session_is_stepped_through_compared_and_taken_back(
    world: World, open_desk: Callable[[], Desk], session: SessionSummary
) -> None:
    desk = open_desk()
    page = desk.page
    pane = open_timeline(desk)
    told = [text.split("\n")[0] for text in steps(desk).get_by_role("option").all_inner_texts()]
    assert told == [
        "Session created",
        'Turn 1: Create a.txt with "one".',
        "Check",
        "Something of my own",
        'Turn 2: Create b.txt with "two".',
        "Check",
    ]
    expect(pane).to_contain_text("b.txt")

    slider = page.get_by_role("slider", name="State")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(pane.get_by_role("heading")).to_contain_text("Something of my own")
    expect(pane.get_by_role("listbox", name="Files of the step")).to_contain_text("mine.txt")
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "Session created, " + _when(slider))
    step(desk, "Check").first.click()
    expect(pane.get_by_label("Output of the check")).to_have_text("no b")

    step(desk, "Turn 1").click()
    page.get_by_label("Compared with").select_option("worktree")
    expect(pane.get_by_role("listbox", name="Files of the step").get_by_role("option")).to_have_count(2)

    desk.click("Restore from here…", pane)
    dialog = page.get_by_role("dialog", name="Go back to this state?")
    expect(dialog).to_contain_text("2 commits leave the branch")
    expect(dialog).to_contain_text("mine.txt")
    desk.click("Restore", dialog)
    expect(steps(desk).get_by_text("Rolled back", exact=True)).to_be_visible()
    worktree = world.worktree(session)
    assert sorted(each.name for each in worktree.glob("*.txt")) == ["a.txt"]

    step(desk, "Restore point").click()
    desk.click("Restore from here…", pane)
    dialog = page.get_by_role("dialog", name="Restore this point?")
    expect(dialog).to_contain_text("2 commits come back")
    desk.click("Restore", dialog)
    expect(steps(desk).get_by_text("Restored", exact=True)).to_be_visible()
    assert sorted(each.name for each in worktree.glob("*.txt")) == ["a.txt", "b.txt", "mine.txt"]


def test_a_file_edited_outside_appears_in_the_git_tab_by_itself(
    world: World, open_desk: Callable[[], Desk], session: SessionSummary
) -> None:
    desk = open_desk()
    desk.select("Story")
    desk.tab("Git")
    files = desk.session.get_by_role("listbox", name="Files")
    expect(files).to_contain_text("a.txt")
    worktree = world.worktree(session)
    edit_until(desk, worktree / "typed in an editor.txt", files)

    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "-m", "Committed in a terminal")
    expect(files).to_contain_text("Committed since main · 4")
    desk.tab("Timeline")
    expect(step(desk, "Committed in a terminal")).to_be_visible()
    git(worktree, "commit", "-q", "--allow-empty", "-m", "And another one")
    expect(step(desk, "And another one")).to_be_visible()


def edit_until(desk: Desk, path: Path, files: Locator) -> None:
    """Save a file as an editor does, again where the watch had not begun yet."""
    for text in ("first\n", "second\n", "third\n"):
        path.write_text(text)
        try:
            expect(files).to_contain_text(path.name, timeout=8_000)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{path.name} did not appear")


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_axe_finds_nothing_in_the_timeline(
    world: World, open_desk: Callable[[], Desk], session: SessionSummary, theme: str
) -> None:
    world.new("Say hello", name="Fresh")
    desk = open_desk()
    desk.theme(theme)  # type: ignore[arg-type]
    pane = open_timeline(desk)
    look(desk, "timeline")
    step(desk, "Turn 1").click()
    desk.page.get_by_label("Compared with").select_option("worktree")
    expect(pane.get_by_role("listbox", name="Files of the step")).to_be_visible()
    look(desk, "comparison")
    step(desk, "Check").first.click()
    expect(pane.get_by_label("Output of the check")).to_be_visible()
    look(desk, "output of a check")
    step(desk, "Turn 1").click()
    desk.click("Restore from here…", pane)
    expect(desk.page.get_by_role("dialog")).to_contain_text("leave the branch")
    look(desk, "way back")


def _when(slider: Locator) -> str:
    return (slider.get_attribute("aria-valuetext") or "").partition(", ")[2]
