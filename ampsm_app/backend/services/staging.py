"""Staging, unstaging and discarding what is not committed in a session's worktree."""

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.events import GitOperated
from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.staging import Discard, StageChange
from ampsm_app.backend.git import discarding, index_edits
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import Entry, Status, read_status
from ampsm_app.backend.git.trash import trash_place
from ampsm_app.backend.services.choosing import (
    is_staged,
    is_submodule,
    is_unmerged,
    is_unstaged,
    named,
    paths_of,
)
from ampsm_app.backend.services.edits import Edits
from ampsm_app.backend.store.operations import Operation


class Staging:
    """Moves changes between worktree and index. HEAD, and the user's own checkout, stay as they are."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits
        edits.recovery.handle("discard", self.resume_discard)

    def stage(self, change: StageChange) -> None:
        """Put changes of the worktree into the index; without paths all but conflicts and other repositories.

        A conflict that is named counts as settled by it. Raises `NotFound` (`not_changed`), `Conflict`
        (`nested_repository`, `index_locked`).
        """
        session = self._edits.session(change.id)
        with self._edits.operations.claim("stage", session.id, session.repo_root) as operation:
            git, state = self._look(session)
            settles = bool(change.paths)
            chosen = named(
                state, change.paths, lambda each: is_unstaged(each) or (settles and is_unmerged(each))
            )
            kept = [each for each in chosen if not (each.untracked and each.nested)]
            if chosen and not kept and change.paths:
                raise _nested(chosen[0])
            index_edits.add_paths(git, paths_of(kept))
            self._edits.record(operation, session, _event("stage", state, kept))

    def unstage(self, change: StageChange) -> None:
        """Make paths of the index what they are in HEAD; the files stay as they are."""
        session = self._edits.session(change.id)
        with self._edits.operations.claim("unstage", session.id, session.repo_root) as operation:
            git, state = self._look(session)
            wanted = set(paths_of(named(state, change.paths, is_staged)))
            plain = read_status(git, context_dir=session.context_dir, renames=False)
            back = [each for each in plain.entries if each.path in wanted]
            index_edits.set_entries(git, {each.path: each.in_head for each in back})
            self._edits.record(operation, session, _event("unstage", state, back))

    def discard(self, change: StageChange) -> Discard:
        """Make files what the index has, and take untracked ones away; first all of it becomes a point.

        What no point can hold (other repositories, files over its limit) is moved to the trash. Submodules
        and conflicts stay as they are.
        """
        session = self._edits.session(change.id)
        with self._edits.operations.claim("discard", session.id, session.repo_root) as operation:
            git, state = self._look(session, renames=False)
            chosen = named(state, change.paths, is_unstaged)
            meant = [each for each in chosen if not is_submodule(each)]
            if not meant:
                raise Conflict("There is nothing to discard.", code="nothing_to_discard")
            point = self._edits.points.take(session, "discard")
            operation.step("discarding", paths=[each.path for each in meant])
            done = self._take_back(git, session, meant)
            self._edits.record(operation, session, _event("discard", state, meant))
        left = [each.path for each in state.entries if is_unmerged(each) or is_submodule(each)]
        return Discard(
            point=point,
            set_aside=done.set_aside,
            aside=str(done.aside) if done.aside else None,
            left=() if change.paths else tuple(left),
        )

    def resume_discard(self, operation: Operation, session: Session) -> None:
        """Finish a discard whose process was killed; what was edited since becomes a point of its own."""
        if operation.step != "discarding":
            self._edits.settle(operation, session, None)
            return
        git, state = self._look(session, renames=False)
        paths = set(operation.payload["paths"])
        rest = [each for each in state.entries if each.path in paths and is_unstaged(each)]
        if rest:
            self._edits.points.take(session, "discard")
            self._take_back(git, session, rest)
        self._edits.settle(operation, session, _event("discard", state, rest))

    def _look(self, session: Session, *, renames: bool = True) -> tuple[Git, Status]:
        git = self._edits.resources.worktree_git(session)
        return git, read_status(git, context_dir=session.context_dir, renames=renames)

    def _take_back(self, git: Git, session: Session, entries: list[Entry]) -> discarding.Discarded:
        common = self._edits.resources.repository(session).common_dir
        aside = trash_place(common, f"{session.id}-aside", utc_now())
        return discarding.discard(git, entries, aside, context_dir=session.context_dir)


def _event(operation: str, state: Status, entries: list[Entry]) -> GitOperated:
    return GitOperated(
        operation=operation, sha_before=state.head, sha_after=state.head, files_changed=len(entries)
    )


def _nested(entry: Entry) -> Conflict:
    return Conflict(
        f"{entry.path} is another repository, which a commit of this one cannot hold.",
        hint="commit in there, or add it as a submodule",
        code="nested_repository",
    )
