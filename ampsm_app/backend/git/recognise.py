"""Whether a session's work is in base already, however it got there, and what of it exists nowhere else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.git import three_way
from ampsm_app.backend.git.obstacles import changes_between
from ampsm_app.backend.git.refs import HEADS, merge_base, resolve
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.scratch import scratch

How = Literal["ancestor", "same_content", "adds_nothing", "squashed", "rebased"]

# How far back in base a squashed merge is looked for, in commits that touch the session's files.
_LOOK_BACK = 200
_PATHS = 100


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a session was merged and into which base; None: it was not, or that cannot be told.

    `only_here` counts the commits that no other branch, remote branch or tag has, neither themselves nor as
    the same change; 0 once merged, None where it cannot be told.
    """

    how: How | None
    base: str | None
    only_here: int | None

    @property
    def merged(self) -> bool:
        """Whether nothing of its content would be lost with it."""
        return self.how is not None


def recognise(git: Git, session_ref: str, bases: Sequence[str]) -> Recognised:
    """Look for the work of `session_ref` (full name) in each of `bases` (base, its remote branch, …).

    `git` stands where the merge would be made. Leaves no objects behind.
    """
    with scratch(git) as apart:
        tip = resolve(apart, session_ref, kind="commit")
        if tip is None:
            return Recognised(None, None, None)
        try:
            for base in dict.fromkeys(bases):
                at = resolve(apart, base, kind="commit")
                how = _how(apart, tip, at) if at else None
                if how is not None:
                    return Recognised(how, base, 0)
            return Recognised(None, None, _only_here(apart, session_ref, tip, bases))
        except AmpsmError:
            # A shallow or partial clone may lack what must be compared: unknown is not merged, and not zero.
            return Recognised(None, None, None)


def _how(git: Git, tip: str, base: str) -> How | None:
    start = merge_base(git, base, tip)
    if start is None:
        return None
    # From cheap to dear; a later one is asked only where the earlier ones said no.
    looks: tuple[tuple[How, Callable[[], bool]], ...] = (
        ("ancestor", lambda: start == tip),
        ("same_content", lambda: _tree(git, tip) == _tree(git, base)),
        ("adds_nothing", lambda: _adds_nothing(git, base, tip)),
        ("rebased", lambda: _rebased(git, tip, base)),
        ("squashed", lambda: any(_adds_nothing(git, at, tip) for at in _candidates(git, start, tip, base))),
    )
    return next((how for how, is_so in looks if is_so()), None)


def _adds_nothing(git: Git, base: str, tip: str) -> bool:
    merged = three_way.merge(git, base, tip)
    return merged.is_clean and merged.tree == _tree(git, base)


def _rebased(git: Git, tip: str, base: str) -> bool:
    """Whether base has each commit as the same change; what was settled in a merge has no counterpart."""
    if git.text("rev-list", "--count", "--merges", f"{base}..{tip}") != "0":
        return False
    marks = [line[0] for line in git.text("cherry", base, tip).splitlines()]
    return bool(marks) and "+" not in marks


def _candidates(git: Git, start: str, tip: str, base: str) -> Iterator[str]:
    """Where base may have got all of it at once: later changes there hide that from its present tip."""
    paths = [each.path for each in changes_between(git, start, tip)][:_PATHS]
    if paths:
        asked = ("--literal-pathspecs", "rev-list", f"--max-count={_LOOK_BACK}", f"{start}..{base}", "--")
        yield from git.text(*asked, *paths).splitlines()


def _only_here(git: Git, session_ref: str, tip: str, bases: Sequence[str]) -> int:
    own = session_ref.removeprefix(HEADS)
    elsewhere = (f"--exclude={own}", "--branches", "--remotes", "--tags")
    only = set(git.text("rev-list", tip, "--not", *elsewhere).splitlines())
    for base in bases:
        if only and resolve(git, base, kind="commit"):
            lines = git.text("cherry", base, tip).splitlines()
            only -= {line[2:] for line in lines if line.startswith("-")}
    return len(only)


def _tree(git: Git, rev: str) -> str:
    return git.text("rev-parse", "--verify", f"{rev}^{{tree}}")
