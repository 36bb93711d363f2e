"""The agents by name; another one can be named by its dotted path, `package.module:Class`."""

from importlib import import_module
from typing import cast

from ampsm_app.backend.agents.base import Agent
from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.sessions import Mode


def agent_names() -> dict[str, str]:
    """The agents that come with the product, and where they are."""
    return {
        "amp": "ampsm_app.backend.agents.amp:Amp",
        "demo": "ampsm_app.backend.agents.demo:Demo",
    }


def agent_for(mode: Mode, name: str = "amp") -> Agent:
    """The agent of a mode: the demo agent in its own, else the one named."""
    return load_agent("demo" if mode == "demo" else name)


def load_agent(name: str) -> Agent:
    """The agent of that name. Raises `NotFound` for a name that is neither known nor a path to one."""
    module, colon, attribute = agent_names().get(name, name).partition(":")
    try:
        if not colon:
            raise ImportError(f"{name} is no agent of ours and no path like package.module:Class")
        return cast(Agent, getattr(import_module(module), attribute)())
    except (ImportError, AttributeError) as error:
        raise NotFound(
            f"There is no agent {name!r}: {error}",
            hint=f"Agents that come with the product: {', '.join(agent_names())}.",
        ) from error
