"""`python -m ampsm_app.demo_agent`; also started by this file's path, from any folder."""

import sys
from pathlib import Path

if not __package__:
    # Started by path in an isolated interpreter: nothing in the user's folder can shadow a module then.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ampsm_app.demo_agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
