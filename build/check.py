"""Run the checks: `python build/check.py [--all] [NAME …]`.

Without names the fast ones, with `--all` the page's unit tests too. A check whose inputs are those of its
last success is not run again; a failing one shows everything it said.
"""

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from checks import Check, all_checks
from project import Stamp

_AT_ONCE = 2


def main() -> int:
    """1 where a check failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="the page's unit tests too")
    parser.add_argument("names", nargs="*", help="only these")
    options = parser.parse_args()
    chosen = [
        check
        for check in all_checks()
        if (check.name in options.names if options.names else check.fast or options.all)
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        failed = [name for name in pool.map(_run, chosen) if name]
    if failed:
        sys.stderr.write(f"\nfailed: {', '.join(failed)}\n")
    return bool(failed)


def _run(check: Check) -> str | None:
    """The check's name if it failed."""
    stamp = Stamp(f"check-{check.name}", check.digest())
    if check.inputs and stamp.is_fresh():
        _say(check, "unchanged since it last passed")
        return None
    stamp.clear()
    start = time.monotonic()
    done = subprocess.run(
        check.argv, cwd=check.cwd, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        how = "FAILED" if done.returncode > 0 else f"was ended by signal {-done.returncode}"
        _say(check, how, f"{done.stdout}{done.stderr}")
        return check.name
    stamp.set()
    _say(check, f"{time.monotonic() - start:.1f} s")
    return None


def _say(check: Check, word: str, output: str = "") -> None:
    sys.stdout.write(f"{check.name:<14} {word}\n{output}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
