"""From the first look at a change to its landing, and back: a whole review at the desk."""

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.conftest import git
from tests.e2e.desk import Desk
from tests.e2e.test_merging import begin, finish
from tests.support.web import until
from tests.support.world import World

_PROMPT = (
    'Replace "hello" with "session" in README.md. Then replace "notes" with "from the session" in notes.txt. '
    'Then append "stop = 3" to limits.py.'
)
_NAME = "Limits of the shop"
_MARKERS = 'Write "<<<<<<< base\nbase\n=======\nsession\n>>>>>>> session" to notes.txt.'


def diff(desk: Desk) -> Locator:
    """The right side of the Git tab."""
    return desk.session.get_by_role("region", name="Diff", exact=True)


def files(desk: Desk) -> Locator:
    """The left side of the Git tab."""
    return desk.session.get_by_role("listbox", name="Files")


def photograph(desk: Desk, name: str) -> None:
    """A picture of the step, for whoever wants to look at it."""
    if folder := os.environ.get("STORY_PICTURES"):
        desk.page.wait_for_timeout(300)
        desk.page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_a_change_is_looked_at_corrected_landed_and_undone(
    world: World, open_desk: Callable[[], Desk]
) -> None:
    lines = "".join(f"line_{number} = {number}\n" for number in range(40))
    world.commit({"limits.py": lines, "notes.txt": "notes\n"})
    session = world.done(_PROMPT, name=_NAME)
    worktree = world.worktree(session)
    edited = lines.replace("line_3 = 3", "line_3 = 33").replace("line_30 = 30", "line_30 = None")
    (worktree / "limits.py").write_text(edited + "stop = 3\n")
    (worktree / "junk.log").write_text("left over\n")
    desk = open_desk()
    desk.select(_NAME)

    _look_and_commit(desk, worktree)
    world.commit({"README.md": "base\n", "notes.txt": "base\n"}, "meanwhile on base")
    before = world.git("rev-parse", "main")
    _settle(desk)
    _land(desk, world)
    _undo(desk, world, worktree, before)


def _look_and_commit(desk: Desk, worktree: Path) -> None:
    """One hunk is committed, the other and a stray file are discarded."""
    desk.tab("Git")
    files(desk).get_by_role("option").filter(has_text="limits.py").first.click()
    expect(diff(desk)).to_contain_text("line_3 = 33")
    photograph(desk, "1-looked-at")
    diff(desk).get_by_role("button", name="Stage hunk").first.click()
    expect(files(desk)).to_contain_text("Staged · 1")
    assert "line_3 = 33" in git(worktree, "diff", "--cached")
    assert "line_30 = None" not in git(worktree, "diff", "--cached")
    photograph(desk, "2-part-is-staged")

    expect(diff(desk)).not_to_contain_text("line_3 = 33")
    desk.click("Discard hunk", diff(desk))
    desk.click("Discard", desk.page.get_by_role("dialog"))
    expect(files(desk)).to_contain_text("Changes · 1")
    assert "line_30 = None" not in (worktree / "limits.py").read_text()
    files(desk).get_by_role("option").filter(has_text="junk.log").click()
    desk.page.keyboard.press("Delete")
    photograph(desk, "3-discarding")
    desk.click("Discard", desk.page.get_by_role("dialog"))
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    assert not (worktree / "junk.log").exists()

    desk.page.get_by_role("textbox", name="Commit message").fill("Raise the third limit")
    desk.click("Commit")
    expect(desk.session.get_by_role("list", name="Commits")).to_contain_text("Raise the third limit")
    assert git(worktree, "status", "--porcelain") == ""
    assert "line_3 = 33" in git(worktree, "show", "HEAD:limits.py")
    photograph(desk, "4-committed")


def _settle(desk: Desk) -> None:
    """One conflict by hand; one by the agent, whose first answer still holds markers."""
    begin(desk)
    result = desk.merge.get_by_role("textbox", name="Result")
    expect(result).to_contain_text("<<<<<<<")
    photograph(desk, "5-conflict")
    result.click()
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type("both of them")
    desk.click("Mark resolved", desk.merge)
    other = desk.merge.get_by_role("region", name="Conflict in notes.txt")
    expect(other).to_be_visible()
    photograph(desk, "6-settled-by-hand")

    desk.click("Ask the agent", other)
    ask = desk.merge.get_by_role("region", name="Ask the agent")
    desk.fill("Notes for the agent", _MARKERS, ask)
    desk.click("Ask about 1 file", ask)
    expect(other).to_contain_text("markers_left")
    photograph(desk, "7-answer-refused")

    desk.fill("Notes for the agent", "", ask)
    desk.click("Ask about 1 file", ask)
    expect(
        desk.merge.get_by_role("list", name="Conflicts").get_by_label("resolved", exact=True)
    ).to_have_count(2)
    photograph(desk, "8-settled-by-the-agent")


def _land(desk: Desk, world: World) -> None:
    finish(desk)
    photograph(desk, "9-merged")
    desk.click("Close", desk.merge)
    assert world.on_base("README.md") == "both of them"
    assert world.on_base("notes.txt") == "base\nfrom the session"
    assert "line_3 = 33" in world.on_base("limits.py")


def _undo(desk: Desk, world: World, worktree: Path, before: str) -> None:
    """Back to the point before the merge, with base."""
    desk.menu("Time machine")
    machine = desk.page.get_by_role("dialog", name="Time machine")
    points = machine.get_by_role("listbox", name="Restore points")
    points.get_by_role("option").filter(has_text="before the merge").first.click()
    photograph(desk, "10-time-machine")
    desk.click("Restore", machine)
    question = desk.page.get_by_role("dialog", name="Restore this point?")
    question.get_by_role("checkbox").check()
    photograph(desk, "11-undoing")
    desk.click("Restore", question)
    until(lambda: world.git("rev-parse", "main") == before)
    expect(question).to_have_count(0)
    photograph(desk, "12-undone")
    assert (world.repo / "README.md").read_text() == "base\n"
    assert git(worktree, "show", "HEAD:README.md") == "session"
    assert world.git("status", "--porcelain") == ""
