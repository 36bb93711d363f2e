"""Whatever an agent prints, the turn ends with an outcome, and memory stays within bounds."""

import signal

import pytest

from tests.hostile.memory import MB, watched
from tests.kills.machine import Machine
from tests.kills.scenes import new_session
from tests.kills.serving import Serving
from tests.support.web import until

_MOST = 200 * MB
_FLOODS = {
    "a line of 50 MB": "Print a line of 50 MB.",
    "a result of 50 MB": "Return 50 MB.",
    "200,000 lines": "Print 200000 lines.",
    "bytes that are no text": "Print invalid bytes. Print an unknown event. Print hostile text.",
}
_AFTER = ' Then create the file after.txt with the text "after".'
_OF_EACH_KIND = pytest.mark.parametrize("flood", _FLOODS.values(), ids=_FLOODS.keys())


@pytest.mark.timeout(180)
@_OF_EACH_KIND
def test_a_turn_of_the_command_line_bears_it(machine: Machine, flood: str) -> None:
    session = new_session(machine, flood + _AFTER)

    command = machine.start("iterate", session, "--stream-json")
    with watched(command) as growth:
        code = machine.wait(command)

    assert code == 0
    assert growth.peak < _MOST, f"{growth.peak / MB:.0f} MB"
    assert machine.ask("status", session)["status"] == "idle"
    assert (machine.repo / ".worktrees" / session / "after.txt").exists()
    longest = max(len(line) for line in machine.run("logs", session).out.splitlines())
    assert longest < MB


@pytest.mark.timeout(180)
@_OF_EACH_KIND
def test_the_server_and_its_page_bear_it(machine: Machine, flood: str) -> None:
    session = new_session(machine, flood + _AFTER)
    server = Serving(machine)
    server.page.ok("events:follow", {"after_seq": 0})

    with watched(server.pid) as growth:
        server.page.ok("session:start", {"session_id": session})
        until(lambda: "iteration_end" in server.page.types, 150)
    code = server.end(signal.SIGTERM)

    assert growth.peak < _MOST, f"{growth.peak / MB:.0f} MB"
    ended = next(event for event in server.page.events if event["data"]["type"] == "iteration_end")
    assert ended["data"]["outcome"] == "completed"
    assert code == 0
