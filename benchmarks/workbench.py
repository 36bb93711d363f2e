"""What the benchmarks share: a user's machine in a folder, repositories of any size, rounds, tables."""

import os
import statistics
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
Work = Callable[[], object]
# One file of a turn, one message, one result: all that a turn of a real agent has, at once.
_AGENT = """#!/bin/sh
case "$1" in
  --version) echo "1.0.0 (instant)"; exit ;;
  --help) printf 'Options:\\n  -x, --execute [message]\\n    Run\\n  --stream-json\\n    Stream\\n'; exit ;;
esac
while read -r line; do :; done
echo "a line of the agent" >> work.txt
echo '{"type":"system","subtype":"init","session_id":"T-1","cwd":"/","tools":[]}'
echo '{"type":"assistant","message":{"type":"message","role":"assistant","id":"m1","model":"m",\
"content":[{"type":"text","text":"done"}],"stop_reason":"end_turn",\
"usage":{"input_tokens":1,"output_tokens":1}},"session_id":"T-1"}'
echo '{"type":"result","subtype":"success","is_error":false,"result":"done","duration_ms":1,\
"num_turns":1,"session_id":"T-1"}'
"""
_FILES_A_FOLDER = 100


def settle(folder: Path) -> dict[str, str]:
    """Make `folder` this process's home, with an identity for git and nothing of the user's own."""
    home = folder / "home"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    for name in list(os.environ):
        if name.startswith(("AMP_", "AMPSM_", "GIT_", "XDG_")) or name == "PYTHONDONTWRITEBYTECODE":
            del os.environ[name]
    os.environ.update(HOME=str(home), USERPROFILE=str(home), GIT_CONFIG_NOSYSTEM="1")
    return dict(os.environ)


def instant_agent(folder: Path) -> Path:
    """An agent that changes one file and is done; no interpreter but the shell starts with it."""
    path = folder / "agent"
    path.write_text(_AGENT)
    path.chmod(0o755)
    return path


def repository(path: Path, files: int) -> Path:
    """A repository with one commit of so many small files, a hundred a folder."""
    for number in range(files):
        place = path / f"folder_{number // _FILES_A_FOLDER}" / f"module_{number}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"# {number}\n" + "a line of a program\n" * 20)
    git(path, "init", "-q", "-b", "main")
    git(path, "add", "-A")
    git(path, "commit", "-q", "-m", "first")
    git(path, "repack", "-a", "-d", "-q")
    return path


def git(cwd: Path, *args: str) -> str:
    """Plain git; its output without the final newline."""
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def installed(folder: Path) -> Path:
    """An environment with the program installed as pip installs it, over the packages of this interpreter.

    Gives its folder of programs: `python` and `amp-sessions` stand in it. Everything is compiled.
    """
    place = folder / "venv"
    venv.create(place, with_pip=False)
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    ours = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    (ours / "packages.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = (sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet")
    options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    subprocess.run([*pip, *options, "--editable", str(ROOT)], check=True)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(ROOT / "ampsm_app")], check=True)
    return programs


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds by the clock, and of processors: this process's and those of the children it waited for."""

    clock: float
    work: float


def measured(work: Work) -> Taken:
    """What a call takes."""
    used, begun = _used(), time.perf_counter()
    work()
    return Taken(time.perf_counter() - begun, _used() - used)


def _used() -> float:
    if sys.platform == "win32":
        return sum(os.times()[:4])
    import resource

    # Finer than `os.times`, which counts in hundredths of a second.
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def run(argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> None:
    """A process to its end; what it says is thrown away."""
    subprocess.run(argv, cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def median(found: Sequence[Taken]) -> Taken:
    """The median of each, in milliseconds."""
    clock, work = (statistics.median(getattr(each, name) for each in found) for name in ("clock", "work"))
    return Taken(clock * 1000, work * 1000)


def say(line: str = "") -> None:
    """A line of the report."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
