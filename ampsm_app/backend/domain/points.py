"""What restore points are for, in words."""

from types import MappingProxyType

_PURPOSES = MappingProxyType(
    {
        "abort-merge": "before the merge was aborted",
        "agent-commits": "before the agent's own commits became one",
        "ask-agent": "before the agent settled conflicts",
        "amend": "before the last commit was amended",
        "cherry-pick": "before commits were picked",
        "clean-environment": "before the folder went to the trash",
        "cleanup": "before worktree and branch were removed",
        "conflict": "before the conflict was put into the worktree",
        "delete": "before the session was deleted",
        "discard": "before changes were discarded",
        "displaced": "what the agent left on another branch",
        "follow-base": "before the branch moved to the new base",
        "leave-conflict": "before the conflict left the worktree",
        "merge": "before the merge",
        "rebase": "before the branch was rebased",
        "resolve": "before a conflict was settled",
        "restore": "before another point was restored",
        "restore-file": "before a file was restored",
        "rollback": "before the branch was rolled back",
        "squash": "before the commits were squashed",
    }
)


def purpose_of(operation: str) -> str:
    """What a point that was taken for this operation is good for: "before the commits were squashed"."""
    return _PURPOSES.get(operation, f"before {operation.replace('-', ' ')}")
