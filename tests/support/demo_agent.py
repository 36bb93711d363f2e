"""The demo agent as tests start it: a real process, with its threads in a folder of the test's."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ampsm_app.demo_agent

ARGV = (sys.executable, "-I", "-S", str(Path(ampsm_app.demo_agent.__file__).parent / "__main__.py"))


@dataclass(frozen=True)
class Said:
    """What one run of the demo agent said."""

    exit_code: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.stdout.decode("utf-8", "replace")

    @property
    def errors(self) -> str:
        """Standard error as text."""
        return self.stderr.decode("utf-8", "replace")

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every line of the stream."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def thread_id(self) -> str:
        """The thread that the stream names."""
        return str(self.events[0]["session_id"])

    @property
    def result(self) -> dict[str, Any]:
        """The result line."""
        return next(event for event in self.events if event["type"] == "result")

    @property
    def answer(self) -> str:
        """The last text of the turn."""
        return str(self.result["result"])

    def blocks(self, kind: str) -> list[dict[str, Any]]:
        """All content blocks of a type, in order."""
        messages = (event["message"]["content"] for event in self.events if "message" in event)
        return [block for content in messages for block in content if block["type"] == kind]


class DemoAgent:
    """Runs the demo agent in a folder."""

    def __init__(self, folder: Path, state: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "AMP_DEMO_STATE": str(state)}

    def call(self, *args: str, stdin: str = "", **env: str) -> Said:
        """Run one command line."""
        done = subprocess.run(
            [*ARGV, *args],
            cwd=self.folder,
            env={**self.env, **env},
            input=stdin.encode(),
            capture_output=True,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def ask(self, prompt: str, *args: str) -> Said:
        """One turn with a stream."""
        return self.call("--execute", "--stream-json", *args, stdin=prompt)

    def ask_again(self, thread_id: str, prompt: str) -> Said:
        """A further turn of a thread."""
        return self.call("threads", "continue", thread_id, "--execute", "--stream-json", stdin=prompt)


def executable(path: Path) -> Path:
    """Make a program at `path` that is the demo agent, and return it."""
    quoted = " ".join(f"'{part}'" for part in ARGV)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n')
    path.chmod(0o755)
    return path
