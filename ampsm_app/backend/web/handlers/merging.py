"""Squashing, rebasing, merging, cleaning up."""

import threading

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.merges import Merge, Preflight
from ampsm_app.backend.domain.requests import AskAgent, Resolve
from ampsm_app.backend.domain.sessions import Iteration
from ampsm_app.backend.web.dispatch import Handler
from ampsm_app.backend.web.messages import (
    CheckMerge,
    CleanedUp,
    ConflictRef,
    ConflictTexts,
    ContinueMerge,
    ForcedRef,
    Nothing,
    PreflightQuery,
    Rebase,
    Rebased,
    SessionRef,
    Squash,
    Squashed,
    StartMerge,
)


def merge_handlers(core: Core) -> dict[str, Handler]:
    """Requests that land a session, or get it ready to. Merges, checks and agents go on after the answer."""

    def preflight(query: PreflightQuery) -> Preflight:
        return core.merges.preflight(query.id, query.options, fetch=query.fetch)

    def start(query: StartMerge) -> Merge:
        job = core.merges.begin(query.id, query.options)
        threading.Thread(target=job.run, name=f"merge-{query.id}", daemon=True).start()
        return job.merge

    def state(query: SessionRef) -> Merge | None:
        return core.merges.current(query.id)

    def conflict(query: ConflictRef) -> ConflictTexts:
        found = core.conflicts.texts(query.id, query.path)
        return ConflictTexts(
            path=found.path,
            kind=found.kind,
            ancestor=found.ancestor,
            base=found.base,
            session=found.session,
            result=found.result,
            binary=found.binary,
        )

    def resolve(query: Resolve) -> Merge:
        return core.conflicts.resolve(query)

    def into_worktree(query: SessionRef) -> Merge:
        return core.conflicts.into_worktree(query.id)

    def ask(query: AskAgent) -> Iteration:
        turn = core.asking.start(query)
        threading.Thread(target=turn.run, name=f"ask-{query.id}", daemon=True).start()
        return turn.iteration

    def check(query: CheckMerge) -> Nothing:
        run = core.merges.begin_check(query.id, query.options)
        threading.Thread(target=run, name=f"check-{query.id}", daemon=True).start()
        return Nothing()

    def go_on(query: ContinueMerge) -> Merge:
        job = core.merges.resume(query.id, query.choices)
        threading.Thread(target=job.run, name=f"merge-{query.id}", daemon=True).start()
        return job.merge

    def abort(query: SessionRef) -> Merge:
        return core.merges.abort(query.id)

    def undo(query: SessionRef) -> Merge:
        return core.unmerging.undo(query.id)

    def squash(query: Squash) -> Squashed:
        done = core.squash.squash(query.id, message=query.message, manual_commits=query.manual_commits)
        return Squashed(commit_sha=done.commit_sha, backup_ref=done.backup_ref, commits=done.commits)

    def rebase(query: Rebase) -> Rebased:
        done = core.rebase.rebase(query.id, query.onto)
        return Rebased(
            status=done.status,
            commit_sha=done.commit_sha,
            conflicts=done.conflicts,
            backup_ref=done.backup_ref,
        )

    def cleanup(query: ForcedRef) -> CleanedUp:
        loss, point = core.cleanup.clean_up(query.id, force=query.force)
        return CleanedUp(cleaned=True, loss=loss, point=point)

    return {
        "merge:preflight": preflight,
        "merge:start": start,
        "merge:state": state,
        "merge:conflict": conflict,
        "merge:resolve": resolve,
        "merge:worktree": into_worktree,
        "merge:ask": ask,
        "merge:check": check,
        "merge:continue": go_on,
        "merge:abort": abort,
        "merge:undo": undo,
        "merge:squash": squash,
        "merge:rebase": rebase,
        "merge:cleanup": cleanup,
    }
