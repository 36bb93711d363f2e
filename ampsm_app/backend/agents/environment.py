"""The agent's environment in each mode."""

from collections.abc import Mapping

from ampsm_app.backend.agents.base import AgentProfile, Request
from ampsm_app.backend.domain.errors import ConfigError

# Left by an Amp that we run under, they would move the agent elsewhere or name another's thread.
_INHERITED = frozenset({"AMP_PWD", "AMP_THREAD_ID", "AMP_CURRENT_THREAD_ID", "AGENT_THREAD_ID"})
_SECRETS = frozenset({"AMP_API_KEY", "AMP_TOKEN"})


def agent_environment(profile: AgentProfile, request: Request) -> Mapping[str, str]:
    """What is set for the agent: the user's own variables, then what the mode demands.

    Raises `ConfigError` where the mode `local-server` has no server.
    """
    environment = {name: value for name, value in request.env.items() if name not in _dropped(request)}
    if profile.search_path is not None:
        environment.setdefault("PATH", profile.search_path)
    if request.mode in {"local-server", "local-cli"}:
        environment |= _server(request)
    return environment


def dropped_variables(request: Request) -> frozenset[str]:
    """The inherited variables that the agent does not get."""
    return _INHERITED | _dropped(request)


def _dropped(request: Request) -> frozenset[str]:
    match request.mode:
        case "production":
            return frozenset({"AMP_URL"})
        case "demo":
            return _SECRETS | {"AMP_URL"}
        case _:
            return frozenset()


def _server(request: Request) -> dict[str, str]:
    if request.server_url is None:
        if request.mode == "local-server":
            raise ConfigError(
                "The mode local-server has no server.",
                hint="Set amp.server_url, AMP_SERVER_URL or --amp-server.",
            )
        return {}
    trust = {} if request.certificate is None else {"NODE_EXTRA_CA_CERTS": str(request.certificate)}
    return {"AMP_URL": request.server_url, **trust}
