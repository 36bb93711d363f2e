"""Make `.venv` and install what is locked: `python build/install.py [run|develop]`.

Every package is taken by its hash; a second run with the same locks does nothing.
"""

import sys

from project import ROOT, VENV, Stamp, digest, run, say, venv_bin

LOCKS = {"run": ROOT / "requirements.txt", "develop": ROOT / "requirements-dev.txt"}
OLDEST = (3, 11)
STAMPS = VENV / "stamps"


def main() -> None:
    """Install what is needed to run the program, or to develop it (which contains the first)."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "develop"
    if sys.version_info < OLDEST:
        sys.exit(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12 …"
        )
    _make_environment()
    stamps = {name: Stamp(name, digest(lock), STAMPS) for name, lock in LOCKS.items()}
    if not stamps["develop"].is_fresh() and not stamps[kind].is_fresh():
        say("Installing the Python packages into .venv …")
        _pip("--require-hashes", "-r", str(LOCKS[kind]))
        stamps[kind].set()
    project = Stamp("project", digest(ROOT / "pyproject.toml", ROOT / "build" / "hatch_build.py"), STAMPS)
    if not project.is_fresh():
        _pip("--no-deps", "--no-build-isolation", "-e", str(ROOT))
        project.set()


def _make_environment() -> None:
    configuration = VENV / "pyvenv.cfg"
    wanted = f"version = {sys.version_info[0]}.{sys.version_info[1]}."
    if not configuration.is_file() or wanted not in configuration.read_text("utf-8"):
        run(sys.executable, "-m", "venv", "--clear", str(VENV))


def _pip(*arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location")
    run(venv_bin("python"), "-m", "pip", "install", *quiet, *arguments)


if __name__ == "__main__":
    main()
