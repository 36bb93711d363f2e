"""`serve` and `app`."""

import signal
import threading

import click

from ampsm_app.cli import output
from ampsm_app.cli.context import writing

_WAKE_S = 0.5


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--allow-remote", is_flag=True, help="Allow an address that others can reach.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as a JSON document.")
def serve_command(port: int, host: str, allow_remote: bool, as_json: bool) -> None:
    """Serve the page to a browser on this machine, until Ctrl-C. The address works once."""
    from ampsm_app.backend.web.server import Server

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with writing() as core:
        core.expiry.keep_up()
        server = Server(core, host=host, port=port, allow_remote=allow_remote)
        url = server.start()
        if as_json:
            output.print_json({"url": url, "port": server.port})
        else:
            output.say(url)
        # A signal may be delivered to another thread; this one sees it when it wakes.
        while not over.wait(_WAKE_S):
            pass
        server.stop()


@click.command()
def app_command() -> None:
    """Open the window."""
    from ampsm_app.desktop.main import main

    main()
