"""Repositories and sessions worth a picture: made for real, by the demo agent, in a home of their own."""

from pathlib import Path
from threading import Thread

from project import run

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.merges import MergeOptions
from ampsm_app.backend.domain.requests import IterateRequest, NewSession
from ampsm_app.backend.domain.sessions import AgentChoice

DEMO = AgentChoice(mode="demo")
WHO = "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"

TIMER = '''\
"""Tells when the tea is ready."""

import time

MINUTES = {"green": 2, "black": 4, "herbal": 6}


def steep(tea: str) -> None:
    """Wait until the tea is ready."""
    minutes = MINUTES[tea]
    print(f"{tea} steeps for {minutes} minutes")
    time.sleep(minutes * 60)
    print("ready")
'''
BETTER_TIMER = '''\
"""Tells when each of several teas is ready."""

import time
from collections.abc import Iterator

MINUTES = {"green": 2, "black": 4, "herbal": 6, "oolong": 3}
BELL = "\\a"


def schedule(teas: list[str]) -> list[tuple[int, str]]:
    """When each tea is ready, in seconds from now, the first one first."""
    return sorted((MINUTES[tea] * 60, tea) for tea in teas)


def ready(teas: list[str]) -> Iterator[str]:
    """Each tea in the moment when it is ready."""
    passed = 0
    for seconds, tea in schedule(teas):
        time.sleep(seconds - passed)
        passed = seconds
        print(f"{BELL}{tea} is ready")
        yield tea
'''
TEST = """\
from tea.timer import schedule


def test_the_first_tea_is_ready_first():
    assert schedule(["black", "green"]) == [(120, "green"), (240, "black")]


def test_two_of_a_kind_are_ready_together():
    assert schedule(["green", "green"]) == [(120, "green"), (120, "green")]
"""
CHECK = "set -e\npython3 -m compileall -q tea\necho 'tea: 3 modules compiled'\n"
GUIDE = "# Tea timer\n\nTells when the tea is ready.\n\n    python -m tea green\n"
TEAS = """\
- green: 70 degrees, 2 minutes
- black: 95 degrees, 4 minutes
- herbal: 100 degrees, 6 minutes
"""
REPOSITORIES = {
    "tea-timer": {
        ".gitignore": "__pycache__/\n",
        "README.md": GUIDE,
        "check.sh": CHECK,
        "tea/__init__.py": "",
        "tea/__main__.py": "import sys\n\nfrom tea.timer import steep\n\nsteep(sys.argv[1])\n",
        "tea/timer.py": TIMER,
        "docs/teas.md": TEAS,
    },
    "harbour": {
        "index.html": "<!doctype html>\n<title>Harbour</title>\n<script src=boats.js></script>\n",
        "boats.js": "fetch('/boats').then((answer) => answer.json()).then(show);\n",
    },
}


def file(path: str, text: str) -> str:
    """The sentence that lets the demo agent write a file."""
    return f"Create the file {path}:\n\n```\n{text}```\n"


BROKEN_BELL = "import winsound\n\n\ndef ring(:\n    winsound.Beep(880, 300)\n"
WARMER = TIMER.replace('"green": 2, "black": 4, "herbal": 6', '"green": 3, "black": 4, "herbal": 7')
WARMER_TEAS = TEAS.replace("70 degrees, 2", "80 degrees, 3").replace("6 minutes", "7 minutes")
SEVERAL = (
    "Read tea/timer.py. "
    + file("tea/timer.py", BETTER_TIMER)
    + "Run `python3 -m compileall -q tea`. "
    + "Say: The timer takes any number of teas now, and rings for each. Cost $0.0841.",
    file("tests/test_timer.py", TEST) + "Say: Two tests for the order. Cost $0.0327.",
    'Replace "python -m tea green" with "python -m tea green black oolong" in README.md. '
    "Say: The README shows several teas. Cost $0.0155.",
)
# Repository, name, and what each turn is told.
JOBS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("harbour", "Show boats on a map", ('Create the file map.js with the text "show(map)". Cost $0.0312.',)),
    (
        "harbour",
        "Retry lost connections",
        ('Replace "/boats" with "/boats?retry=3" in boats.js. Cost $0.0187.',),
    ),
    ("harbour", "Drop the old router", ("Hit a usage limit which resets in 2 hours.",)),
    (
        "tea-timer",
        "Translate the guide",
        ('Create the file docs/anleitung.md with the text "Aufgießen, warten, trinken.". Cost $0.0094.',),
    ),
    ("tea-timer", "Ring a bell on Windows too", (file("tea/bell.py", BROKEN_BELL) + "Cost $0.0263.",)),
    (
        "tea-timer",
        "Warm the pot first",
        ("Read docs/teas.md. Ask: Should the pot be warmed for green tea as well?",),
    ),
    (
        "tea-timer",
        "Steep by temperature",
        (file("tea/timer.py", WARMER) + file("docs/teas.md", WARMER_TEAS) + "Cost $0.0412.",),
    ),
    ("tea-timer", "Several teas at once", SEVERAL),
)
GOALS = {
    "Several teas at once": "Let the timer take several teas, and ring for each of them when it is ready."
}
LONG_WORK = (
    "Read docs/teas.md. Think: What is worth saying about each tea? Say: I write one page for each tea. "
    'Create the file docs/green.md with the text "Green tea likes water that does not boil.". '
    "Sleep 600 seconds."
)


class Showcase:
    """Sessions in every state that a user meets, in a core of their own."""

    def __init__(self, core: Core, folder: Path) -> None:
        self._core = core
        self._folder = folder

    def make(self) -> dict[str, str]:
        """The ids of all sessions by name; one of them goes on running, another waits in conflict."""
        self._core.agents.switch(DEMO)
        for name, files in REPOSITORIES.items():
            self._repository(self._folder / name, files)
        ids = {name: self._work(repo, name, turns) for repo, name, turns in JOBS}
        self._core.merges.run(ids["Translate the guide"], MergeOptions())
        self._conflict(ids["Steep by temperature"])
        ids["Explain each tea"] = self._running("Explain each tea")
        return ids

    def _work(self, repo: str, name: str, turns: tuple[str, ...]) -> str:
        script = "sh check.sh" if repo == "tea-timer" else None
        session = self._new(repo, name, GOALS.get(name, f"{name}."), script)
        for told in turns:
            self._core.iterations.run(IterateRequest(session_id=session, notes=told))
        return session

    def _conflict(self, session: str) -> None:
        repo = self._folder / "tea-timer"
        changed = TIMER.replace('"green": 2, "black": 4', '"green": 1, "black": 5')
        (repo / "tea" / "timer.py").write_text(changed)
        (repo / "docs" / "teas.md").write_text(TEAS.replace("70 degrees, 2", "75 degrees, 1"))
        run("git", "commit", "-q", "-a", "-m", "Green tea is quick, black tea is strong", cwd=repo)
        self._core.merges.run(session, MergeOptions())

    def _running(self, name: str) -> str:
        session = self._new("tea-timer", name, LONG_WORK, None)
        turn = self._core.iterations.start(IterateRequest(session_id=session))
        Thread(target=turn.run, daemon=True).start()
        return session

    def _new(self, repo: str, name: str, prompt: str, script: str | None) -> str:
        place = str(self._folder / repo)
        request = NewSession(repo=place, name=name, prompt=prompt, script=script, choice=DEMO)
        return self._core.sessions.create(request).id

    def _repository(self, root: Path, files: dict[str, str]) -> None:
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, "utf-8")
        run("git", "init", "-q", "-b", "main", cwd=root)
        run("git", "add", "-A", cwd=root)
        run("git", "commit", "-q", "-m", f"Begin {root.name}", cwd=root)
