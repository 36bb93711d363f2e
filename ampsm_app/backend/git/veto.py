"""Asks the user's `reference-transaction` hook about a move before any file is touched for it."""

import os
from collections.abc import Sequence
from pathlib import Path

from ampsm_app.backend.git.refs import RefUpdate
from ampsm_app.backend.git.runner import Git, encode

_HOOK = "hooks/reference-transaction"


def vetoed(git: Git, updates: Sequence[RefUpdate]) -> str | None:
    """What the hook says against a transaction; None where it agrees or there is no hook.

    The hook sees the transaction prepared and then aborted. Nothing moves.
    """
    hook = Path(git.text("rev-parse", "--path-format=absolute", "--git-path", _HOOK))
    if not hook.is_file() or not os.access(hook, os.X_OK):
        return None
    lines = [encode(f"update {each.ref}\0{each.new}\0{each.old or ''}\0") for each in updates]
    script = b"start\0" + b"".join(lines) + b"prepare\0abort\0"
    done = git.attempt("update-ref", "--stdin", "-z", stdin=script)
    said = done.stderr.decode("utf-8", "replace").strip()
    return said if done.exit_code != 0 and "aborted by hook" in said else None
