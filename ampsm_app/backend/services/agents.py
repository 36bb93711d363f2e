"""Which agent runs: the effective mode, its binary, its profile, its health."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.agents import certificates, discovery, login, models, pricing, probe, registry
from ampsm_app.backend.agents.base import Agent, AgentProfile, ExtraArgs, Request, TurnResult
from ampsm_app.backend.config import editing
from ampsm_app.backend.config.modes import EffectiveMode, deciding_variables, effective_mode
from ampsm_app.backend.domain.errors import AmpsmError, Conflict, InvalidInput
from ampsm_app.backend.domain.health import AgentHealth, ModelOffer
from ampsm_app.backend.domain.sessions import AgentChoice, Mode, Session
from ampsm_app.backend.domain.usage import CostKind, ModelUsage, Usage
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import iterations, probes

MODES: tuple[Mode, ...] = ("production", "local-cli", "local-server", "demo")

Priced = tuple[tuple[ModelUsage, float | None, CostKind], ...]


@dataclass(frozen=True)
class Resolved:
    """An agent that can be started: its translation, its binary, and what the settings say for it."""

    agent: Agent
    profile: AgentProfile
    mode: EffectiveMode
    model: str
    model_args: Mapping[str, ExtraArgs]
    extra_args: tuple[ExtraArgs, ...]
    env: Mapping[str, str]
    json_stream: bool
    certificate: Path | None

    def request(
        self, *, prompt: str, thread_id: str | None, env: Mapping[str, str], timeout_s: float
    ) -> Request:
        """A turn for this agent; `env` is laid over the user's own variables for it."""
        return Request(
            prompt=prompt,
            mode=self.mode.mode,
            thread_id=thread_id,
            model=self.model,
            model_args=self.model_args,
            extra_args=self.extra_args,
            env={**self.env, **env},
            server_url=self.mode.server_url,
            certificate=self.certificate,
            json_stream=self.json_stream,
            timeout_s=timeout_s,
        )


class Agents:
    """Finds agents and asks them what they are; never by sending a prompt."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._finder = discovery.Finder(resources.executor, environment=lambda: resources.environ)

    def effective(self, choice: AgentChoice, session: Session | None = None) -> EffectiveMode:
        """The mode that these options, the session, the environment and the settings make together."""
        own = AgentChoice()
        if session is not None:
            own = AgentChoice(mode=session.mode, cli_path=session.cli_path, server_url=session.server_url)
        return effective_mode(self._resources.loaded(), choice, own)

    def resolve(self, choice: AgentChoice, session: Session | None, *, model: str) -> Resolved:
        """The agent for a turn. Raises `AgentError` where there is none that can be used, `InvalidInput`
        for a model it cannot express."""
        mode = self.effective(choice, session)
        profile = probe.probe(self._resources.executor, self.discover(mode).required(), self._cache())
        amp = self._resources.settings().amp
        resolved = Resolved(
            agent=registry.agent_for(mode.mode, session.agent if session else "amp"),
            profile=profile,
            mode=mode,
            model=model,
            model_args=self._model_args(),
            extra_args=(ExtraArgs(amp.args, "amp.args"),) if amp.args and mode.mode != "demo" else (),
            env=amp.env,
            json_stream=amp.json_logs,
            certificate=self._certificate(mode),
        )
        if profile.problem is None:
            models.model_args(profile, model, resolved.model_args)
        return resolved

    def check_model(self, model: str, choice: AgentChoice, session: Session | None = None) -> None:
        """Raise `InvalidInput` where the binary is there to ask and cannot express the model."""
        if model == models.DEFAULT or model in self._resources.settings().amp.models:
            return
        found = self.discover(self.effective(choice, session))
        if not found.argv:
            return
        profile = probe.probe(self._resources.executor, found, self._cache())
        if profile.problem is None:
            models.model_args(profile, model, self._model_args())

    def discover(self, mode: EffectiveMode) -> discovery.Discovery:
        """Where the binary of a mode is, and each place looked at."""
        return self._finder.find(
            mode=mode.mode,
            cli_path=mode.cli_path,
            origin=" and ".join(mode.variables) or "amp.cli_path",
            own_environment=self._resources.settings().amp.env,
        )

    def thread_for(self, session: Session, resolved: Resolved) -> str | None:
        """The session's thread, unless it was started in another mode: a thread belongs to its server."""
        if session.thread_id is None:
            return None
        with self._resources.database.read() as connection:
            past = iterations.of_session(connection, session.id)
        last = next((each for each in reversed(past) if each.thread_id == session.thread_id), None)
        same = last is None or last.outcome is None or last.mode == resolved.mode.mode
        return session.thread_id if same else None

    def priced(self, result: TurnResult) -> Priced:
        """What each model used in a turn, with its cost: reported, estimated, or unknown."""
        own = {
            name: pricing.ModelPrice(**price.model_dump())
            for name, price in self._resources.settings().amp.prices.items()
        }
        priced = pricing.priced(result, own)
        reported = any(each.cost_usd is not None for each in result.usage_by_model)
        known: CostKind = "reported" if reported else "estimated"
        return tuple(
            (each, each.cost_usd, known if each.cost_usd is not None else "unknown")
            for each in priced.usage_by_model
        )

    def total(self, used: Priced) -> tuple[Usage, float | None, CostKind]:
        """The sum of a turn; its cost is known only where each part's is."""
        usage = sum((each.usage for each, _, _ in used), Usage())
        costs = [cost for _, cost, _ in used]
        if not costs or None in costs:
            return usage, None, "unknown"
        kinds: set[CostKind] = {kind for _, _, kind in used}
        return usage, sum(cost or 0 for cost in costs), "reported" if kinds == {"reported"} else "estimated"

    def health(self, choice: AgentChoice | None = None, *, refresh: bool = False) -> AgentHealth:
        """How the agent of a mode stands: binary, version, server, login; asked now or taken from memory."""
        mode = self.effective(choice or AgentChoice())
        if not refresh and (known := self._remembered(mode)) is not None:
            return known
        health = self._examined(mode)
        with self._resources.database.write() as connection:
            probes.put(connection, _health_key(mode), health.model_dump(mode="json"))
        return health

    def known_health(self, choice: AgentChoice | None = None) -> AgentHealth:
        """What was found out the last time, at once; `unknown` before the first time."""
        mode = self.effective(choice or AgentChoice())
        return self._remembered(mode) or _described(mode, "unknown", "Not looked at yet.")

    def all_known_health(self) -> tuple[AgentHealth, ...]:
        """The same for every mode that can be switched to."""
        return tuple(self.known_health(AgentChoice(mode=mode)) for mode in MODES)

    def switch(self, choice: AgentChoice) -> AgentHealth:
        """Make a mode the one that turns run in from now on; running turns keep theirs.

        Raises `Conflict` where the environment decides, `InvalidInput` where path or URL are missing.
        """
        if deciding := deciding_variables(self._resources.environ):
            raise Conflict(
                f"The environment decides the mode: {' and '.join(deciding)} is set.",
                hint=f"unset {' '.join(deciding)} and start again",
                code="environment_decides",
            )
        mode = choice.mode or self.effective(AgentChoice()).mode
        amp = self._resources.settings().amp
        wanted = {
            "local-cli": choice.cli_path or amp.cli_path,
            "local-server": choice.server_url or amp.server_url,
        }
        if mode in wanted and not wanted[mode]:
            key = "amp.cli_path" if mode == "local-cli" else "amp.server_url"
            raise InvalidInput(
                f"Mode {mode} needs {key}.", hint=f"amp-sessions config set {key} …", code="mode"
            )
        path = self._resources.loaded().path
        for key, value in (("amp.cli_path", choice.cli_path), ("amp.server_url", choice.server_url)):
            if value:
                editing.set_value(key, value, path, self._resources.environ)
        editing.set_value("amp.mode", mode, path, self._resources.environ)
        return self.health(refresh=True)

    def _examined(self, mode: EffectiveMode) -> AgentHealth:
        try:
            if mode.missing:
                return _described(mode, "not-found", f"{mode.missing} is not set.")
            found = self.discover(mode).required()
            profile = probe.probe(self._resources.executor, found, self._cache())
            request = Request(
                prompt="",
                mode=mode.mode,
                env=self._resources.settings().amp.env,
                server_url=mode.server_url,
                certificate=self._certificate(mode),
            )
            state = login.check_login(self._resources.executor, profile, request)
        except AmpsmError as error:
            state_name = "not-found" if error.code == "agent_not_found" else "broken"
            return _described(mode, state_name, error.message, hint=error.hint)
        return AgentHealth(
            mode=mode.mode,
            state=state.state,
            binary=profile.path,
            version=profile.version,
            server_url=mode.server_url,
            origin=mode.origin,
            message=state.message,
            hint=state.hint,
            models=models.offers(profile, self._model_args()),
        )

    def _remembered(self, mode: EffectiveMode) -> AgentHealth | None:
        with self._resources.database.read() as connection:
            kept = probes.get(connection, _health_key(mode))
        return None if kept is None else AgentHealth.model_validate({**kept, "origin": mode.origin})

    def _model_args(self) -> dict[str, ExtraArgs]:
        own = self._resources.settings().amp.models
        return {name: ExtraArgs(each.args, f"amp.models.{name}.args") for name, each in own.items()}

    def _certificate(self, mode: EffectiveMode) -> Path | None:
        if mode.server_url is None:
            return None
        folder = self._resources.data_dir / "certificates"
        return certificates.loopback_certificate(mode.server_url, folder, self._resources.environ)

    def _cache(self) -> "_ProbeCache":
        return _ProbeCache(self._resources)


class _ProbeCache:
    """Profiles, kept in the database."""

    def __init__(self, resources: Resources) -> None:
        self._database = resources.database

    def get(self, key: str) -> str | None:
        """The text kept under a key."""
        with self._database.read() as connection:
            kept = probes.get(connection, key)
        return None if kept is None else str(kept["profile"])

    def put(self, key: str, text: str) -> None:
        """Keep a text under a key."""
        with self._database.write() as connection:
            probes.put(connection, key, {"profile": text})


def _health_key(mode: EffectiveMode) -> str:
    return f"health|{mode.mode}|{mode.cli_path}|{mode.server_url}"


def _described(mode: EffectiveMode, state: str, message: str, *, hint: str | None = None) -> AgentHealth:
    offers = (ModelOffer(name=models.DEFAULT, available=True),)
    return AgentHealth.model_validate(
        {
            "mode": mode.mode,
            "state": state,
            "server_url": mode.server_url,
            "origin": mode.origin,
            "message": message,
            "hint": hint,
            "models": offers,
        }
    )
