"""When something is away or goes wrong, the page says so and what to do."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.desk import Desk
from tests.support.world import World


def test_a_killed_server_is_noticed_and_a_new_one_shows_the_same_work(
    world: World, open_desk: Callable[[], Desk]
) -> None:
    world.done("Create the file a.txt.", name="Kept")
    desk = open_desk()
    desk.select("Kept")

    desk.server.kill()
    expect(desk.page.get_by_text("Reconnecting")).to_be_visible()
    desk.click("Start")
    expect(desk.page.get_by_text("The connection to the server is interrupted.").first).to_be_visible()

    desk.page.goto(desk.server.start())
    expect(desk.row("Kept")).to_be_visible()
    expect(desk.page.get_by_text("Reconnecting")).to_have_count(0)


def test_a_used_key_does_not_open_the_page(desk: Desk) -> None:
    answer = desk.page.goto(f"{desk.page.url.split('?')[0]}?token=used")
    assert answer is not None
    assert answer.status == 200  # the cookie still holds
    desk.context.clear_cookies()
    refused = desk.page.goto(desk.page.url)
    assert refused is not None
    assert refused.status == 403


def test_a_folder_that_is_no_repository_is_named_in_the_dialog(desk: Desk) -> None:
    desk.click("New session")
    dialog = desk.page.get_by_role("dialog", name="New session")
    desk.fill("Repository", str(desk.repo.parent), dialog)
    desk.fill("Prompt", "Say hello", dialog)
    expect(dialog).to_contain_text("Could not locate git repository")
    expect(dialog.get_by_role("button", name="Create", exact=True)).to_be_disabled()


def test_a_failed_turn_says_why_and_what_to_do(world: World, open_desk: Callable[[], Desk]) -> None:
    world.done('Fail with "the model refused".', name="Refused")
    world.done("Say hello", name="Unchecked", script="echo three tests are red; exit 3")
    desk = open_desk()
    desk.expect_status("Refused", "error")
    desk.select("Refused")
    expect(desk.session).to_contain_text("the model refused")
    desk.select("Unchecked")
    expect(desk.session).to_contain_text("three tests are red")
