"""Write `requirements.txt` and `requirements-dev.txt`: every package, for every platform, by its hashes.

`python build/lock.py [--upgrade]`. It needs `uv`, which only this script needs. The locks hold no address,
so that they work with any index.
"""

import re
import subprocess
import sys

from project import ROOT, venv_bin

HEADER = "# Made by build/lock.py from pyproject.toml. Install with `pip install --require-hashes -r`.\n"
COMMON = (
    "--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-header", "--quiet",
)  # fmt: skip


def main() -> None:
    """Lock what runs, then what develops on top of the very same versions."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    runs, develops = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    _compile(runs.name, "--group", "build", *upgrade)
    _compile(develops.name, "--group", "develop", "--constraint", runs.name, *upgrade)
    for lock in (runs, develops):
        text = re.sub(
            r"^(#|--index|--extra-index|--find-links).*\n", "", lock.read_text("utf-8"), flags=re.MULTILINE
        )
        lock.write_text(HEADER + text, "utf-8", newline="\n")


def _compile(output: str, *arguments: str) -> None:
    argv = [venv_bin("uv"), "pip", "compile", *COMMON, "pyproject.toml", *arguments, "-o", output]
    subprocess.run(argv, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
