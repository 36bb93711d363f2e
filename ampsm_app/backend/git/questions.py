"""What an agent is asked about conflicts, and what is read of its answer in the worktree it worked in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ampsm_app.backend.domain.merges import Conflicted, RefusedAnswer, Side
from ampsm_app.backend.git import diffs
from ampsm_app.backend.git.markers import leftover
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.raw_diff import GITLINK, SYMLINK
from ampsm_app.backend.git.resolution import Resolution, conflict_at
from ampsm_app.backend.git.resolving import Answer
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.sides import entry_of
from ampsm_app.backend.git.tree_edits import TreeEntry, entries_of

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Question:
    """A conflict to settle; `marked` says that its file holds markers, else a side may be chosen."""

    conflict: Conflicted
    marked: bool

    @property
    def path(self) -> str:
        """Where it is."""
        return self.conflict.path


@dataclass(frozen=True, slots=True)
class Reply:
    """What an agent made of the questions: what can be settled, what cannot and why, what it did besides."""

    answers: Mapping[str, Answer]
    refused: tuple[RefusedAnswer, ...]
    dropped: tuple[str, ...]


def questions(git: Git, state: Resolution, tree: str, paths: Sequence[str]) -> tuple[Question, ...]:
    """The questions that these conflicted paths are, as they stand in `tree`."""
    conflicts = [conflict_at(state, path) for path in paths]
    entries = entries_of(git, tree, paths)
    return tuple(Question(each, bool(_markers(git, each, entries.get(each.path)))) for each in conflicts)


def read_reply(
    worktree: Git, tree: str, asked: Sequence[Question], choices: Mapping[str, Side], *, context_dir: str
) -> Reply:
    """What became of `tree` in the worktree that the agent worked in; `choices` are sides that it named."""
    now = diffs.worktree_tree(worktree, context_dir=context_dir)
    changed = set(diffs.names(worktree, tree, now))
    entries = entries_of(worktree, now, [each.path for each in asked])
    answers: dict[str, Answer] = {}
    refused: list[RefusedAnswer] = []
    for question in asked:
        if question.path in changed:
            found = _changed(worktree, question, entries.get(question.path))
        else:
            found = _unchanged(question, choices.get(question.path))
        if isinstance(found, Answer):
            answers[question.path] = found
        else:
            refused.append(found)
    return Reply(answers, tuple(refused), tuple(sorted(changed - set(_places(asked)))))


def _changed(git: Git, question: Question, entry: TreeEntry | None) -> Answer | RefusedAnswer:
    conflict, path = question.conflict, question.path
    sides = [entry_of(conflict, "base"), entry_of(conflict, "session")]
    if entry is None:
        if None in sides:
            return Answer()
        return _refused(path, "deleted", "The agent removed it, although both sides have it.")
    if lines := _markers(git, conflict, entry):
        shown = ", ".join(str(line) for line in lines[:_SHOWN]) + (" …" if len(lines) > _SHOWN else "")
        where = f"line{'' if len(lines) == 1 else 's'} {shown}"
        return _refused(path, "markers_left", f"Conflict markers are left in {where}.")
    links = all(side is not None and side.mode == SYMLINK for side in sides)
    if entry.mode == GITLINK or (entry.mode == SYMLINK) != links:
        return _refused(path, "cannot_settle", "The agent made something else of it than a file.")
    return Answer(content=read_objects(git, [entry.oid])[0] or b"")


def _unchanged(question: Question, choice: Side | None) -> Answer | RefusedAnswer:
    if choice is not None:
        return Answer(side=choice)
    if question.marked:
        return _refused(question.path, "untouched", "The agent left it as it is.")
    return _refused(question.path, "undecided", "The agent neither changed it nor chose a side.")


def _markers(git: Git, conflict: Conflicted, entry: TreeEntry | None) -> tuple[int, ...]:
    """The lines of a file that are markers and that no side has itself."""
    if entry is None or entry.mode in (GITLINK, SYMLINK):
        return ()
    content, *sides = read_objects(git, [entry.oid, conflict.base_oid or "-", conflict.session_oid or "-"])
    return leftover(content or b"", *(side for side in sides if side is not None))


def _places(asked: Iterable[Question]) -> Iterable[str]:
    for each in asked:
        yield from (each.path, *each.conflict.placed_at)


def _refused(path: str, code: str, reason: str) -> RefusedAnswer:
    return RefusedAnswer(path=path, code=code, reason=reason)
