"""Build the frontend into `ampsm_app/frontend/dist`: `python build/frontend.py [--packages-only]`.

Does nothing where neither the sources nor the locked packages have changed.
"""

import os
import sys

from project import DIST, FRONTEND, Stamp, digest, found, run, say

MODULES = FRONTEND / "node_modules"
SOURCES = [
    FRONTEND / name
    for name in (
        "src",
        "public",
        "index.html",
        "package.json",
        "svelte.config.js",
        "tsconfig.json",
        "vite.config.ts",
    )
]


def main() -> None:
    """Install the packages and build."""
    install_packages()
    if "--packages-only" not in sys.argv[1:]:
        build()


def install_packages() -> None:
    """Put the locked packages into `node_modules`."""
    stamp = Stamp(".installed", digest(FRONTEND / "package-lock.json", FRONTEND / "package.json"), MODULES)
    if not stamp.is_fresh():
        say("Installing the page's packages …")
        run(found("npm"), "ci", "--no-audit", "--no-fund", "--loglevel=error", cwd=FRONTEND)
        stamp.set()


def build() -> None:
    """Make the page that is served; what is there is right as long as its inputs are the same."""
    stamp = Stamp("built", digest(*SOURCES, FRONTEND / "package-lock.json"))
    if not stamp.is_fresh() or not (DIST / "index.html").is_file():
        say("Building the page …")
        stamp.clear()
        vite = MODULES / ".bin" / ("vite.cmd" if os.name == "nt" else "vite")
        run(str(vite), "build", "--logLevel", "warn", cwd=FRONTEND)
        stamp.set()


if __name__ == "__main__":
    main()
