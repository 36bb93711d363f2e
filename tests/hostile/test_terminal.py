"""Nothing that an agent writes moves the cursor, sets the title or reaches the clipboard of a terminal."""

import os
import pty
import re
import select
import subprocess
import sys

import pytest

from tests.kills.machine import Machine
from tests.kills.scenes import new_session

# Colours may stay; everything else that a terminal obeys may not.
_OBEYED = re.compile(rb"\x1b(?!\[[0-9;]*m)|\xc2[\x80-\x9f]|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_ESCAPES = (
    "\x1b]52;c;b3duZWQ=\x07 \x1b]0;owned\x07 \x1b]8;;http://x\x1b\\ \x1b[2J\x1b[10;10H\x1b[?1049h "
    "\x1bP+q544e\x1b\\ \x9b31m \x9d52;c;eA==\x9c \x1bc \x1b[31mred\x1b[0m \x08\x08 \x0e \r over \x1b"
)


def on_a_terminal(machine: Machine, *args: str, pager: str = "cat") -> bytes:
    """What a terminal gets from a command."""
    ours, theirs = pty.openpty()
    start = "from ampsm_app.cli.main import main; main()"
    env = {**machine.env, "TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join(sys.path)}
    env["PAGER"] = pager
    process = subprocess.Popen(
        [sys.executable, "-c", start, *args],
        cwd=machine.live,
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    said = _drain(ours, process)
    os.close(ours)
    return said


def _drain(ours: int, process: subprocess.Popen[bytes]) -> bytes:
    said = b""
    while True:
        ready = select.select([ours], [], [], 0.1)[0]
        try:
            data = os.read(ours, 65536) if ready else b""
        except OSError:  # its last end is closed
            data = b""
        said += data
        if not data and process.poll() is not None:
            return said


@pytest.fixture
def session(machine: Machine) -> str:
    """A session whose agent, files and check script write all they know."""
    script = machine.live / "owned.py"
    script.write_text(
        f"import pathlib, sys\ntext = {_ESCAPES!r}\nprint(text)\nprint(text, file=sys.stderr)\n"
        "pathlib.Path('escapes.txt').write_text(text)\n"
        "pathlib.Path('\\x1b]0;owned\\x07name').write_text('x')\n"
    )
    prompt = f"Print hostile text. Then run `python3 '{script}'`. Then say \"{_ESCAPES}\"."
    return new_session(machine, prompt, "--name", f"Named {_ESCAPES}", "--script", f"python3 '{script}'")


def test_no_command_hands_escape_sequences_on(machine: Machine, session: str) -> None:
    shown = {"iterate": on_a_terminal(machine, "iterate", session, "--stream")}
    for command in (
        ("logs",),
        ("status",),
        ("diff",),
        ("diff", "--stat"),
        ("history",),
        ("preflight",),
        ("run",),
    ):
        shown[" ".join(command)] = on_a_terminal(machine, command[0], session, *command[1:])
    shown["list"] = on_a_terminal(machine, "list")
    shown["iterate quietly"] = on_a_terminal(machine, "iterate", session)
    shown["merge"] = on_a_terminal(machine, "merge", session)

    obeyed = {
        name: [said[max(0, found.start() - 30) : found.end() + 20] for found in _OBEYED.finditer(said)][:3]
        for name, said in shown.items()
        if _OBEYED.search(said)
    }
    assert obeyed == {}
    assert all(b"owned" in shown[name] or b"red" in shown[name] for name in ("iterate", "logs", "diff"))
    assert b"\x1b[" in shown["iterate"]  # it is a terminal, and colours do reach it


def test_a_pager_gets_colours_and_nothing_else_to_obey(machine: Machine, session: str) -> None:
    pager, got = machine.live / "pager", machine.live / "paged"
    pager.write_text(f"#!/bin/sh\ncat > '{got}'\n")
    pager.chmod(0o755)
    machine.ask("iterate", session)
    on_a_terminal(machine, "diff", session, pager=str(pager))
    paged = got.read_bytes()
    assert _OBEYED.search(paged) is None
    assert b"\x1b[32m+" in paged
    assert b"^[]52;c;" in paged
    got.unlink()
    on_a_terminal(machine, "diff", session, "--no-pager", pager=str(pager))
    assert not got.exists()
