"""The steps that stories are made of, and how they are drawn. All numbers are taken modulo what there is."""

from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

from tests.properties.editing import KINDS, NAMES, Edit

Edits = tuple[Edit, ...]
Rule = Literal["base", "session", "both", "text", "delete"]


@dataclass(frozen=True, slots=True)
class Base:
    """The user commits on base, wherever that is checked out, or where it is not."""

    edits: Edits
    release: bool = False


@dataclass(frozen=True, slots=True)
class Loose:
    """The user changes files in his checkout and does not commit them."""

    edits: Edits
    staged: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """The user's checkout goes elsewhere; with uncommitted changes git may refuse."""

    to: Literal["main", "side", "nowhere", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Rewind:
    """The user throws away base's last commit, or makes another of it."""

    amend: Edits = ()


@dataclass(frozen=True, slots=True)
class New:
    """Another session."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The agent's turn in a session."""

    who: int
    edits: Edits


@dataclass(frozen=True, slots=True)
class Hand:
    """The user changes a session's worktree by hand."""

    who: int
    edits: Edits
    how: Literal["commit", "leave", "stage", "force"] = "commit"


@dataclass(frozen=True, slots=True)
class Pointer:
    """The user commits another commit of a submodule, in a session or on base (None), or removes it."""

    who: int | None
    remove: bool


@dataclass(frozen=True, slots=True)
class Sync:
    """The user merges base into a session by hand, if that goes without conflict."""

    who: int


@dataclass(frozen=True, slots=True)
class Pick:
    """The user picks a session's newest commit onto base or onto another session, if that is clean."""

    who: int
    onto: int | None


@dataclass(frozen=True, slots=True)
class Squash:
    """The session's commits become one."""

    who: int
    include: bool


@dataclass(frozen=True, slots=True)
class Rebase:
    """The session's commits move onto base."""

    who: int


@dataclass(frozen=True, slots=True)
class Restore:
    """The session goes back to one of its points."""

    who: int
    point: int


@dataclass(frozen=True, slots=True)
class Cleanup:
    """Worktree and branch go, if nothing is lost by it, or all the same."""

    who: int
    force: bool


@dataclass(frozen=True, slots=True)
class Options:
    """How to merge."""

    include: bool = False
    no_ff: bool = False
    skip_squash: bool = False
    release: bool = False
    in_worktree: bool = False
    fold: bool = True


@dataclass(frozen=True, slots=True)
class Merge:
    """Begin a merge; it may wait for its conflicts."""

    who: int
    options: Options


@dataclass(frozen=True, slots=True)
class Enter:
    """Put a waiting conflict into the worktree."""

    who: int


@dataclass(frozen=True, slots=True)
class Settle:
    """Settle some of the conflicts of a waiting merge by rule; `by_hand`: by editing, in the worktree."""

    who: int
    rules: tuple[Rule, ...]
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Continue:
    """A waiting merge goes on; where something is left to settle it waits on."""

    who: int


@dataclass(frozen=True, slots=True)
class Abort:
    """A waiting merge is taken back."""

    who: int


@dataclass(frozen=True, slots=True)
class Land:
    """A merge all the way: begun, every conflict settled, continued."""

    who: int
    options: Options
    rules: tuple[Rule, ...]
    by_hand: bool = False


Step = (
    Base
    | Loose
    | Go
    | Rewind
    | New
    | Turn
    | Hand
    | Sync
    | Pick
    | Squash
    | Rebase
    | Restore
    | Cleanup
    | Merge
    | Enter
    | Settle
    | Continue
    | Abort
    | Land
)


@dataclass(frozen=True, slots=True)
class Story:
    """What the repository is like, and everything that happens in it."""

    attributes: str
    autocrlf: str
    steps: tuple[Step, ...]


_small = st.integers(0, 3)
_who = st.integers(0, 3)
_kinds = st.sampled_from([*("insert", "replace", "cut") * 3, *("drop", "add", "move") * 2, *sorted(KINDS)])
# The first files most often: so that the sides meet.
_file = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9])
_edit = st.builds(
    Edit, _kinds, _file, st.sampled_from([1, 1, 4, 4, *range(10)]), st.integers(0, len(NAMES) - 1)
)
_edits = st.lists(_edit, min_size=1, max_size=3).map(tuple)
_rules = st.lists(st.sampled_from(["base", "session", "both", "text", "delete"]), min_size=1, max_size=3).map(
    tuple
)
_options = st.builds(
    Options,
    include=st.booleans(),
    no_ff=st.sampled_from([False, False, True]),
    skip_squash=st.sampled_from([False, False, True]),
    release=st.sampled_from([False, False, False, True]),
    in_worktree=st.booleans(),
    fold=st.sampled_from([True, True, False]),
)
_STEPS: dict[str, st.SearchStrategy[Any]] = {
    "turn": st.builds(Turn, _who, _edits),
    "hand": st.builds(Hand, _who, _edits, st.sampled_from(["commit", "commit", "leave", "stage", "force"])),
    "base": st.builds(Base, _edits, st.sampled_from([False, False, False, True])),
    "land": st.builds(Land, _who, _options, _rules, st.booleans()),
    "merge": st.builds(Merge, _who, _options),
    "enter": st.builds(Enter, _who),
    "settle": st.builds(Settle, _who, _rules, st.booleans()),
    "continue": st.builds(Continue, _who),
    "abort": st.builds(Abort, _who),
    "loose": st.builds(Loose, _edits, st.booleans()),
    "go": st.builds(Go, st.sampled_from(["main", "side", "nowhere", "elsewhere"])),
    "rewind": st.builds(Rewind, st.just(()) | _edits),
    "new": st.builds(New),
    "pointer": st.builds(Pointer, st.none() | _who, st.sampled_from([False, False, False, True])),
    "sync": st.builds(Sync, _who),
    "pick": st.builds(Pick, _who, st.none() | _who),
    "squash": st.builds(Squash, _who, st.booleans()),
    "rebase": st.builds(Rebase, _who),
    "restore": st.builds(Restore, _who, _small),
    "cleanup": st.builds(Cleanup, _who, st.booleans()),
}
_AROUND = (
    "loose",
    "go",
    "rewind",
    "new",
    "pointer",
    "sync",
    "pick",
    "squash",
    "rebase",
    "restore",
    "cleanup",
)
_MERGING = ("merge", "merge", "enter", "settle", "continue", "abort")


def _steps(fewest: int, most: int, *names: str) -> st.SearchStrategy[list[Step]]:
    # Drawn by name: `one_of` would forget how often each is named.
    return st.lists(st.sampled_from(names).flatmap(_STEPS.__getitem__), min_size=fewest, max_size=most)


_beginning = _steps(4, 10, *("turn", "hand", "base") * 7, *_AROUND)
_middle = _steps(3, 14, *("turn", "hand", "base", "land") * 4, *_MERGING * 2, *_AROUND)
_end = _steps(2, 4, "land")

stories = st.builds(
    Story,
    attributes=st.sampled_from(["", "", "* text=auto\n", "*.txt text eol=crlf\n", "b.txt merge=union\n"]),
    autocrlf=st.sampled_from(["false", "false", "false", "input", "true"]),
    steps=st.tuples(_beginning, _middle, _end).map(
        lambda parts: tuple(step for part in parts for step in part)
    ),
)
