"""The real binaries of two generations, without a network: what they are and how they refuse."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from ampsm_app.backend.agents.amp import Amp
from ampsm_app.backend.agents.base import AgentEvent, AgentProfile, ExtraArgs, Request, TurnResult
from ampsm_app.backend.agents.certificates import loopback_certificate
from ampsm_app.backend.agents.discovery import Finder
from ampsm_app.backend.agents.login import check_login
from ampsm_app.backend.agents.models import model_args
from ampsm_app.backend.agents.probe import probe
from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.events import AgentOutput, ThreadStarted
from ampsm_app.backend.domain.sessions import Outcome
from ampsm_app.backend.exec.executor import Executor
from tests.backend.agents.test_probe import Cache
from tests.backend.agents.tls import TlsServer, make_certificate

pytestmark = pytest.mark.amp

JANUARY = "0.0.1767830505-ga62310"
NEWEST = "0.0.1790142911-g7618fb"
# Nothing listens there, so that a turn is offline wherever the tests run.
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def packages(request: pytest.FixtureRequest) -> Path:
    """A folder that keeps the packages between runs."""
    chosen = os.environ.get("AMPSM_TEST_CACHE")
    assert request.config.cache is not None
    folder = Path(chosen) / "amp" if chosen else Path(request.config.cache.mkdir("amp"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def profiles() -> Cache:
    """What was asked once is not asked again."""
    return Cache()


def installed(packages: Path, version: str) -> Path:
    """The binary of a version, installed with npm where it is not kept yet; skips where it cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm and node are needed to install the real binaries")
    prefix = packages / version
    done = prefix / "installed"
    with FileLock(packages / f"{version}.lock"):
        if not done.exists():
            argv = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(prefix)]
            tried = subprocess.run(
                [*argv, f"@sourcegraph/amp@{version}"],
                capture_output=True,
                text=True,
                timeout=100,
                check=False,
            )
            if tried.returncode != 0:
                pytest.skip(f"npm could not install it: {tried.stderr.strip()[-300:]}")
            done.touch()
    modules = prefix / "node_modules"
    script = modules / "@sourcegraph" / "amp" / "dist" / "main.js"
    native = next(iter(sorted(modules.glob("@ampcode/cli-*/bin/amp*"))), None)
    return script if script.exists() else native or modules / "@ampcode" / "cli" / "bin" / "amp.exe"


class RealAmp:
    """One of the binaries, in an empty folder and home."""

    def __init__(self, binary: Path, folder: Path, executor: Executor, cache: Cache) -> None:
        self.folder = folder
        self.executor = executor
        self.profile: AgentProfile = probe(executor, Finder(executor).find(cli_path=str(binary)), cache)

    def ask(self, request: Request) -> tuple[list[AgentEvent], TurnResult]:
        """One turn, ended at once in the login trap."""
        agent = Amp()
        request = replace(request, timeout_s=60)
        command = agent.command(self.profile, request, self.folder)
        # No browser of this machine opens, whatever the binary wants.
        inert = self.folder.parent / "inert"
        inert.mkdir(exist_ok=True)
        (inert / "xdg-open").write_text("#!/bin/sh\n")
        (inert / "xdg-open").chmod(0o755)
        path = f"{inert}{os.pathsep}{os.environ['PATH']}"
        running = self.executor.start(replace(command, env={**command.env, "PATH": path}))
        state = agent.start_state(self.profile, request)
        events: list[AgentEvent] = []
        for line in running.lines():
            state, more = agent.parse(state, line.data, line.stream)
            events += more
            if state.login_trap:
                running.stop()
        finished = running.wait()
        assert not finished.timed_out
        result = agent.finish(state, finished.exit_code, running.stderr_tail)
        return [*events, *result.events], result


@pytest.fixture(params=[JANUARY, NEWEST], ids=["january", "newest"])
def amp(request: pytest.FixtureRequest, packages: Path, profiles: Cache, tmp_path: Path) -> Iterator[RealAmp]:
    folder = tmp_path / "worktree"
    folder.mkdir()
    executor = Executor()
    yield RealAmp(installed(packages, request.param), folder, executor, profiles)
    executor.close()


def test_it_is_probed_right(amp: RealAmp) -> None:
    profile = amp.profile

    assert profile.problem is None
    assert {"--execute", "--stream-json", "--stream-json-input", "--dangerously-allow-all"} <= profile.flags
    assert not {"--try-gpt5", "--blend", "--jsonl-logs", "--oracle"} & profile.flags
    if profile.version == JANUARY:
        assert profile.modes == ("free", "rush", "smart")
        assert not {"--model", "--stream-json-thinking"} & profile.flags
        with pytest.raises(InvalidInput):
            model_args(profile, "gpt-5", {})
    else:
        assert profile.version == NEWEST
        assert profile.modes == ("low", "medium", "high", "ultra")
        assert {"--model", "--stream-json-thinking", "--title", "--executor"} <= profile.flags
        assert model_args(profile, "gpt-5", {}) == ("--model", "gpt-5")


def test_without_a_key_the_login_trap_is_an_outcome(amp: RealAmp) -> None:
    events, result = amp.ask(Request("Say hello", mode="local-cli", server_url=NOWHERE))

    assert (result.outcome, result.code, result.login_trap) == (Outcome.ENVIRONMENT, "no_login", True)
    said = "\n".join(event.text for event in events if isinstance(event, AgentOutput))
    assert "No API key found" in said
    assert re.search(r"authToken=(?!\[redacted\])", said) is None


def test_without_a_server_a_turn_is_an_environment_error(amp: RealAmp) -> None:
    request = Request(
        "Say hello", mode="local-cli", server_url=NOWHERE, env={"AMP_API_KEY": "sgamp_not_a_real_key"}
    )

    events, result = amp.ask(request)

    assert (result.outcome, result.code, result.exit_code) == (Outcome.ENVIRONMENT, "offline", 1)
    assert result.hint is not None
    if amp.profile.version == JANUARY:
        assert [event.thread_id for event in events if isinstance(event, ThreadStarted)] == [result.thread_id]


def test_a_model_on_the_command_line_is_taken(amp: RealAmp) -> None:
    key = {"AMP_API_KEY": "sgamp_not_a_real_key"}
    for model in ("default", *amp.profile.modes[-1:], *(("gpt-5",) if amp.profile.knows("--model") else ())):
        request = Request("x", model=model, mode="local-cli", server_url=NOWHERE, env=key)
        assert amp.ask(request)[1].code == "offline"


def test_a_thread_cannot_go_on_without_a_server(amp: RealAmp) -> None:
    request = Request(
        "go on",
        thread_id="T-01a1f883-cfda-74ec-93fc-14ee1da75fcd",
        mode="local-cli",
        server_url=NOWHERE,
        env={"AMP_API_KEY": "sgamp_not_a_real_key"},
    )

    assert amp.ask(request)[1].code == "offline"


def test_a_flag_that_it_refuses_names_its_setting(amp: RealAmp) -> None:
    extra = (ExtraArgs(("--no-such-flag",), "ampArgs in config.yaml"),)

    _, result = amp.ask(Request("x", extra_args=extra))

    assert (result.outcome, result.code) == (Outcome.ENVIRONMENT, "option_refused")
    assert (result.hint or "").startswith("--no-such-flag comes from ampArgs in config.yaml")


def test_the_login_probe(amp: RealAmp) -> None:
    nowhere = Request("x", mode="local-cli", server_url=NOWHERE)
    with_key = replace(nowhere, env={"AMP_API_KEY": "sgamp_not_a_real_key"})

    assert check_login(amp.executor, amp.profile, with_key).state == "offline"
    without = check_login(amp.executor, amp.profile, nowhere).state
    assert without == ("no-login" if amp.profile.version == JANUARY else "offline")


def test_a_local_server_is_trusted_by_its_own_certificate_alone(amp: RealAmp, tmp_path: Path) -> None:
    server = TlsServer(make_certificate(tmp_path))
    url = f"https://localhost:{server.port}/"
    certificate = loopback_certificate(url, tmp_path / "data", {})
    assert certificate is not None
    request = Request("x", mode="local-server", server_url=url, env={"AMP_API_KEY": "sgamp_not_a_real_key"})
    try:
        assert check_login(amp.executor, amp.profile, request).state in {"offline", "broken"}
        assert amp.ask(request)[1].code == "offline"
        assert server.requests == []
        trusting = replace(request, certificate=certificate)
        assert check_login(amp.executor, amp.profile, trusting).state == "no-login"
        assert server.requests
        _, result = amp.ask(trusting)
        assert (result.outcome, result.code) == (Outcome.ENVIRONMENT, "no_login")
    finally:
        server.close()
