"""Amp, in all three generations of its command line: what to run, and how to read what it says."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ampsm_app.backend.agents import amp_stream, models, outcomes, text_log
from ampsm_app.backend.agents.base import (
    AgentEvent,
    AgentProfile,
    ExtraArgs,
    OutputStream,
    Request,
    TurnResult,
)
from ampsm_app.backend.agents.environment import agent_environment, dropped_variables
from ampsm_app.backend.agents.state import State
from ampsm_app.backend.domain.errors import AgentError
from ampsm_app.backend.domain.health import ModelOffer
from ampsm_app.backend.exec.command import Command


class Amp:
    """Amp and whatever speaks its command line."""

    name = "amp"

    def command(self, profile: AgentProfile, request: Request, cwd: Path) -> Command:
        """What to run for a turn; the prompt goes to standard input, never into the arguments.

        Raises `InvalidInput` for a model that this binary cannot express, `AgentError` for a binary that
        cannot be used or cannot hold a live conversation.
        """
        if profile.problem is not None:
            raise AgentError(profile.problem, hint="See `amp-sessions doctor`.", code="agent_broken")
        thread = ("threads", "continue", request.thread_id) if request.thread_id else ()
        extra = (word for extra in request.extra_args for word in extra.args)
        argv = (*profile.argv, *thread, "--execute", *_stream_flags(profile, request))
        if request.allow_all and profile.knows("--dangerously-allow-all"):
            argv += ("--dangerously-allow-all",)
        return Command(
            argv=(*argv, *models.model_args(profile, request.model, request.model_args), *extra),
            cwd=cwd,
            env=agent_environment(profile, request),
            unset=dropped_variables(request),
            stdin=self.encode(request.prompt) if request.live else request.prompt.encode("utf-8", "replace"),
            timeout_s=request.timeout_s,
        )

    def start_state(self, profile: AgentProfile, request: Request) -> State:
        """The state before the first line of a turn."""
        own = request.model_args.get(request.model)
        return State(
            reader="stream" if request.json_stream and profile.streams else "text",
            asked_model=request.model,
            prompt=request.prompt,
            extra_args=(*request.extra_args, *((own,) if own else ())),
            binary=profile.path,
            thread_id=request.thread_id,
        )

    def parse(
        self, state: State, line: bytes, stream: OutputStream = "stdout"
    ) -> tuple[State, list[AgentEvent]]:
        """The state after a line, and what the line tells."""
        reader = amp_stream.parse if state.reader == "stream" else text_log.parse
        return reader(state, line, stream)

    def finish(
        self, state: State, exit_code: int | None, stderr: bytes = b"", *, now: datetime | None = None
    ) -> TurnResult:
        """How the turn ended."""
        return outcomes.finish(state, exit_code, stderr, now)

    def encode(self, message: str) -> bytes:
        """One line of JSON, as `--stream-json-input` takes it."""
        content = [{"type": "text", "text": message.encode("utf-8", "replace").decode()}]
        line = {"type": "user", "message": {"role": "user", "content": content}}
        return json.dumps(line, ensure_ascii=False).encode() + b"\n"

    def offers(self, profile: AgentProfile, model_args: Mapping[str, ExtraArgs]) -> tuple[ModelOffer, ...]:
        """The models that can be chosen with this binary, and why others cannot."""
        return models.offers(profile, model_args)


def _stream_flags(profile: AgentProfile, request: Request) -> tuple[str, ...]:
    if not (request.json_stream and profile.streams):
        if request.live:
            raise AgentError(
                f"{profile.path} ({profile.version}) cannot hold a live conversation: it prints no stream.",
                hint="Use a newer Amp, or send one message a turn.",
                code="no_live_input",
            )
        return ()
    # The thinking variant implies the plain one.
    thinks = profile.knows("--stream-json-thinking")
    flags = ("--stream-json-thinking" if thinks else "--stream-json",)
    return (*flags, "--stream-json-input") if request.live else flags
