"""What `git merge-tree -z --messages` says of conflicts, in the product's words. Pure.

The output is `tree NUL (mode oid stage TAB path NUL)* NUL (n NUL path×n NUL type NUL text NUL)*`. Git 2.39
appends unframed advice where a submodule conflicts, so reading stops at the first count that is no number.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ampsm_app.backend.domain.merges import Conflicted, ConflictKind
from ampsm_app.backend.git.raw_diff import GITLINK
from ampsm_app.backend.git.runner import decode

# `<name>-0-g<object id>` is how `git describe` spells a commit: a revision that names its side in markers
# and messages, and cannot move between two commands.
BASE_LABEL = "base-0-g"
SESSION_LABEL = "session-0-g"
_LABEL = re.compile(r"\b(base|session)-0-g[0-9a-f]{40,64}")

# Most specific first: one path can have several messages.
_PRECEDENCE: tuple[tuple[str, str], ...] = (
    ("(submodule", "submodule"),
    ("(binary", "binary"),
    ("(rename", "rename"),
    ("(directory rename", "rename"),
    ("(file in way of directory rename", "rename"),
    ("(modify/delete", "delete_modify"),
    ("(file/directory", "file_directory"),
    ("(distinct modes", "mode"),
    ("(contents", "contents"),
)
_TILDE_TYPES = ("(distinct modes", "(file/directory")


@dataclass(frozen=True, slots=True)
class Stage:
    """One unmerged entry; `number` is 1 for the ancestor, 2 for base, 3 for the session."""

    mode: str
    oid: str
    number: int
    path: str


@dataclass(frozen=True, slots=True)
class Message:
    """What git says about some paths; `type` is stable (`CONFLICT (contents)`), `text` is for people."""

    paths: tuple[str, ...]
    type: str
    text: str

    @property
    def is_conflict(self) -> bool:
        """Whether it reports a conflict; the others tell of what went well."""
        return self.type.startswith("CONFLICT")

    def about(self, *topics: str) -> bool:
        """Whether its type is one of the topics, each given as `(name`; git leaves out the space at times."""
        return self.type.removeprefix("CONFLICT").lstrip().startswith(topics)


@dataclass(frozen=True, slots=True)
class MergeOutput:
    """A merged tree, the entries it could not settle, and git's messages."""

    tree: str
    stages: tuple[Stage, ...]
    messages: tuple[Message, ...]


@dataclass(slots=True)
class _Found:
    """What is known of one conflict while it is gathered."""

    path: str
    stages: dict[int, Stage] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    placed_at: list[str] = field(default_factory=list)


def parse_merge(raw: bytes) -> MergeOutput:
    """Read the output of `git merge-tree --write-tree -z --messages`."""
    parts = raw.split(b"\0")
    at = 1
    stages: list[Stage] = []
    while at < len(parts) and parts[at]:
        stages.append(_stage(parts[at]))
        at += 1
    return MergeOutput(decode(parts[0]), tuple(stages), tuple(_messages(parts[at + 1 :])))


def conflicts_of(output: MergeOutput) -> tuple[Conflicted, ...]:
    """The conflicts, one for each path that a person has to settle, ordered by path."""
    told = [message for message in output.messages if message.is_conflict]
    originals = _originals(told)
    found: dict[str, _Found] = {}
    for stage in output.stages:
        _gather(found, stage.path, originals).stages[stage.number] = stage
    for message in told:
        for path in _concerned(message, found, originals):
            _gather(found, path, originals).messages.append(message)
    settled = [_conflicted(each) for each in found.values()]
    return tuple(sorted(settled, key=lambda conflict: conflict.path))


def without_ids(text: str) -> str:
    """Git's words with the sides called `base` and `session` only."""
    return _LABEL.sub(lambda match: match[1], text)


def _stage(raw: bytes) -> Stage:
    info, _, path = raw.partition(b"\t")
    mode, oid, number = info.decode().split(" ")
    return Stage(mode, oid, int(number), decode(path))


def _messages(parts: Sequence[bytes]) -> Iterable[Message]:
    at = 0
    while at < len(parts) and parts[at].isdigit():
        count = int(parts[at])
        chunk = [decode(part) for part in parts[at + 1 : at + count + 3]]
        if len(chunk) < count + 2:
            return
        yield Message(tuple(chunk[:count]), chunk[count], chunk[count + 1].strip())
        at += count + 3


def _originals(told: Iterable[Message]) -> dict[str, str]:
    """Where git moved a side out of the way: `a~base…` → `a`."""
    moved: dict[str, str] = {}
    for message in told:
        if message.about(*_TILDE_TYPES) and message.paths:
            original = min(message.paths, key=len)
            moved.update({path: original for path in message.paths if path.startswith(original + "~")})
    return moved


def _gather(found: dict[str, _Found], path: str, originals: dict[str, str]) -> _Found:
    known = found.setdefault(originals.get(path, path), _Found(originals.get(path, path)))
    if path in originals and path not in known.placed_at:
        known.placed_at.append(path)
    return known


def _concerned(message: Message, found: dict[str, _Found], originals: dict[str, str]) -> list[str]:
    """The paths of a message that have entries; where none has, those that git left where they were."""
    paths = list(dict.fromkeys(originals.get(path, path) for path in message.paths))
    with_entries = [path for path in paths if path in found and found[path].stages]
    return with_entries or paths[1:] or paths


def _conflicted(found: _Found) -> Conflicted:
    told = sorted(found.messages, key=_rank)
    conflict = Conflicted(
        path=found.path,
        kind=_kind(found, told),
        message=without_ids(told[0].text) if told else "",
        related=_related(found, told),
        placed_at=tuple(found.placed_at),
        moved_from=_moved_from(found, told),
    )
    sides = {1: "ancestor", 2: "base", 3: "session"}
    entries = {sides[number]: stage for number, stage in found.stages.items()}
    oids = {f"{side}_oid": stage.oid for side, stage in entries.items()}
    modes = {f"{side}_mode": stage.mode for side, stage in entries.items()}
    return conflict.model_copy(update={**oids, **modes})


def _rank(message: Message) -> int:
    matching = (rank for rank, (topic, _) in enumerate(_PRECEDENCE) if message.about(topic))
    return next(matching, len(_PRECEDENCE))


def _kind(found: _Found, told: Sequence[Message]) -> ConflictKind:
    stages = found.stages
    if any(stage.mode == GITLINK for stage in stages.values()):
        return "submodule"
    rank = _rank(told[0]) if told else len(_PRECEDENCE)
    name = _PRECEDENCE[rank][1] if rank < len(_PRECEDENCE) else "contents"
    match name:
        case "submodule" | "binary" | "rename" | "delete_modify" | "mode":
            return name
        case "file_directory":
            return "delete_modify" if 1 in stages else "add_add"
        case _:
            return _kind_by_stages(frozenset(stages))


def _kind_by_stages(present: frozenset[int]) -> ConflictKind:
    if 1 in present and len(present) == 2:
        return "delete_modify"
    if 1 not in present and len(present) == 2:
        return "add_add"
    return "content" if len(present) == 3 else "rename"


def _related(found: _Found, told: Sequence[Message]) -> tuple[str, ...]:
    renamed = next((message for message in told if message.about("(rename/rename")), None)
    return tuple(path for path in renamed.paths if path != found.path) if renamed else ()


def _moved_from(found: _Found, told: Sequence[Message]) -> str | None:
    moved = next((message for message in told if message.about("(directory rename suggested")), None)
    if moved is None or len(moved.paths) < 2 or len(found.stages.keys() - {1}) != 1:
        return None
    return moved.paths[1]
