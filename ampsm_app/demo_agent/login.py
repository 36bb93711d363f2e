"""Pretended login states, in the words of the real binaries. Chosen by `AMP_DEMO_LOGIN`."""

import sys
import time
from collections.abc import Mapping
from typing import NoReturn

from ampsm_app.demo_agent.output import complain, write_text

_TRAP = """\
No API key found. Starting login flow...
If your browser does not open automatically, visit:

https://ampcode.com/auth/cli-login?authToken=00000000000000000000000000000000000000000000000000000000000demo

When prompted, paste your code here: """


def refuse(environment: Mapping[str, str], *, executing: bool) -> int | None:
    """What keeps this command from reaching a server, as its exit status; None where nothing does."""
    server = environment.get("AMP_URL") or "https://ampcode.com/"
    keyless = not environment.get("AMP_API_KEY")
    match environment.get("AMP_DEMO_LOGIN"):
        case "none" if keyless:
            return _ask_for_code()
        case "trap" if keyless:
            _hang()
        case "unauthorized":
            complain("Error: Unauthorized. Check your access token.")
        case "offline" if executing:
            complain(
                f"Error: Couldn't connect to the Amp server at {server}.\n\n"
                "Check your network connection or the server URL and try again."
            )
        case "offline":
            complain("Error: Cannot reach Amp servers. Are you offline?")
        case _:
            return None
    return 1


def _ask_for_code() -> int:
    write_text(_TRAP)
    sys.stdin.buffer.read()
    complain("\nLogin failed: No code entered. Please paste the code from the browser and try again.")
    return 1


def _hang() -> NoReturn:
    write_text(_TRAP)
    while True:
        time.sleep(3600)
