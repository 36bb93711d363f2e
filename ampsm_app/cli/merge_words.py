"""A merge as a document and in words."""

from typing import Any

from ampsm_app.backend.domain.merges import Asked, Merge, MergeStatus
from ampsm_app.backend.domain.sessions import Outcome
from ampsm_app.cli import output


def merge_document(merge: Merge) -> dict[str, Any]:
    """The fields that scripts rely on."""
    return {
        "status": merge.status.value,
        "code": merge.code,
        "reason": merge.reason,
        "session_id": merge.session_id,
        "merge_id": merge.id,
        "base_branch": merge.base_branch,
        "commit_sha": merge.commit_sha,
        "message": merge.message,
        "conflicts": [
            {"path": each.path, "kind": each.kind, "resolved": each.resolved} for each in merge.conflicts
        ],
        "backup_ref": merge.backup_ref,
        "url": merge.url,
        "asked": merge.asked.model_dump(mode="json") if merge.asked else None,
    }


def say_merge(merge: Merge) -> None:
    """What became of the merge, and what to do next."""
    match merge.status:
        case MergeStatus.MERGED:
            output.say(
                f"{output.paint('merged', 'green')}: {merge.base_branch} is {(merge.commit_sha or '')[:12]}"
            )
            if merge.reason:
                output.tell(merge.reason)
        case MergeStatus.PULL_REQUEST:
            output.say(f"{output.paint('pull request', 'green')}: {merge.url or merge.reason or ''}")
        case MergeStatus.ABORTED:
            output.say("aborted: refs, index and files are as they were")
        case MergeStatus.CONFLICT:
            _say_conflicts(merge)
        case _:
            output.say(f"{output.paint(merge.status.value, 'red')} ({merge.code}): {merge.reason or ''}")
            if merge.check is not None and merge.check.passed is False:
                output.say(merge.check.output[-2000:].rstrip())


def _say_conflicts(merge: Merge) -> None:
    output.say(
        f"{output.paint('conflict', 'yellow')} with {merge.base_branch}; base and your checkout are untouched"
    )
    for each in merge.conflicts:
        output.say(f"  {'✓' if each.resolved else '✗'} {each.kind:<13} {each.path}")
    if merge.asked is not None:
        _say_asked(merge.asked)
    where = "in the session's worktree, " if merge.in_worktree else ""
    output.say(f"Resolve {where}by --take base|session|both PATH, or by --ask-agent, then:")
    output.say(f"  amp-sessions continue-merge {merge.session_id}")
    output.say(f"  amp-sessions abort-merge {merge.session_id}")


def _say_asked(asked: Asked) -> None:
    """What the agent left open, and what of its work was not taken."""
    if asked.outcome not in (Outcome.COMPLETED, Outcome.AWAITING_INPUT):
        output.say(f"The agent settled nothing: its turn ended with {asked.outcome.value}.")
    for each in asked.refused:
        output.say(f"  not taken: {each.path}: {each.reason} ({each.code})")
    if asked.dropped:
        output.say(f"  dropped, outside the conflicts: {', '.join(asked.dropped[:10])}")
