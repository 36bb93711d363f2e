"""The demo agent: it speaks Amp's command line, so only its start differs."""

import sys
from pathlib import Path

from ampsm_app.backend.agents.amp import Amp


class Demo(Amp):
    """The built-in agent that works offline and does what a prompt says in plain words."""

    name = "demo"


def demo_argv() -> tuple[str, ...]:
    """How the demo agent is started from any folder, installed or frozen."""
    if getattr(sys, "frozen", False):
        return (sys.executable, "demo-agent")
    # Isolated and by its path: nothing in the agent's folder can shadow a module, and no site is loaded.
    return (sys.executable, "-I", "-S", str(demo_path()))


def demo_path() -> Path:
    """The file that the demo agent is started from."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable)
    return Path(__file__).parents[2] / "demo_agent" / "__main__.py"
