"""What a turn used, read again from its stored output: for turns that nobody lived to sum up."""

from ampsm_app.backend.agents import registry
from ampsm_app.backend.agents.state import State
from ampsm_app.backend.domain.sessions import Iteration
from ampsm_app.backend.services.agents import Agents, Priced
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import outputs


def usage_of(resources: Resources, agents: Agents, iteration: Iteration) -> Priced:
    """The usage that the agent had told before its output broke off; empty where nothing was kept."""
    with resources.database.read() as connection:
        raw = outputs.read(connection, iteration.id)
    if not raw:
        return ()
    agent = registry.agent_for(iteration.mode)
    state = State(reader="stream", asked_model=iteration.model, prompt=iteration.prompt)
    for line in raw.split(b"\n"):
        state, _ = agent.parse(state, line)
    return agents.priced(agent.finish(state, None))
