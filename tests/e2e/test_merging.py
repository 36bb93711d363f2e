"""The merge wizard: every step, conflicts settled in it, and the way back."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.backend.services.stories import conflicting
from tests.e2e.desk import Desk
from tests.e2e.test_screens import look
from tests.support.web import until
from tests.support.world import World


def step(desk: Desk, name: str) -> None:
    expect(desk.merge.get_by_role("heading", name=name, level=2)).to_be_attached()


def test_a_session_is_merged_step_by_step_and_cleaned_up(world: World, open_desk: Callable[[], Desk]) -> None:
    session = world.done("Create the file a.txt.", name="Feature", script="test -f a.txt")
    desk = open_desk()
    desk.select("Feature")
    desk.click("Merge…")

    for name in ("Preflight", "Squash", "Rebase", "Conflicts", "Check result"):
        step(desk, name)
        desk.click("Next", desk.merge)
    step(desk, "Merge")
    desk.click("Next", desk.merge)
    expect(desk.merge).to_contain_text("Merged into main")

    assert (world.repo / "a.txt").exists()
    desk.click("Next", desk.merge)
    step(desk, "Clean up")
    desk.click("Remove worktree and branch", desk.merge)
    expect(desk.merge).to_contain_text("Cleaned up")
    assert not world.worktree(session).exists()
    assert session.branch not in world.git("branch", "--list")
    desk.click("Close", desk.merge)
    expect(desk.merge).to_have_count(0)


def test_a_conflict_is_settled_by_text(world: World, open_desk: Callable[[], Desk]) -> None:
    conflicting(world)
    desk = open_desk()
    desk.select('Replace "hello" with "session" in README.md.')
    begin(desk)
    result = desk.merge.get_by_role("textbox", name="Result")
    expect(result).to_contain_text("<<<<<<<")
    result.click()
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type("both of them")
    desk.click("Mark resolved", desk.merge)
    finish(desk)
    assert world.on_base("README.md").strip() == "both of them"


def begin(desk: Desk) -> None:
    """Through the wizard until the conflicts are open."""
    desk.click("Merge…")
    step(desk, "Preflight")
    for name in ("Squash", "Rebase", "Conflicts"):
        desk.click("Next", desk.merge)
        step(desk, name)
    expect(desk.merge.get_by_role("list", name="Predicted conflicts")).to_contain_text("README.md")
    desk.click("Next", desk.merge)
    if desk.merge.get_by_role("heading", name="Check result", level=2).count():
        desk.click("Next", desk.merge)
    expect(desk.merge.get_by_role("region", name="Conflict in README.md")).to_be_visible()


def finish(desk: Desk) -> None:
    """On to the landing."""
    expect(desk.merge.get_by_label("resolved", exact=True).first).to_be_visible()
    for _ in range(3):
        if desk.merge.get_by_text("Merged into main").count():
            break
        desk.click("Next", desk.merge)
        desk.page.wait_for_timeout(200)
    expect(desk.merge).to_contain_text("Merged into main")


def test_a_conflict_is_settled_by_a_side(world: World, open_desk: Callable[[], Desk]) -> None:
    conflicting(world)
    desk = open_desk()
    desk.select('Replace "hello" with "session" in README.md.')
    begin(desk)
    desk.click("Take session", desk.merge)
    finish(desk)
    assert world.on_base("README.md") == "session"


def test_aborting_restores_everything(world: World, open_desk: Callable[[], Desk]) -> None:
    session = conflicting(world)
    before = world.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads")
    desk = open_desk()
    desk.select('Replace "hello" with "session" in README.md.')
    begin(desk)
    desk.click("Resolve in the worktree", desk.merge)
    expect(desk.merge).to_contain_text("The merge stands in the session's worktree")
    until(lambda: "<<<<<<<" in (world.worktree(session) / "README.md").read_text())

    desk.click("Abort merge", desk.merge)

    expect(desk.merge).to_contain_text("everything is as it was before it")
    assert (world.worktree(session) / "README.md").read_text() == "session\n"
    assert world.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads") == before


def test_the_agent_settles_a_conflict_at_the_second_attempt(
    world: World, open_desk: Callable[[], Desk]
) -> None:
    conflicting(world)
    desk = open_desk()
    desk.select('Replace "hello" with "session" in README.md.')
    begin(desk)
    conflict = desk.merge.get_by_role("region", name="Conflict in README.md")

    desk.click("Ask the agent", desk.merge)
    desk.fill("Notes for the agent", 'Write "<<<<<<< base" to README.md.', desk.merge)
    desk.merge.get_by_role("button", name="Ask about 1 file").click()
    expect(conflict).to_contain_text("The agent's answer was not taken: Conflict markers are left in line 1.")
    expect(desk.merge.get_by_role("button", name="Next", exact=True)).to_be_disabled()
    look(desk, "refused answer")

    desk.fill("Notes for the agent", "", desk.merge)
    desk.merge.get_by_role("button", name="Ask about 1 file").click()
    expect(desk.merge).to_contain_text("The agent settled 1 file.")
    finish(desk)
    assert world.on_base("README.md") == "base\nsession"


def test_an_agent_at_work_is_stopped_by_aborting_the_merge(
    world: World, open_desk: Callable[[], Desk]
) -> None:
    session = conflicting(world)
    desk = open_desk()
    desk.select('Replace "hello" with "session" in README.md.')
    begin(desk)
    desk.click("Ask the agent", desk.merge)
    desk.fill("Notes for the agent", "Then hang.", desk.merge)
    desk.page.keyboard.press("Control+Enter")
    expect(desk.merge.get_by_role("list", name="What the agent does")).to_contain_text("README.md")
    expect(desk.merge.get_by_role("button", name="Take base")).to_be_disabled()

    desk.click("Abort merge", desk.merge)

    expect(desk.merge).to_contain_text("everything is as it was before it")
    assert not (world.repo / ".worktrees" / f".ask-{session.id}").exists()
    assert world.git("for-each-ref", "refs/ampsm/merge") == ""


def test_the_check_is_run_again_until_the_merge_is_ready(world: World, open_desk: Callable[[], Desk]) -> None:
    world.done("Create the file a.txt.", name="Feature", script="! test -f later.txt")
    world.commit({"later.txt": "later\n"})
    desk = open_desk()
    desk.select("Feature")
    desk.click("Merge…")
    for name in ("Preflight", "Squash", "Rebase", "Conflicts"):
        step(desk, name)
        desk.click("Next", desk.merge)
    desk.click("Check now", desk.merge)
    expect(desk.merge.get_by_role("button", name="Check again")).to_be_enabled()
    expect(desk.merge).to_contain_text("failed")
    expect(desk.merge.get_by_role("button", name="Next", exact=True)).to_be_disabled()

    world.git("rm", "-q", "later.txt")
    world.git("commit", "-q", "-m", "without")
    desk.click("Check again", desk.merge)

    expect(desk.merge.get_by_role("button", name="Next", exact=True)).to_be_enabled()
    desk.click("Next", desk.merge)
    desk.click("Next", desk.merge)
    expect(desk.merge).to_contain_text("Merged into main")
