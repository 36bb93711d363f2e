"""Whether the agent has a server and a login: asked by listing threads, never by a prompt."""

from dataclasses import dataclass

from ampsm_app.backend.agents.base import AgentProfile, Request
from ampsm_app.backend.agents.environment import agent_environment, dropped_variables
from ampsm_app.backend.agents.faults import LOGIN_HINT, OFFLINE_HINT, begins_login, diagnose
from ampsm_app.backend.agents.lines import hide_token, without_escapes
from ampsm_app.backend.agents.quiet import quietly
from ampsm_app.backend.domain.health import AgentState
from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.exec.errors import CannotStart
from ampsm_app.backend.exec.executor import Executor

_ANSWER_S = 20.0


@dataclass(frozen=True, slots=True)
class Login:
    """How the agent stands with its server, in words, with the next step."""

    state: AgentState
    message: str
    hint: str | None = None


def check_login(executor: Executor, profile: AgentProfile, request: Request) -> Login:
    """Ask for the list of threads in the mode of `request`. Opens no browser, and ends what would wait."""
    if profile.problem is not None:
        return Login("broken", profile.problem, "See `amp-sessions doctor` for where it was looked for.")
    try:
        with quietly(executor, profile.argv, agent_environment(profile, request)) as agent:
            # The empty line answers the question for a code that a binary without a login asks.
            done = agent.run(
                "threads", "list", timeout_s=_ANSWER_S, stdin=b"\n", unset=dropped_variables(request)
            )
    except CannotStart as error:
        return Login("broken", error.message, error.hint)
    return _judge(done, profile, request)


def _judge(done: Completed, profile: AgentProfile, request: Request) -> Login:
    words = without_escapes((done.stdout + b"\n" + done.stderr).decode("utf-8", "replace"))
    if any(begins_login(line) for line in words.splitlines()):
        return Login("no-login", f"{profile.path} has no login.", LOGIN_HINT)
    if done.timed_out:
        return Login("offline", f"{profile.path} gave no answer within {_ANSWER_S:g} s.", OFFLINE_HINT)
    if done.exit_code == 0 and request.mode == "demo":
        return Login("demo", "The demo agent works offline and follows plain words.")
    if done.exit_code == 0:
        return Login("ready", "Logged in and answering.")
    return _refused(done.exit_code, words, request)


def _refused(exit_code: int, words: str, request: Request) -> Login:
    fault = diagnose(words)
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    said = hide_token(lines[-1])[:300] if lines else "it said nothing"
    if fault is not None and fault.code == "no_login":
        return Login("no-login", said, LOGIN_HINT)
    if fault is not None and fault.code == "offline":
        server = request.server_url or "https://ampcode.com/"
        return Login("offline", f"No server answers at {server}: {said}", OFFLINE_HINT)
    return Login("broken", f"`threads list` ended with {exit_code}: {said}", fault.hint if fault else None)
