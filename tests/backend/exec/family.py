"""A program with every kind of descendant that has outlived its parent in practice, and how to watch it."""

import time
from collections.abc import Callable
from pathlib import Path

from ampsm_app.backend.exec.identity import ProcessIdentity

KINDS = {"agent", "child", "own-session", "daemon", "stubborn", "nameless"}

# Each writes its number into the folder that is the first argument, and sleeps.
SOURCE = """
import os, signal, subprocess, sys, time
folder, kind = sys.argv[1], sys.argv[2]

def start(kind, **how):
    return subprocess.Popen([sys.executable, "-S", __file__, folder, kind], **how)

def settle():
    with open(os.path.join(folder, kind + ".part"), "w") as file:
        file.write(str(os.getpid()))
    os.rename(file.name, os.path.join(folder, kind))
    time.sleep(120)

if kind == "agent":
    start("child")
    start("own-session", start_new_session=True)
    start("daemon-starter").wait()
    start("stubborn-starter")
    start("nameless", env={})
elif kind == "daemon-starter":
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    kind = "daemon"
elif kind == "stubborn-starter":
    start("stubborn").wait()
elif kind == "stubborn":
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
settle()
"""


def members(folder: Path) -> dict[str, ProcessIdentity]:
    """The whole family, once all of it has settled."""
    eventually(lambda: {entry.name for entry in folder.iterdir()} >= KINDS)
    found = {kind: ProcessIdentity.of(int((folder / kind).read_text())) for kind in KINDS}
    return {kind: identity for kind, identity in found.items() if identity is not None}


def still_alive(family: dict[str, ProcessIdentity]) -> set[str]:
    """Which of the family still run."""
    return {kind for kind, identity in family.items() if identity.alive()}


def eventually(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds."""
    give_up = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < give_up, "it never came to hold"
        time.sleep(0.02)
