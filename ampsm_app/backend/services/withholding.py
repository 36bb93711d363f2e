"""Finds secrets in what is about to be committed; a file that brings one in is left out and named."""

from pathlib import Path

from ampsm_app.backend.config.redaction import Redactor
from ampsm_app.backend.domain.sessions import WithheldFile
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Status

_LARGEST = 2 * 1024 * 1024


def find_secrets(redactor: Redactor, git: Git, state: Status, start: str) -> tuple[WithheldFile, ...]:
    """The uncommitted files that hold a secret on a line which their version in `start` does not have."""
    found = []
    for path in dict.fromkeys(each.path for each in state.entries):
        text = _text(git.cwd / path)
        hits = redactor.find(text) if text else []
        if not hits:
            continue
        before = git.attempt("cat-file", "blob", f"{start}:{path}").stdout.decode("utf-8", "replace")
        known, lines = set(before.split("\n")), text.split("\n")
        new = next((hit for hit in hits if lines[hit.line - 1] not in known), None)
        if new is not None:
            found.append(WithheldFile(path=path, line=new.line, kind=new.kind))
    return tuple(found)


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        raw = path.read_bytes()
    except OSError:
        return ""
    return "" if b"\0" in raw[:8000] else raw.decode("utf-8", "replace")
