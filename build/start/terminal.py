"""Where the packaged `amp-sessions` begins."""

from ampsm_app.cli.main import main

main()
