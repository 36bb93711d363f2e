"""The tour of the README is run as it stands, and says what the README shows."""

import os
import subprocess
import sys
import urllib.request
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, blocks, shape

README = ROOT / "README.md"
NEXT = "--- the next block ---"


def tour() -> list[tuple[str, str]]:
    """The commands of each block, and the output that is shown below it."""
    found = list(blocks(README))
    return [
        (block.text, after.text if after.kind == "text" else "")
        for block, after in pairwise([*found, Block("end", "")])
        if block.kind == "sh"
    ]


@pytest.fixture
def environment(private_home: Path) -> dict[str, str]:
    """A terminal in which `amp-sessions` is this checkout's."""
    program = private_home / "bin" / "amp-sessions"
    program.parent.mkdir()
    code = "from ampsm_app.cli.main import main; main()"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -c "{code}" "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "NO_COLOR": "1"}


@pytest.mark.timeout(300)
@pytest.mark.skipif(os.name == "nt", reason="the tour is written for a POSIX shell")
def test_the_tour_says_what_it_shows(environment: dict[str, str], tmp_path: Path) -> None:
    *steps, (serve, address) = tour()
    script = f"\necho '{NEXT}'\n".join(commands for commands, _ in steps)
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    said = done.stdout.split(f"{NEXT}\n")
    assert len(said) == len(steps)
    for (commands, shown), output in zip(steps, said, strict=True):
        _same_shape(shown, output, commands)
    assert serve == "amp-sessions serve\n"
    _serves(address.strip(), environment, tmp_path / "tea")


def _same_shape(shown: str, said: str, commands: str) -> None:
    expected, found = shown.splitlines(), said.splitlines()
    assert len(expected) == len(found), f"{commands}\n{said}"
    for wanted, line in zip(expected, found, strict=True):
        assert shape(wanted).fullmatch(line.rstrip()), f"{commands}\nshown: {wanted}\nsaid:  {line}"


def _serves(shown: str, environment: dict[str, str], cwd: Path) -> None:
    if not (ROOT / "ampsm_app" / "frontend" / "dist" / "index.html").is_file():
        pytest.skip("the page is not built")
    with subprocess.Popen(
        ["amp-sessions", "serve"], cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert shape(shown).fullmatch(address)
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(address, timeout=10) as page:
            assert page.status == 200
        server.terminate()
