"""How a backup lies in the repository: one commit under `refs/ampsm/backup/<session>/`, with HEAD as parent.

Its tree: `meta.json`; `files/…` (bytes of changed and untracked files as they were on disk); `index` (the
index file itself); `stages/<id>` (what only the index knew); `state/…` (an unfinished merge or rebase).
"""

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.domain.model import format_time, parse_time
from ampsm_app.backend.domain.points import purpose_of
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.git.refs import HEADS, OURS
from ampsm_app.backend.git.runner import Git, decode, git_failed

PREFIX = f"{OURS}backup/"
FILES = "files/"
STAGES = "stages/"
STATE = "state/"
INDEX = "index"
META = "meta.json"

_TIME = "%Y%m%d-%H%M%S%f"
_ID = re.compile(r"(\d{8}-\d{6}\d{3})-.+")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Meta:
    """What a backup says of itself. `branch` is a full ref, None when HEAD was detached.

    `deleted` are tracked paths that were not on disk, `not_kept` what is too large, unreadable or another
    repository, `unchanged` kept files that were as in `head`, `permissions` the mode bits of the kept files,
    `size` their bytes (None: not counted).
    """

    session_id: str
    operation: str
    time: str
    head: str | None
    branch: str | None
    dirty_files: int = 0
    deleted: list[str] = field(default_factory=list)
    not_kept: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    permissions: dict[str, int] = field(default_factory=dict)
    trash_path: str | None = None
    refs_only: bool = False
    size: int | None = None
    version: int = _VERSION


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in a backup: the mode that git gives it, its blob, and how many bytes that has."""

    mode: str
    oid: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as it is read: files and state by path, the index's blob (None where there was no index)."""

    ref: str
    meta: Meta
    files: dict[str, Kept]
    state: dict[str, Kept]
    index: str | None


def ref_for(session_id: str, operation: str, now: datetime) -> str:
    """The ref of a backup taken now, to the millisecond."""
    word = re.sub(r"[^A-Za-z0-9]+", "-", operation).strip("-") or "backup"
    return f"{PREFIX}{session_id}/{now.astimezone(UTC).strftime(_TIME)[:-3]}-{word}"


def taken_at(ref: str) -> datetime | None:
    """When a backup was taken, read from its ref."""
    match = _ID.match(ref.rpartition("/")[2])
    return datetime.strptime(match[1] + "000", _TIME).replace(tzinfo=UTC) if match else None


def write_meta(meta: Meta) -> bytes:
    """The bytes of `meta.json`; names that are no UTF-8 survive as escapes."""
    return json.dumps(asdict(meta), indent=1, sort_keys=True).encode("ascii")


def read_meta(raw: bytes) -> Meta:
    """What `write_meta` wrote; fields of later versions are left out."""
    known: dict[str, Any] = json.loads(raw)
    return Meta(**{name: value for name, value in known.items() if name in Meta.__dataclass_fields__})


def point_of(ref: str, meta: Meta) -> RestorePoint:
    """The restore point that the faces show."""
    return RestorePoint(
        id=ref.rpartition("/")[2],
        session_id=meta.session_id,
        ref=ref,
        operation=meta.operation,
        purpose=purpose_of(meta.operation),
        created_at=parse_time(meta.time),
        head=meta.head or "",
        branch=meta.branch.removeprefix(HEADS) if meta.branch else None,
        dirty_files=meta.dirty_files,
        not_kept=tuple(meta.not_kept),
        trash_path=meta.trash_path,
        size=meta.size,
    )


def meta_for(session_id: str, operation: str, now: datetime, head: str | None, branch: str | None) -> Meta:
    """The part of a backup's meta data that does not depend on files."""
    return Meta(session_id, operation, format_time(now), head, branch)


def load(git: Git, ref: str) -> Backup:
    """The backup of a ref; raises `NotFound` with code `no_backup`."""
    args = ("cat-file", "blob", f"{ref}:{META}")
    done = git.attempt(*args)
    if done.exit_code < 0:  # killed, which says nothing of the backup
        raise git_failed(args, git.cwd, done)
    if done.exit_code != 0:
        raise NotFound(
            f"There is no backup {ref} in {git.cwd}.",
            hint="amp-sessions history lists what can be restored.",
            code="no_backup",
        )
    files: dict[str, Kept] = {}
    state: dict[str, Kept] = {}
    index = None
    for entry in git.read("ls-tree", "-r", "-l", "-z", "--full-tree", ref).split(b"\0")[:-1]:
        head, name = entry.split(b"\t", 1)
        mode, _, oid, size = decode(head).split()
        path, kept = decode(name), Kept(mode, oid, int(size))
        if path.startswith(FILES):
            files[path.removeprefix(FILES)] = kept
        elif path.startswith(STATE):
            state[path.removeprefix(STATE)] = kept
        elif path == INDEX:
            index = oid
    return Backup(ref, read_meta(done.stdout), files, state, index)
