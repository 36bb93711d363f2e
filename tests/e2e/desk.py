"""A user at a desk: the page in a browser, a terminal beside it, a repository."""

import json
import re
import subprocess
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.conftest import git
from tests.support.web import terminal, terminal_argv
from tests.support.world import World

Theme = Literal["dark", "light", "contrast"]

# Whatever the page's content policy refuses, and whatever a hostile text managed to run, is written down.
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(
    [event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber].join(" ")));
window.owned = [];
for (const name of ["alert", "confirm", "prompt", "open"]) window[name] = () => window.owned.push(name);
"""


class ServerProcess:
    """`amp-sessions serve` in a process of its own."""

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start it; the address that opens the page once."""
        argv = terminal_argv("serve", "--json")
        self._process = subprocess.Popen(argv, cwd=self._cwd, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        printed = ""
        for line in self._process.stdout:
            printed += line
            if line.rstrip().endswith("}"):
                return str(json.loads(printed)["url"])
        raise AssertionError(f"the server ended: {printed}")

    def kill(self) -> None:
        """End it without a warning."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def stop(self) -> None:
        """End it as a user does."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.communicate(timeout=60)


class Desk:
    """The open page, and the words to speak of what is on it."""

    def __init__(self, browser: Browser, world: World) -> None:
        self.world = world
        self.repo = world.repo
        self.server = ServerProcess(world.repo)
        self.context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 800})
        self.context.set_default_timeout(25_000)
        self.context.add_init_script(_WATCH)
        self.page: Page = self.context.new_page()
        self.failures: list[str] = []
        self.page.on("pageerror", lambda error: self.failures.append(str(error)))

    def open(self) -> "Desk":
        """Start the server and open its page."""
        self.page.goto(self.server.start())
        expect(self.list).to_be_visible()
        return self

    def close(self) -> None:
        """Look whether the page was ever refused anything, and leave."""
        try:
            self.check_policy()
        finally:
            self.context.close()
            self.server.stop()

    def check_policy(self) -> None:
        """Nothing was refused by the content policy, nothing foreign ran, nothing was thrown."""
        assert self.page.evaluate("window.violations") == []
        assert self.page.evaluate("window.owned") == []
        assert not self.failures, "\n".join(self.failures)

    @property
    def list(self) -> Locator:
        """The list of sessions."""
        return self.page.get_by_role("list", name="Sessions")

    @property
    def session(self) -> Locator:
        """The open session."""
        return self.page.get_by_role("region", name="Session ")

    @property
    def merge(self) -> Locator:
        """The merge wizard."""
        return self.page.get_by_role("dialog", name="Merge", exact=True)

    def row(self, name: str) -> Locator:
        """A session in the list."""
        return self.list.get_by_role("listitem").filter(has_text=name)

    def select(self, name: str) -> None:
        """Open a session by clicking it."""
        self.row(name).locator("button[data-session]").click()
        expect(self.page.get_by_role("heading", name=name, level=2, exact=True)).to_be_visible()

    def tab(self, name: str) -> None:
        """Open a tab of the session."""
        self.page.get_by_role("tab", name=name).click()

    def click(self, name: str, within: Locator | None = None) -> None:
        """Click the button of this name."""
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def menu(self, item: str) -> None:
        """Choose something behind the session's ⋯."""
        self.click("More ⋯")
        menu = self.page.get_by_role("group", name="More")
        menu.get_by_role("button", name=re.compile(f"^{re.escape(item)}")).click()

    def fill(self, label: str, text: str, within: Locator | None = None) -> None:
        """Type into the field of this name."""
        (within or self.page).get_by_label(label, exact=True).fill(text)

    def expect_status(self, name: str, status: str) -> None:
        """The list says this of the session."""
        expect(self.row(name)).to_contain_text(status)

    def terminal(self, *args: str) -> None:
        """Type a command into the terminal beside the page."""
        terminal(*args, cwd=self.repo)

    def git(self, *args: str) -> str:
        """Plain git in the user's checkout."""
        return git(self.repo, *args)

    def theme(self, theme: Theme) -> None:
        """Choose a theme by the palette."""
        names = {"dark": "Gruvbox dark", "light": "Gruvbox light", "contrast": "High contrast"}
        self.palette(f"Theme: {names[theme]}")
        expect(self.page.locator("html")).to_have_attribute("data-theme", theme)

    def palette(self, words: str) -> None:
        """Run what the palette finds for these words."""
        self.page.keyboard.press("Control+k")
        self.page.get_by_role("combobox", name="Search or run").fill(words)
        found = self.page.get_by_role("listbox", name="Found").get_by_role("option")
        expect(found.filter(has_text=words).first).to_be_visible()
        self.page.keyboard.press("Enter")
