"""One real turn, only where there is a real login."""

import os
from pathlib import Path

import pytest

from ampsm_app.backend.agents.amp import Amp
from ampsm_app.backend.agents.base import AgentEvent, Request
from ampsm_app.backend.agents.discovery import Finder
from ampsm_app.backend.agents.login import check_login
from ampsm_app.backend.agents.probe import probe
from ampsm_app.backend.domain.events import AssistantMessage
from ampsm_app.backend.domain.sessions import Outcome
from ampsm_app.backend.exec.executor import Executor
from tests.backend.agents.test_probe import Cache

KEY = os.environ.get("AMP_API_KEY")


@pytest.mark.amp_live
@pytest.mark.skipif(not KEY, reason="needs AMP_API_KEY and a server that takes it")
def test_a_real_turn(tmp_path: Path) -> None:
    executor = Executor()
    found = Finder(executor).find()
    if not found.argv:
        pytest.skip("no Amp is installed")
    profile = probe(executor, found, Cache())
    request = Request("Reply with the single word: hello", env={"AMP_API_KEY": KEY or ""}, timeout_s=100)
    login = check_login(executor, profile, request)
    if login.state != "ready":
        pytest.skip(f"the login does not work: {login.message}")
    agent = Amp()
    running = executor.start(agent.command(profile, request, tmp_path))
    state = agent.start_state(profile, request)
    events: list[AgentEvent] = []
    for line in running.lines():
        state, more = agent.parse(state, line.data, line.stream)
        events += more
    result = agent.finish(state, running.wait().exit_code, running.stderr_tail)
    executor.close()

    assert result.outcome is Outcome.COMPLETED
    assert any("hello" in event.text.lower() for event in events if isinstance(event, AssistantMessage))
    assert sum(entry.usage.total_tokens for entry in result.usage_by_model) > 0
