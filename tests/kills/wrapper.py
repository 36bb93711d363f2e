"""A `git` in the PATH that counts its calls and kills somebody at one of them."""

import shutil
from pathlib import Path
from typing import Literal

# Who is killed at the chosen call, and when:
# before   the caller, and git is not run              after    the caller, once git has done its work
# orphan   the caller, and git goes on without it      midway   the caller and git, while git is at work
# both     the caller and its guard, git goes on       git      git alone, while it is at work
How = Literal["before", "after", "orphan", "midway", "both", "git"]

_SCRIPT = r"""#!/bin/sh
real='{git}'
[ -n "$KILL_COUNT" ] || exec "$real" "$@"
echo "$*" >> "$KILL_COUNT"
[ "$(wc -l < "$KILL_COUNT")" = "$KILL_AT" ] || exec "$real" "$@"
echo "$PPID $*" > "$KILL_COUNT.hit"
case "$KILL_HOW" in
before) kill -9 "$PPID"; exit 1 ;;
after) "$real" "$@"; status=$?; kill -9 "$PPID"; exit $status ;;
orphan) kill -9 "$PPID"; exec "$real" "$@" ;;
both)
    for child in $(cat /proc/"$PPID"/task/*/children); do
        grep -q guard.py "/proc/$child/cmdline" && kill -9 "$child"
    done
    kill -9 "$PPID"
    exec "$real" "$@" ;;
esac
# In the background a shell gives no input, unless it comes from another descriptor.
exec 3<&0
"$real" "$@" <&3 3<&- &
git=$!
sleep 0.003
kill -9 "$git" 2>/dev/null
[ "$KILL_HOW" = git ] || kill -9 "$PPID"
kill -9 $$
"""


def install(folder: Path) -> Path:
    """Put the wrapper into a folder of its own, for the front of PATH; that folder."""
    real = shutil.which("git")
    assert real is not None
    folder.mkdir(parents=True)
    wrapper = folder / "git"
    wrapper.write_text(_SCRIPT.replace("{git}", real))
    wrapper.chmod(0o755)
    return folder
