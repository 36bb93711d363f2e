"""Turns and commits by hand of a timeline, each told once and after what it stands on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.sessions import Iteration, Session
from ampsm_app.backend.domain.timeline import TimelineEntry
from ampsm_app.backend.git import commit_facts, commits, refs
from ampsm_app.backend.git.commit_facts import Counts
from ampsm_app.backend.git.commits import CommitInfo
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.messages import ITERATION_TRAILER
from ampsm_app.backend.services.reviews import base_of
from ampsm_app.backend.services.timeline_steps import Steps, turn_step
from ampsm_app.backend.services.timeline_words import one_line

# What these hold besides the branch was made by the agent: its turn tells it.
_OF_AGENTS = ("agent-commits", "displaced")
# Operations that make commits anew, which they tell.
_REMAKING = ("squash", "rebase", "cherry-pick")
_MOST_HEADS = 200


@dataclass(frozen=True)
class Branch:
    """The commits of a session, oldest first: those on its branch now, and those that its points keep.

    `own` are the commits that the session can go back to: those on its branch and where it left base.
    """

    found: tuple[CommitInfo, ...] = ()
    now: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


def read_branch(git: Git, session: Session, points: Iterable[RestorePoint]) -> Branch:
    """The commits of a session's branch, and those that it had when its points were taken."""
    tip = refs.branch_tip(git, session.branch)
    kept = dict.fromkeys(each.head for each in points if each.head and each.operation not in _OF_AGENTS)
    heads = [*([tip] if tip else []), *list(kept)[-_MOST_HEADS:]]
    if not heads:
        return Branch()
    base = base_of(git, session)
    asked = ("--topo-order", "--reverse", "--ignore-missing", *heads, "--not", base, session.base_commit)
    found = commits.log(git, *asked)
    now = _reachable(found, [tip] if tip else [])
    feet = {each.parents[0] for each in found if each.sha in now and each.parents} - now
    return Branch(tuple(found), now, now | feet | ({tip} if tip else set()))


def commit_steps(
    git: Git | None, turns: Sequence[Iteration], steps: Steps, branch: Branch
) -> tuple[list[TimelineEntry], list[TimelineEntry]]:
    """The steps of turns, and those of commits by hand; without `git` only what the database has."""
    teller = _Teller(turns, steps, branch)
    mine = teller.by_hand()
    late = [commit for turn, commit in teller.of_turns.items() if teller.turns[turn].commit_sha is None]
    counts = commit_facts.counts(git, [each.sha for each in (*mine, *late)]) if git else {}
    told = {turn.id: teller.turn(turn, counts) for turn in turns}
    hand = {each.sha: _commit_step(each, counts.get(each.sha, Counts())) for each in mine}
    return list(told.values()), _placed(branch.found, hand, _times(turns, told, steps))


class _Teller:
    def __init__(self, turns: Sequence[Iteration], steps: Steps, branch: Branch) -> None:
        self.turns = {turn.id: turn for turn in turns}
        self._steps = steps
        self._branch = branch
        self.of_turns = self._commits_of_turns()

    def turn(self, turn: Iteration, counts: dict[str, Counts]) -> TimelineEntry:
        """A turn with its commit as it is on the branch now, where it was made anew or later."""
        worked = self._steps.worked.get(turn.id)
        commit = self.of_turns.get(turn.id)
        step = turn_step(turn, worked.timestamp if worked else None)
        if commit is None or commit.sha == turn.commit_sha:
            return step
        update: dict[str, object] = {"after": commit.sha, "state": commit.sha, "before": commit.parents[0]}
        update["against"] = f"commits:{commit.parents[0]}..{commit.sha}"
        if (counted := counts.get(commit.sha)) is not None:
            update |= {"files": counted.files, "lines_added": counted.added, "lines_deleted": counted.deleted}
        return step.model_copy(update=update)

    def by_hand(self) -> list[CommitInfo]:
        """The commits that neither a turn nor an operation tells."""
        remade = self._remade()
        known = remade | self._steps.made.keys()
        return [each for each in self._branch.found if each.sha not in known and not self._turn_of(each)]

    def _remade(self) -> set[str]:
        found = self._branch.found
        spans = [each for each in self._steps.entries if each.operation in _REMAKING]
        remade: set[str] = set()
        for each in spans:
            remade |= _reachable(found, [each.after or ""]) - _reachable(found, [each.before or ""])
        return remade

    def _turn_of(self, commit: CommitInfo) -> str | None:
        named = commit.trailers.get(ITERATION_TRAILER, "").split("\n")[-1]
        return named if named in self.turns else None

    def _commits_of_turns(self) -> dict[str, CommitInfo]:
        found: dict[str, CommitInfo] = {}
        for commit in self._branch.found:
            turn = self._turn_of(commit)
            if turn is not None and commit.sha in self._branch.now and commit.parents:
                found[turn] = commit
        return found


def _commit_step(commit: CommitInfo, counted: Counts) -> TimelineEntry:
    parent = commit.parents[0] if commit.parents else None
    return TimelineEntry(
        id=f"commit:{commit.sha}",
        kind="commit",
        time=commit.committed_at,
        title=one_line(commit.subject) or "Commit without a subject",
        detail=commit.author_name,
        actor="agent" if ITERATION_TRAILER in commit.trailers else "user",
        before=parent,
        after=commit.sha,
        files=counted.files,
        lines_added=counted.added,
        lines_deleted=counted.deleted,
        against=f"commits:{parent}..{commit.sha}" if parent else f"commit:{commit.sha}",
        state=commit.sha,
    )


def _times(turns: Sequence[Iteration], told: dict[str, TimelineEntry], steps: Steps) -> dict[str, datetime]:
    """When others could follow these commits, which is known better than by git's whole seconds."""
    ends = {turn.commit_sha: turn.ended_at or told[turn.id].time for turn in turns if turn.commit_sha}
    return {**ends, **{sha: each.time for sha, each in steps.made.items()}}


def _placed(
    found: Sequence[CommitInfo], hand: dict[str, TimelineEntry], times: dict[str, datetime]
) -> list[TimelineEntry]:
    """Commits by hand, none of them before the one that it stands on."""
    placed = dict(times)
    for commit in found:
        above = [placed[parent] for parent in commit.parents if parent in placed]
        placed.setdefault(commit.sha, max([commit.committed_at, *above]))
    return [each.model_copy(update={"time": placed[sha]}) for sha, each in hand.items()]


def _reachable(found: Sequence[CommitInfo], heads: Collection[str]) -> frozenset[str]:
    """The commits among `found` that lead to these heads, which are among them."""
    parents = {each.sha: each.parents for each in found}
    seen: set[str] = set()
    open_ = [head for head in heads if head in parents]
    while open_:
        sha = open_.pop()
        if sha not in seen:
            seen.add(sha)
            open_ += [parent for parent in parents[sha] if parent in parents]
    return frozenset(seen)
