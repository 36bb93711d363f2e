"""Nothing that is tracked names a package registry's host or a path of the machine it was written on."""

import re
import subprocess
import sys
from pathlib import Path

from project import ROOT

# Written apart, so that this file does not name them either.
REGISTRIES = ("registry" r"\.npmjs", "registry" r"\.yarnpkg", "files" r"\.pythonhosted", r"pypi\.org/simple")


def main() -> int:
    """1 where something is found; each place is named."""
    here = [re.escape(str(path)) for path in (ROOT, Path.home()) if len(path.parts) > 2]
    pattern = "|".join([*REGISTRIES, *here])
    found = subprocess.run(
        ["git", "grep", "-n", "-I", "-E", pattern], cwd=ROOT, capture_output=True, text=True, check=False
    )
    sys.stderr.write(found.stdout + found.stderr)
    return found.returncode != 1


if __name__ == "__main__":
    sys.exit(main())
