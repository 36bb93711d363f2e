"""The canaries, every way they may be spelled, and everything that is written on the machine."""

import base64
import json
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

CANARIES = {
    "AMP_API_KEY": 'sgamp_user_canary/alpha+1="quoted"',
    "MY_TOKEN": "canary-token-bravo-0123456789",
    "DB_PASSWORD": "canary pässword charlie & more",
    "AWS_SECRET_ACCESS_KEY": "canaryDELTAk7MDENGbPxRfiCYEXAMPLEKEY0001",
    "SERVICE_CREDENTIAL": "canary\\echo\\credential\\0002",
}


def spellings(value: str) -> dict[str, bytes]:
    """A value plain, percent-encoded, escaped for JSON and in base64 at each of its three offsets."""
    raw = value.encode()
    found = {
        "plain": raw,
        "percent-encoded": quote(value, safe="").encode(),
        "JSON": json.dumps(value)[1:-1].encode(),
        "JSON, not ASCII only": json.dumps(value, ensure_ascii=False)[1:-1].encode(),
    }
    for before in range(3):
        first, last = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        found[f"base64 at {before}"] = base64.b64encode(b"\0" * before + raw)[first:last]
    return found


def leaks(places: Iterator[tuple[str, bytes]]) -> list[str]:
    """Where a canary can be read, and how it is spelled there."""
    wanted = [(name, how, data) for name, value in CANARIES.items() for how, data in spellings(value).items()]
    return [
        f"{name} {how} in {place}: …{_around(content, data)!r}…"
        for place, content in places
        for name, how, data in wanted
        if data in content
    ]


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file with its bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path), path.read_bytes()


def database(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every table; what is compressed, decompressed and joined in order."""
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    for table in tables:
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            for value in row:
                yield f"table {table}", value if isinstance(value, bytes) else str(value).encode()
    chunks = connection.execute("SELECT data FROM outputs ORDER BY iterationId, number").fetchall()
    connection.close()
    yield "the raw outputs", b"".join(zlib.decompress(data) for (data,) in chunks)


def repository(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every object that a ref or reflog holds, but for the backups, and the names and logs of the refs."""
    git_dir = root / ".git"
    for name in ("logs", "refs"):
        yield from files_below(git_dir / name)
    listed = _git(root, "rev-list", "--objects", "--exclude=refs/ampsm/backup/*", "--all", "--reflog")
    for line in listed.decode().splitlines():
        oid, _, path = line.partition(" ")
        kind = _git(root, "cat-file", "-t", oid).decode().strip()
        yield f"{kind} {oid[:8]} {path}", path.encode() + _git(root, "cat-file", kind, oid)


def _git(root: Path, *args: str) -> bytes:
    return subprocess.run(["git", *args], cwd=root, capture_output=True, check=True).stdout


def _around(content: bytes, data: bytes) -> bytes:
    at = content.find(data)
    return content[max(0, at - 60) : at + len(data) + 20]
