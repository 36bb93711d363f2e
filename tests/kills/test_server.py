"""The server is killed, or asked to end, while it works for a page."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.kills.machine import Machine
from tests.kills.processes import await_quiet, find, kill
from tests.kills.serving import Serving
from tests.kills.stage import Stage
from tests.kills.truth import require_no_leftovers
from tests.support.web import Visitor, until

_HANG = 'Create the file kept.txt with the text "kept". Then hang stubbornly.'


@pytest.fixture
def serving(stage: Stage) -> Iterator[Callable[[], Serving]]:
    opened: list[Serving] = []

    def serve() -> Serving:
        opened.append(Serving(stage.machine))
        return opened[-1]

    yield serve
    for each in opened:
        with suppress(Exception):
            each.page.leave()


def _new(machine: Machine, page: Visitor, prompt: str) -> str:
    request = {"repo": str(machine.repo), "prompt": prompt, "choice": {"mode": "demo"}}
    return str(page.ok("session:create", request)["id"])


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_server_leaves_no_process_behind(
    stage: Stage, serving: Callable[[], Serving], number: signal.Signals
) -> None:
    stage.ready("create")
    server = serving()
    session = _new(stage.machine, server.page, _HANG)
    server.page.ok("session:start", {"session_id": session})
    kept = stage.machine.repo / ".worktrees" / session / "kept.txt"
    until(kept.exists)

    code = server.end(number)

    assert await_quiet(stage.machine.root) == []
    assert code == (-number if number == signal.SIGKILL else 0)
    assert stage.machine.ask("status", session)["status"] == "idle"
    stage.machine.ask("clean-environment")
    assert kept.read_text().strip() == "kept"
    require_no_leftovers(stage.machine)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(4))
def test_a_server_killed_while_it_merges_loses_nothing(
    stage: Stage, serving: Callable[[], Serving], seed: int
) -> None:
    ready = stage.ready("merge")
    server = serving()
    _kill_during(server, seed, ready.seconds, "merge:start", {"id": ready.session})
    stage.settle(ready)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(4))
def test_a_server_killed_while_its_agent_works_loses_nothing(
    stage: Stage, serving: Callable[[], Serving], seed: int
) -> None:
    ready = stage.ready("iterate")
    server = serving()
    notes = ready.argv[ready.argv.index("--notes") + 1]
    request = {"session_id": ready.session, "notes": notes}
    _kill_during(server, 100 + seed, ready.seconds, "session:start", request)
    assert await_quiet(stage.machine.root) == []
    stage.settle(ready)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(2))
def test_a_server_killed_while_it_creates_leaves_nothing_half_made(
    stage: Stage, serving: Callable[[], Serving], seed: int
) -> None:
    ready = stage.ready("create")
    server = serving()
    request = {"repo": str(stage.machine.repo), "prompt": "Say hello", "choice": {"mode": "demo"}}
    _kill_during(server, 200 + seed, ready.seconds, "session:create", request)
    stage.settle(ready)


def test_what_a_killed_command_left_is_put_in_order_by_the_server(
    stage: Stage, serving: Callable[[], Serving]
) -> None:
    ready = stage.ready("merge")
    command = stage.machine.start(*ready.argv)
    time.sleep(ready.seconds / 2)
    kill(find(command, "command"))
    stage.machine.wait(command)

    server = serving()
    merge = server.page.ok("merge:start", {"id": ready.session})
    until(lambda: server.page.ok("session:get", {"id": ready.session})["busy"] is False)
    server.end(signal.SIGTERM)

    assert merge["session_id"] == ready.session
    stage.settle(ready)


def _kill_during(server: Serving, seed: int, seconds: float, name: str, request: dict[str, Any]) -> None:
    import threading

    def ask() -> None:
        # The answer never comes where the kill comes first.
        with suppress(Exception):
            server.page.ask(name, request)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    time.sleep(random.Random(seed).random() * seconds)
    server.end(signal.SIGKILL)
