"""Make this platform's program folder `dist/ampsm` with PyInstaller, and let it prove itself.

Nothing is packed again while sources, page and locks are the same.
"""

import os
import shutil
import sys

import frontend
from project import DIST, ROOT, WORK, Stamp, digest, run, say, venv_bin

FOLDER = ROOT / "dist" / "ampsm"
SOURCES = [
    *(ROOT / "ampsm_app" / room for room in ("__init__.py", "backend", "cli", "demo_agent", "desktop")),
    DIST,
    ROOT / "build" / "start",
    ROOT / "pyinstaller.spec",
    ROOT / "requirements.txt",
]


def main() -> None:
    """Pack, then run the packed program's self-test; its failure is ours."""
    frontend.install_packages()
    frontend.build()
    stamp = Stamp("package", digest(*SOURCES, extra=sys.version))
    if not stamp.is_fresh() or not FOLDER.is_dir():
        say("Packing dist/ampsm …")
        stamp.clear()
        shutil.rmtree(FOLDER, ignore_errors=True)
        places = ("--distpath", str(ROOT / "dist"), "--workpath", str(WORK / "pyinstaller"))
        run(venv_bin("pyinstaller"), "--noconfirm", "--log-level", "WARN", *places, "pyinstaller.spec")
        stamp.set()
    run(str(FOLDER / ("amp-sessions.exe" if os.name == "nt" else "amp-sessions")), "selftest")


if __name__ == "__main__":
    main()
