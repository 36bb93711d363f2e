"""Install what tests or the window need from the system: `python build/system.py tests|window`.

On Debian and its like, as root, with apt-get; where that may not be, it says what to install and fails only
where tests could not run at all.
"""

import os
import shutil
import subprocess
import sys

from project import say

QT = (
    "libasound2|libasound2t64", "libdbus-1-3", "libdrm2", "libegl1", "libfontconfig1", "libgbm1",
    "libgl1", "libnspr4", "libnss3", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1",
    "libxcb-render-util0", "libxcb-xkb1", "libxcomposite1", "libxdamage1", "libxkbcommon-x11-0",
    "libxkbfile1", "libxrandr2", "libxtst6",
)  # fmt: skip
# Debian's package and the programs that do as well.
PROGRAMS = {
    "binutils": ("objdump",),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "xvfb": ("Xvfb",),
    "openbox": ("openbox",),
    "xdotool": ("xdotool",),
    "jq": ("jq",),
    "bc": ("bc",),
}


def main() -> int:
    """0 where everything is there, now or before."""
    if not sys.platform.startswith("linux"):
        return 0
    programs = [] if sys.argv[1:] == ["window"] else [name for name in PROGRAMS if not _has_program(name)]
    missing = [*programs, *_missing_libraries()]
    if not missing:
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        return _install(missing)
    sys.stderr.write(f"Please install: {' '.join(missing)}\n")
    if shutil.which("apt-get"):
        sys.stderr.write(f"    sudo apt-get install --no-install-recommends {' '.join(missing)}\n")
    return bool(programs)


def _has_program(package: str) -> bool:
    return any(shutil.which(program) for program in PROGRAMS[package])


def _missing_libraries() -> list[str]:
    """Libraries that Debian's package list does not show as installed; none where there is no such list."""
    if not shutil.which("dpkg-query"):
        return []
    names = [name for names in QT for name in names.split("|")]
    listed = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    there = {line.split()[0] for line in listed.stdout.splitlines() if line.endswith(" installed")}
    return [_offered(names) for names in QT if not there & set(names.split("|"))]


def _offered(names: str) -> str:
    """The spelling of a package that this system's archive has."""
    *others, last = names.split("|")
    for name in others:
        shown = subprocess.run(["apt-cache", "policy", name], capture_output=True, text=True, check=False)
        if "Candidate: (none)" not in shown.stdout and "Candidate:" in shown.stdout:
            return name
    return last


def _install(packages: list[str]) -> int:
    say(f"Installing {len(packages)} system packages …")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for argv in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *argv], env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stdout + done.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
