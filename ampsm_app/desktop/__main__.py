"""`python -m ampsm_app.desktop`."""

from ampsm_app.desktop.main import main

main()
