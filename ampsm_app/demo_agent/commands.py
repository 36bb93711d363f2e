"""What the demo agent runs, each as one call of the shell tool."""

import subprocess
import time
from pathlib import Path

from ampsm_app.demo_agent.calls import Call, ToolError, bash
from ampsm_app.demo_agent.script import Step


def run(step: Step, folder: Path) -> list[Call]:
    """Run a shell line in the user's own words."""
    line = step.text or ""
    return [bash(f"Running {line}.", line, lambda: _answer(line, folder))]


def commit(step: Step, folder: Path) -> list[Call]:
    """Commit everything, as agents do unasked."""
    message = step.text or "Commit of the demo agent"

    def perform() -> str:
        return _answer(["git", "add", "-A"], folder) + _answer(["git", "commit", "-m", message], folder)

    return [bash("Committing.", f"git add -A && git commit -m {message!r}", perform)]


def branch(step: Step, folder: Path) -> list[Call]:
    """Switch to a branch, made where it is missing."""
    name = step.text or ""
    argv = ["git", "checkout", "-B", name]
    return [bash(f"Switching to {name}.", " ".join(argv), lambda: _answer(argv, folder))]


def sleep(step: Step, folder: Path) -> list[Call]:
    """Wait."""

    def perform() -> str:
        time.sleep(step.number)
        return ""

    return [bash(f"Waiting {step.number:g} s.", f"sleep {step.number:g}", perform)]


def _answer(command: str | list[str], folder: Path) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        shell=isinstance(command, str),  # a shell line is what was asked for
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        raise ToolError(f"Exit code {done.returncode}\n{output}")
    return output
