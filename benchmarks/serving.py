"""The program of this checkout, as processes for benchmarks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def serving(cwd: Path, **variables: str) -> Iterator[str]:
    """The address of a server that runs while the block does."""
    server = subprocess.Popen(
        command("serve", "--json"),
        cwd=cwd,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    printed = ""
    while not printed.rstrip().endswith("}"):
        printed += server.stdout.readline()
    try:
        yield str(json.loads(printed)["url"])
    finally:
        server.terminate()
        server.communicate()


def command(*args: str) -> list[str]:
    """How this checkout's command line is started from anywhere."""
    root = Path(__file__).parents[1]
    start = f"import sys; sys.path.insert(0, {str(root)!r}); from ampsm_app.cli.main import main; main()"
    return [sys.executable, "-c", start, *args]
