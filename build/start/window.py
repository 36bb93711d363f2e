"""Where the packaged `ampsm` begins. Helpers of the program are started as the program itself, by name."""

import sys

if sys.argv[1:2] in (["_guard"], ["demo-agent"]):
    from ampsm_app.cli.main import main as terminal

    terminal()
else:
    from ampsm_app.desktop.main import main as window

    window()
