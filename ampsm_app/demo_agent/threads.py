"""Conversations that outlive the process, one file each in the state folder."""

import getpass
import json
import os
import re
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

THREAD_ID = re.compile(r"T-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(slots=True)
class Thread:
    """One conversation. `counter` numbers its messages and tool calls over all turns."""

    id: str
    messages: list[dict[str, str]] = field(default_factory=list)
    counter: int = 0

    @property
    def title(self) -> str:
        """The first line of the first message."""
        first = next((entry["text"] for entry in self.messages), "")
        return (first.strip().splitlines() or ["Untitled"])[0][:60]

    def prompts(self) -> list[str]:
        """What the user said so far."""
        return [entry["text"] for entry in self.messages if entry["role"] == "user"]

    def next_id(self, prefix: str) -> str:
        """`prefix_<thread>_<n>`: the same for the same place in a conversation, unique among all."""
        self.counter += 1
        return f"{prefix}_{self.id[2:10]}{self.id[-4:]}_{self.counter:04d}"


class Threads:
    """The conversations under a folder; other processes may use it at the same time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> Thread:
        """A conversation with an id that no other has."""
        thread = Thread(f"T-{uuid.uuid4()}")
        self.save(thread)
        return thread

    def find(self, thread_id: str) -> Thread | None:
        """The conversation of that id, if there is one."""
        if not THREAD_ID.fullmatch(thread_id):
            return None
        try:
            kept: dict[str, Any] = json.loads(self._path(thread_id).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return Thread(thread_id, kept["messages"], kept["counter"])

    def list(self) -> list[Thread]:
        """All conversations, the one used last first."""
        paths = sorted(self._folder.glob("T-*.json"), key=_used, reverse=True)
        found = (self.find(path.stem) for path in paths)
        return [thread for thread in found if thread is not None]

    def save(self, thread: Thread) -> None:
        """Keep a conversation; a reader sees the old or the new state, never half of one."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps({"messages": thread.messages, "counter": thread.counter})
        draft = self._folder / f".{thread.id}.{os.getpid()}"
        draft.write_text(text, "utf-8")
        draft.replace(self._path(thread.id))

    def _path(self, thread_id: str) -> Path:
        return self._folder / f"{thread_id}.json"


def state_folder(environment: Mapping[str, str]) -> Path:
    """Where conversations are kept: `AMP_DEMO_STATE`, else a temporary folder of this user."""
    chosen = environment.get("AMP_DEMO_STATE")
    return Path(chosen) if chosen else Path(tempfile.gettempdir()) / f"amp-demo-agent-{_user()}"


def _user() -> str:
    if hasattr(os, "getuid"):
        return str(os.getuid())
    return re.sub(r"\W", "_", getpass.getuser())


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0
