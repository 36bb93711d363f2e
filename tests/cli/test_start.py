"""What scripts run all the time starts fast: it loads nothing that only writing needs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

HEAVY = ("sqlalchemy", "pydantic", "alembic", "flask", "ruamel", "rich", "psutil", "ampsm_app.backend.core")
_ROOT = Path(__file__).parents[2]
_RUN = """
import sys
from ampsm_app.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("command", [("list",), ("list", "--json"), ("status",), ("status", "--json")])
def test_hot_reads_load_nothing_heavy(amp: Terminal, command: tuple[str, ...]) -> None:
    session = amp("new", "--prompt", "Say hello.", "--mode", "demo", "--run", "--json").json["session_id"]
    named = (session,) if command[0] == "status" else ()

    argv = [sys.executable, "-c", _RUN, *command, *named]
    done = subprocess.run(argv, cwd=_ROOT, capture_output=True, text=True, check=True)

    assert session in done.stdout
    assert not set(HEAVY) & set(done.stderr.split())


def test_the_version_loads_not_even_the_command_line() -> None:
    code = "import sys; sys.argv[1:] = ['--version']\nfrom ampsm_app.cli.main import main\n"
    code += "try:\n    main()\nfinally:\n    print('click' in sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=_ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "False"


def test_status_is_the_same_from_the_fast_read_as_in_the_context_folder(amp: Terminal) -> None:
    session = amp("new", "--prompt", "Say hello.", "--mode", "demo", "--run", "--json").json["session_id"]
    document = amp("status", session, "--json").json
    kept = Path(document["worktree_path"]) / document["context_dir"] / "LAST_STATUS.json"
    assert document == json.loads(kept.read_text())
