"""The scripts of `build/` are no package: they are found beside each other, as when they are run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "build"))
