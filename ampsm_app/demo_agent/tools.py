"""Which steps take calls of tools."""

from collections.abc import Callable
from pathlib import Path

from ampsm_app.demo_agent import commands, files
from ampsm_app.demo_agent.calls import Call
from ampsm_app.demo_agent.script import Step


def calls(step: Step, folder: Path) -> list[Call]:
    """The calls that a step takes in `folder`; none where it needs no tool."""
    tools: dict[str, Callable[[Step, Path], list[Call]]] = {
        "create": files.create,
        "many": files.many,
        "append": files.append,
        "replace": files.replace,
        "resolve": files.resolve,
        "read": files.read,
        "delete": files.delete,
        "rename": files.rename,
        "run": commands.run,
        "commit": commands.commit,
        "branch": commands.branch,
        "sleep": commands.sleep,
    }
    tool = tools.get(step.verb)
    return tool(step, folder) if tool else []
