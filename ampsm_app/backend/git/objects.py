"""Many objects with one process: hashing files, reading blobs, making a tree of entries."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.git.runner import Git, decode, encode

TreeEntry = tuple[str, str, str]

_ESCAPES = {ord("\\"): b"\\\\", ord('"'): b'\\"', ord("\n"): b"\\n", ord("\r"): b"\\r"}


def hash_files(git: Git, paths: Sequence[str]) -> list[str]:
    """Store the bytes of these files as they are on disk, without any filter; their blobs' ids in order.

    Paths are absolute or relative to where `git` stands; links are followed.
    """
    if not paths:
        return []
    raw = git.write(
        *("hash-object", "-w", "--no-filters", "--stdin-paths"),
        stdin=b"".join(_quoted(path) for path in paths),
    )
    return decode(raw).split()


def read_objects(git: Git, names: Sequence[str]) -> list[bytes | None]:
    """The contents of objects named without spaces or newlines, None where there is no such object."""
    if not names:
        return []
    asked = encode("".join(f"{name}\n" for name in names))
    raw = git.read("cat-file", "--batch=%(objectsize)", stdin=asked)
    found: list[bytes | None] = []
    at = 0
    for _ in names:
        end = raw.index(b"\n", at)
        answer, at = raw[at:end], end + 1
        if answer.isdigit():
            found.append(raw[at : at + int(answer)])
            at += int(answer) + 1
        else:
            found.append(None)
    return found


def sizes(git: Git, oids: Sequence[str]) -> dict[str, int]:
    """The sizes of objects in bytes, by their ids."""
    if not oids:
        return {}
    asked = encode("".join(f"{oid}\n" for oid in oids))
    raw = git.read("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=asked)
    return {oid: int(size) for oid, size in (line.split() for line in decode(raw).splitlines())}


def tree_of(git: Git, entries: Iterable[TreeEntry]) -> str:
    """The tree that holds these (mode, blob, path), whatever their names."""
    lines = b"".join(encode(f"{mode} {oid}\t{path}") + b"\0" for mode, oid, path in entries)
    # Names that only other systems cannot have are kept all the same: these trees are never checked out.
    any_name = ("-c", "core.protectNTFS=false", "-c", "core.protectHFS=false", "-c", "core.splitIndex=false")
    with temporary_folder("tree") as folder:
        env = {"GIT_INDEX_FILE": os.fspath(Path(folder) / "index")}
        git.write(*any_name, "update-index", "-z", "--index-info", stdin=lines, env=env)
        return decode(git.write(*any_name, "write-tree", "--missing-ok", env=env)).strip()


def _quoted(path: str) -> bytes:
    raw = encode(path)
    if b"\n" not in raw and not raw.startswith(b'"') and not raw.endswith(b"\r"):
        return raw + b"\n"
    return b'"' + b"".join(_ESCAPES.get(byte, bytes([byte])) for byte in raw) + b'"\n'
