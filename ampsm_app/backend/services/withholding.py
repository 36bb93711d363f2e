"""Finds secrets in what is about to be committed; a file that brings one in is left out and named."""

from collections.abc import Iterator
from pathlib import Path

from ampsm_app.backend.config.redaction import Redactor
from ampsm_app.backend.domain.sessions import WithheldFile
from ampsm_app.backend.git.objects import read_objects, sizes
from ampsm_app.backend.git.raw_diff import GITLINK, NOTHING
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.staging import staged_changes
from ampsm_app.backend.git.status import Status

_LARGEST = 2 * 1024 * 1024
_AT_ONCE = 50


def find_secrets(redactor: Redactor, git: Git, state: Status, start: str) -> tuple[WithheldFile, ...]:
    """The uncommitted files that hold a secret on a line which their version in `start` does not have."""
    found = []
    for path in dict.fromkeys(each.path for each in state.entries):
        text = _text(git.cwd / path)
        if text and redactor.find(text):
            before = git.attempt("cat-file", "blob", f"{start}:{path}").stdout
            found += new_secrets(redactor, path, text, before)
    return tuple(found)


def find_staged_secrets(redactor: Redactor, git: Git) -> tuple[WithheldFile, ...]:
    """The same of what is staged, against HEAD."""
    absent = (NOTHING, GITLINK)
    changes = [each for each in staged_changes(git).changes if each.new_mode not in absent]
    texts = _staged_texts(git, [each.new_oid for each in changes])
    found: list[WithheldFile] = []
    for each, text in zip(changes, texts, strict=True):
        if text and redactor.find(text):
            before = None if each.old_mode in absent else read_objects(git, [each.old_oid])[0]
            found += new_secrets(redactor, each.path, text, before or b"")
    return tuple(found)


def new_secrets(redactor: Redactor, path: str, text: str, before: bytes) -> list[WithheldFile]:
    """The first secret of a text that stands on a line which `before` does not have; empty without one."""
    known, lines = set(before.decode("utf-8", "replace").split("\n")), text.split("\n")
    new = next((hit for hit in redactor.find(text) if lines[hit.line - 1] not in known), None)
    return [WithheldFile(path=path, line=new.line, kind=new.kind)] if new is not None else []


def _staged_texts(git: Git, oids: list[str]) -> Iterator[str]:
    """The texts of blobs, a few at a time; nothing of large and binary ones."""
    for at in range(0, len(oids), _AT_ONCE):
        chunk = oids[at : at + _AT_ONCE]
        fitting = [oid for oid, size in sizes(git, chunk).items() if size <= _LARGEST]
        contents = dict(zip(fitting, read_objects(git, fitting), strict=True))
        yield from (_decoded(contents.get(oid) or b"") for oid in chunk)


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        raw = path.read_bytes()
    except OSError:
        return ""
    return _decoded(raw)


def _decoded(raw: bytes) -> str:
    return "" if b"\0" in raw[:8000] else raw.decode("utf-8", "replace")
