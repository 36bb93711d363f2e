"""Staging and unstaging what is not committed in a session's worktree."""

from collections.abc import Callable, Sequence

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.staging import LineSelection, StageChange
from ampsm_app.backend.git import diffs, index_edits, line_edits
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Entry, Status, read_status
from ampsm_app.backend.services.choosing import (
    is_staged,
    is_unmerged,
    is_unstaged,
    named,
    one_of,
    paths_of,
)
from ampsm_app.backend.services.edits import Edits, index_event


class Staging:
    """Changes the index, each time in one step. HEAD, and all files, stay as they are."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits

    def stage(self, change: StageChange) -> None:
        """Put changes of the worktree into the index; without paths all but conflicts and other repositories.

        A conflict that is named counts as settled by it. Raises `NotFound` (`not_changed`), `Conflict`
        (`nested_repository`, `index_locked`, `unmerged`, `diff_changed`), `InvalidInput` (`no_lines`).
        """
        self._change("stage", change, _stage_paths, _stage_lines)

    def unstage(self, change: StageChange) -> None:
        """Make paths, or some lines, of the index what they are in HEAD; raises as `stage` does."""
        self._change("unstage", change, _unstage_paths, _unstage_lines)

    def _change(
        self,
        kind: str,
        change: StageChange,
        by_paths: Callable[[Git, Session, Status, Sequence[str]], int],
        by_lines: Callable[[Git, Session, Status, Sequence[str], LineSelection], int],
    ) -> None:
        session = self._edits.session(change.id)
        with self._edits.operations.claim(kind, session.id, session.repo_root) as operation:
            git = self._edits.resources.worktree_git(session)
            state = read_status(git, context_dir=session.context_dir)
            if change.selection is None:
                files = by_paths(git, session, state, change.paths)
            else:
                files = by_lines(git, session, state, change.paths, change.selection)
            self._edits.record(operation, session, index_event(kind, state, files))


def _stage_paths(git: Git, _: Session, state: Status, paths: Sequence[str]) -> int:
    chosen = named(state, paths, lambda each: is_unstaged(each) or (bool(paths) and is_unmerged(each)))
    kept = [each for each in chosen if not (each.untracked and each.nested)]
    if paths and chosen and not kept:
        raise _nested(chosen[0])
    index_edits.add_paths(git, paths_of(kept))
    return len(kept)


def _stage_lines(
    git: Git, session: Session, state: Status, paths: Sequence[str], selection: LineSelection
) -> int:
    path = one_of(state, paths)
    with diffs.unstaged(git, context_dir=session.context_dir, only=path) as sides:
        lines = line_edits.choose(sides, path, selection)
    index_edits.set_entries(git, line_edits.to_stage(git, lines))
    return 1


def _unstage_paths(git: Git, session: Session, state: Status, paths: Sequence[str]) -> int:
    wanted = set(paths_of(named(state, paths, is_staged)))
    plain = read_status(git, context_dir=session.context_dir, renames=False)
    back = {each.path: each.in_head for each in plain.entries if each.path in wanted and is_staged(each)}
    index_edits.set_entries(git, back)
    return len(back)


def _unstage_lines(
    git: Git, _: Session, state: Status, paths: Sequence[str], selection: LineSelection
) -> int:
    path = one_of(state, paths)
    with diffs.staged(git) as sides:
        lines = line_edits.choose(sides, path, selection)
    index_edits.set_entries(git, line_edits.to_unstage(git, lines))
    return 1


def _nested(entry: Entry) -> Conflict:
    return Conflict(
        f"{entry.path} is another repository, which a commit of this one cannot hold.",
        hint="commit in there, or add it as a submodule",
        code="nested_repository",
    )
