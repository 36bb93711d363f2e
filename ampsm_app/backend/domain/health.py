"""What works on this machine, and what to do about what does not."""

from typing import Literal

from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.domain.sessions import Mode

AgentState = Literal["ready", "no-login", "offline", "not-found", "broken", "demo", "unknown"]


class AgentHealth(Model):
    """The agent of a mode: which binary, which server, whether it answers."""

    mode: Mode
    state: AgentState
    binary: str | None = None
    version: str | None = None
    server_url: str | None = None
    origin: str = "default"
    message: str
    hint: str | None = None
    models: tuple["ModelOffer", ...] = ()


class ModelOffer(Model):
    """A model that can be chosen, or why it cannot."""

    name: str
    available: bool
    reason: str | None = None


class Finding(Model):
    """One line of the doctor."""

    name: str
    status: Literal["ok", "warning", "error", "skipped"]
    message: str
    hint: str | None = None


class HealthReport(Model):
    """All that the doctor looked at."""

    ok: bool
    findings: tuple[Finding, ...]
