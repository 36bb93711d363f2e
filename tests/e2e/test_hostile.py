"""Texts of agents, files and branches are shown, never obeyed."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.conftest import git
from tests.e2e.desk import Desk
from tests.support.world import World

EVIL = (
    "<img src=x onerror=\"window.owned.push('img')\"><svg onload=\"window.owned.push('svg')\"></svg>"
    "<script>window.owned.push('script')</script>[go](javascript:window.owned.push('link')) ![x](http://evil.example/x.png)"
)
FILE = "<img src=x onerror=window.owned.push('file')>.md"
BRANCH = "<svg-onload=window.owned.push('branch')>"


def evil_session(world: World) -> str:
    world.git("branch", BRANCH)
    session = world.new(
        f"Say {EVIL}\nRun `echo tool {EVIL!r}`.\nMisbehave.",
        name=f"Evil {EVIL}",
        base=BRANCH,
        script="printf '%s' \"$EVIL\"; cat <<'X'\n" + EVIL + "\nX\nexit 3",
    )
    world.iterate(session)
    (world.worktree(session) / FILE).write_text(f"{EVIL}\n")
    (world.worktree(session) / "page.html").write_text(f"<html>{EVIL}</html>\n")
    (world.worktree(session) / "picture.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" onload="top.owned.push(1)">'
        "<script>top.owned.push(2)</script></svg>\n"
    )
    git(world.worktree(session), "add", "-A")
    git(world.worktree(session), "commit", "-q", "-m", f"Commit {EVIL}")
    return session.name


def test_nothing_that_is_shown_runs_on_any_screen(world: World, open_desk: Callable[[], Desk]) -> None:
    name = evil_session(world)
    desk = open_desk()
    page = desk.page
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url))

    desk.list.locator("[data-session]").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("<img src=x")
    expect(desk.session).to_contain_text("<script>")
    desk.check_policy()

    desk.tab("Git")
    files = page.get_by_role("listbox", name="Files").get_by_role("option")
    for file in (FILE, "page.html", "picture.svg"):
        files.filter(has_text=file).first.click()
        expect(page.get_by_role("region", name="Diff").get_by_role("heading", level=2)).to_contain_text(file)
        page.wait_for_timeout(200)
    for layout in ("Side by side", "Unified"):
        desk.click(layout)
    desk.check_policy()

    desk.tab("Logs")
    expect(page.get_by_role("list", name="Events")).to_contain_text("onerror")
    for _ in range(6):
        page.get_by_role("list", name="Events").locator("button[aria-expanded=false]").first.click()
    desk.click("Raw output")
    expect(page.get_by_role("list", name="Raw output")).to_contain_text("onerror")
    desk.check_policy()

    desk.tab("Overview")
    desk.click("Merge…")
    for _ in range(6):
        following = desk.merge.get_by_role("button", name="Next", exact=True)
        if not following.count() or not following.is_enabled():
            break
        following.click()
        page.wait_for_timeout(150)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or run").fill("evil")
    page.keyboard.press("Escape")
    desk.check_policy()

    assert page.title() != "owned"
    assert page.locator("a[href^='javascript']").count() == 0
    assert [url for url in foreign if not url.startswith((page.url, "data:"))] == []
    assert name.startswith("Evil")
