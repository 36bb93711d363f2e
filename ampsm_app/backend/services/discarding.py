"""Discarding what is changed but not staged in a session's worktree. A point has all of it."""

import os
from pathlib import Path

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.staging import Discard, StageChange
from ampsm_app.backend.git import diffs, discarding, line_edits, worktree_file
from ampsm_app.backend.git.line_edits import ChosenLines
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Entry, Status, read_status
from ampsm_app.backend.git.trash import trash_place
from ampsm_app.backend.services.authorship import Authorship
from ampsm_app.backend.services.choosing import is_submodule, is_unmerged, is_unstaged, named, one_of
from ampsm_app.backend.services.edits import Edits, index_event
from ampsm_app.backend.services.operations import Operation
from ampsm_app.backend.store import operations as intents

_FILES, _LINES = "discarding", "rewriting"


class Discarding:
    """Takes changes back. HEAD and index stay as they are."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits
        edits.recovery.handle("discard", self.resume)

    def discard(self, change: StageChange) -> Discard:
        """Make files what the index has, and take untracked ones away; first all of it becomes a point.

        What no point can hold (other repositories, files over its limit) is moved to the trash. Submodules
        and conflicts stay as they are. Raises `NotFound` (`not_changed`), `Conflict` (`nothing_to_discard`,
        `unmerged`, `diff_changed`), `InvalidInput` (`no_lines`).
        """
        session = self._edits.session(change.id)
        with self._edits.operations.claim("discard", session.id, session.repo_root) as operation:
            git = self._edits.resources.worktree_git(session)
            state = read_status(git, context_dir=session.context_dir, renames=False)
            paths: tuple[str, ...] = change.paths
            if change.selection is not None:
                path = one_of(state, paths)
                with diffs.unstaged(git, context_dir=session.context_dir, only=path) as sides:
                    lines = line_edits.choose(sides, path, change.selection)
                if not lines.whole:
                    return self._discard_lines(operation, session, state, lines)
                paths = lines.paths
            return self._discard_files(operation, session, state, paths)

    def resume(self, operation: intents.Operation, session: Session) -> None:
        """Finish a discard whose process was killed; what was edited since becomes a point of its own."""
        payload = operation.payload
        if operation.step == _LINES:
            # The file was replaced in one step, or is as it was.
            Path(str(payload["temporary"])).unlink(missing_ok=True)
        if operation.step != _FILES:
            self._edits.settle(operation, session, None)
            return
        git = self._edits.resources.worktree_git(session)
        state = read_status(git, context_dir=session.context_dir, renames=False)
        rest = [each for each in state.entries if each.path in set(payload["paths"]) and is_unstaged(each)]
        if rest:
            self._edits.points.take(session, "discard")
            self._take_back(git, session, rest)
        self._edits.settle(operation, session, index_event("discard", state, len(payload["paths"])))

    def _discard_files(
        self, operation: Operation, session: Session, state: Status, paths: tuple[str, ...]
    ) -> Discard:
        meant = [each for each in named(state, paths, is_unstaged) if not is_submodule(each)]
        if not meant:
            raise Conflict("There is nothing to discard.", code="nothing_to_discard")
        point = self._edits.points.take(session, "discard")
        operation.step(_FILES, paths=[each.path for each in meant])
        done = self._take_back(self._edits.resources.worktree_git(session), session, meant)
        Authorship(self._edits.resources).forget(session, [each.path for each in meant])
        self._edits.record(operation, session, index_event("discard", state, len(meant)))
        left = [each.path for each in state.entries if is_unmerged(each) or is_submodule(each)]
        return Discard(
            point=point,
            set_aside=done.set_aside,
            aside=os.fspath(done.aside) if done.aside else None,
            left=() if paths else tuple(left),
        )

    def _discard_lines(
        self, operation: Operation, session: Session, state: Status, lines: ChosenLines
    ) -> Discard:
        point = self._edits.points.take(session, "discard")

        def temporary(place: Path) -> Path:
            beside = place.with_name(f".ampsm-{operation.id}")
            operation.step(_LINES, temporary=os.fspath(beside))
            return beside

        worktree_file.rewrite(
            self._edits.resources.worktree_git(session),
            lines.path,
            line_edits.without(lines),
            was=lines.seen.new,
            mode=lines.seen.change.old_mode,
            temporary=temporary,
        )
        self._edits.record(operation, session, index_event("discard", state, 1))
        return Discard(point=point)

    def _take_back(self, git: Git, session: Session, entries: list[Entry]) -> discarding.Discarded:
        common = self._edits.resources.repository(session).common_dir
        aside = trash_place(common, f"{session.id}-aside", utc_now())
        return discarding.discard(git, entries, aside, context_dir=session.context_dir)
