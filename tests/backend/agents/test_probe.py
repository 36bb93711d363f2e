"""A binary is asked what it is, once."""

from pathlib import Path

import pytest

from ampsm_app.backend.agents.base import Request
from ampsm_app.backend.agents.discovery import Discovery, Finder
from ampsm_app.backend.agents.login import check_login
from ampsm_app.backend.agents.models import model_args
from ampsm_app.backend.agents.probe import probe
from ampsm_app.backend.exec.executor import Executor
from tests.support.demo_agent import executable

OLD_AMP = """#!/bin/sh
echo "$*" >> "{log}"
[ -z "$DISPLAY$WAYLAND_DISPLAY" ] || exit 9
case "$*" in
  --version) printf '\\033[=0u1.2.3 (released)\\n' ;;
  --help) printf 'Amp CLI\\n\\nOptions:\\n\\n  -x, --execute [message]\\n      Execute\\n  --stream-json\\n      Json\\n' ;;
  "--model x threads list --help") echo "Usage: amp threads list [options]" ;;
  "--dangerously-allow-all threads list --help") echo "Usage: amp threads list [options]" ;;
  "threads list") {threads} ;;
  *) echo "Amp CLI" ;;
esac
"""  # noqa: E501


class Cache:
    """A cache in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        """What was put."""
        return self.kept.get(key)

    def put(self, key: str, text: str) -> None:
        """Keep it."""
        self.kept[key] = text


class Binary:
    """A program that answers as an Amp would."""

    def __init__(self, folder: Path, executor: Executor) -> None:
        self.path = folder / "amp"
        self.log = folder / "log"
        self.executor = executor
        folder.mkdir()
        self.write()

    def write(self, threads: str = "echo T-1") -> None:
        """Make the program, with what it does when it should list threads."""
        self.path.write_text(OLD_AMP.format(log=self.log, threads=threads))
        self.path.chmod(0o755)

    def found(self) -> Discovery:
        """Where it was found."""
        return Finder(self.executor).find(cli_path=str(self.path))

    def asked(self) -> list[str]:
        """The command lines that it got."""
        return sorted(self.log.read_text().splitlines()) if self.log.exists() else []


@pytest.fixture
def binary(tmp_path: Path, executor: Executor) -> Binary:
    return Binary(tmp_path / "an amp", executor)


def test_listed_and_hidden_flags(binary: Binary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":99")

    profile = probe(binary.executor, binary.found(), Cache())

    assert profile.problem is None
    assert profile.version == "1.2.3"
    assert profile.flags == {"-x", "--execute", "--stream-json", "--model", "--dangerously-allow-all"}
    assert binary.asked() == [
        "--blend alloy-random threads list --help",
        "--dangerously-allow-all threads list --help",
        "--help",
        "--model x threads list --help",
        "--try-gpt5 threads list --help",
        "--version",
    ]


def test_it_is_asked_once_and_again_when_it_changed(binary: Binary) -> None:
    cache = Cache()
    first = probe(binary.executor, binary.found(), cache)
    questions = len(binary.asked())

    assert probe(binary.executor, binary.found(), cache) == first
    assert len(binary.asked()) == questions

    binary.path.write_text(binary.path.read_text() + "\n")
    assert probe(binary.executor, binary.found(), cache) == first
    assert len(binary.asked()) == 2 * questions


def test_a_damaged_cache_is_no_harm(binary: Binary) -> None:
    cache = Cache()
    first = probe(binary.executor, binary.found(), cache)
    for key in cache.kept:
        cache.kept[key] = '{"path": 3'

    assert probe(binary.executor, binary.found(), cache) == first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "#!/bin/sh\necho 'cannot open shared object' >&2\nexit 127\n",
            "ended with 127: cannot open shared object",
        ),
        ("#!/bin/sh\nexit 0\n", "does not run"),
        ("#!/no/such/interpreter\n", "cannot be started"),
        ("#!/bin/sh\necho 'Python 3.11'\n", "is no Amp"),
    ],
)
def test_what_is_no_amp_has_a_problem_and_is_not_remembered(binary: Binary, text: str, words: str) -> None:
    binary.path.write_text(text)
    cache = Cache()

    profile = probe(binary.executor, binary.found(), cache)

    assert words in (profile.problem or "")
    assert cache.kept == {}
    assert check_login(binary.executor, profile, Request("x")).state == "broken"


@pytest.mark.parametrize(
    ("threads", "state", "words"),
    [
        ("echo T-1", "ready", "answering"),
        ("echo 'Error: Cannot reach Amp servers. Are you offline?' >&2; exit 1", "offline", "ampcode.com"),
        ("echo 'Error: Error listing threads: fetch failed' >&2; exit 1", "offline", "fetch failed"),
        ("echo 'Error: Unauthorized' >&2; exit 1", "no-login", "Unauthorized"),
        ("echo 'Request failed with status 401' >&2; exit 1", "no-login", "401"),
        ("echo 'No API key found. Starting login flow...'; read code; exit 1", "no-login", "no login"),
        ("echo 'Segmentation fault' >&2; exit 139", "broken", "139: Segmentation fault"),
    ],
)
def test_login_states(binary: Binary, threads: str, state: str, words: str) -> None:
    binary.write(threads)
    profile = probe(binary.executor, binary.found(), Cache())

    login = check_login(binary.executor, profile, Request("x"))

    assert login.state == state
    assert words in login.message
    assert (login.hint is None) == (state in {"ready", "broken"})


def test_a_login_that_opens_a_browser_opens_none(binary: Binary, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    real = tmp_path / "real" / "xdg-open"
    real.parent.mkdir()
    real.write_text(f"#!/bin/sh\ntouch '{opened}'\n")
    real.chmod(0o755)
    binary.write(
        f"PATH=\"$PATH:{real.parent}\"; xdg-open http://x; echo 'No API key found. Starting'; exit 1"
    )
    profile = probe(binary.executor, binary.found(), Cache())

    assert check_login(binary.executor, profile, Request("x")).state == "no-login"
    assert not opened.exists()


def test_the_server_that_is_asked_is_the_modes(binary: Binary) -> None:
    binary.write('echo "Error: Cannot reach Amp servers at $AMP_URL" >&2; exit 1')
    profile = probe(binary.executor, binary.found(), Cache())

    request = Request("x", mode="local-server", server_url="https://localhost:7002")
    login = check_login(binary.executor, profile, request)

    assert login.message == (
        "No server answers at https://localhost:7002: Error: Cannot reach Amp servers at https://localhost:7002"
    )


def test_the_demo_agent_is_probed_like_any_other(tmp_path: Path, executor: Executor) -> None:
    found = Finder(executor).find(cli_path=str(executable(tmp_path / "bin/amp")))

    profile = probe(executor, found, Cache())

    assert profile.problem is None
    assert profile.version == "0.0.1790142911-demo"
    assert profile.modes == ("low", "medium", "high", "ultra")
    assert {"--execute", "--stream-json-thinking", "--stream-json-input", "--model"} <= profile.flags
    assert not {"--try-gpt5", "--blend"} & profile.flags
    assert model_args(profile, "gpt-5", {}) == ("--model", "gpt-5")


@pytest.mark.parametrize(
    ("state", "expected"),
    [("", "demo"), ("none", "no-login"), ("offline", "offline"), ("unauthorized", "no-login")],
)
def test_login_states_of_the_demo_agent(
    tmp_path: Path, executor: Executor, state: str, expected: str
) -> None:
    profile = probe(executor, Finder(executor).find(mode="demo"), Cache())
    env = {"AMP_DEMO_LOGIN": state, "AMP_DEMO_STATE": str(tmp_path / "state")}

    assert check_login(executor, profile, Request("x", mode="demo", env=env)).state == expected
