"""What a step of a timeline is called."""

from types import MappingProxyType

from ampsm_app.backend.domain.events import CheckRan, GitOperated
from ampsm_app.backend.domain.merges import Merge, MergeStatus
from ampsm_app.backend.domain.points import purpose_of
from ampsm_app.backend.domain.sessions import Iteration, Outcome
from ampsm_app.backend.domain.timeline import Tone
from ampsm_app.backend.domain.words import count

_LONGEST = 120

_OPERATIONS = MappingProxyType(
    {
        "abort-merge": "Merge taken back",
        "amend": "Commit amended",
        "cherry-pick": "Commits picked",
        "cleanup": "Worktree and branch removed",
        "delete": "Session deleted",
        "discard": "Changes discarded",
        "follow-base": "Moved to where base is now",
        "rebase": "Rebased",
        "restore": "Restored",
        "restore-file": "A file restored",
        "restore-files": "Files restored",
        "rollback": "Rolled back",
        "squash": "Squashed",
        "undo-merge": "Merge undone",
        "trash-restore": "Brought back from the trash",
    }
)

_OUTCOMES: MappingProxyType[Outcome | None, Tone] = MappingProxyType(
    {
        None: "busy",
        Outcome.COMPLETED: "ok",
        Outcome.AWAITING_INPUT: "warn",
        Outcome.LIMIT: "warn",
        Outcome.CANCELLED: "quiet",
        Outcome.INTERRUPTED: "quiet",
        Outcome.FAILED: "bad",
        Outcome.TIMEOUT: "bad",
        Outcome.ENVIRONMENT: "bad",
    }
)

_CHECKED = MappingProxyType(
    {"iteration": "Check", "manual": "Check by hand", "merge": "Check of the merged result"}
)


def one_line(text: str) -> str:
    """The first line of a text, cut where it is long."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first if len(first) <= _LONGEST else first[: _LONGEST - 1] + "…"


def seconds(milliseconds: int) -> str:
    """`12 ms`, `0.4 s`, `12 s`, `3 m 20 s`."""
    if milliseconds < 100:
        return f"{milliseconds} ms"
    if milliseconds < 10_000:
        return f"{milliseconds / 1000:.1f} s"
    whole = milliseconds // 1000
    return f"{whole} s" if whole < 60 else f"{whole // 60} m {whole % 60} s"


def turn_title(turn: Iteration) -> str:
    """`Turn 3: Add a search field`."""
    if turn.purpose == "conflicts":
        return f"Turn {turn.number} settles conflicts"
    return f"Turn {turn.number}: {one_line(turn.prompt)}" if turn.prompt.strip() else f"Turn {turn.number}"


def turn_detail(turn: Iteration) -> str:
    """Why it did not complete, else how long it took."""
    if turn.error is not None:
        return one_line(turn.error.message)
    return "" if turn.duration_ms is None else seconds(turn.duration_ms)


def turn_end(turn: Iteration) -> tuple[str, Tone]:
    """How a turn ended, in a word, and its tone."""
    return (turn.outcome.value if turn.outcome else "running"), _OUTCOMES[turn.outcome]


def check_words(ran: CheckRan) -> tuple[str, str, Tone]:
    """What a check is called, what it said in a word, and its tone."""
    what = _CHECKED[ran.reason]
    match ran.check.passed:
        case True:
            return what, "passed", "ok"
        case False:
            return what, "failed", "bad"
        case None:
            return what, "not run", "warn"


def check_detail(ran: CheckRan) -> str:
    """The command, its exit status where it failed, and how long it took."""
    code = f"exit {ran.check.exit_code} · " if ran.check.passed is False else ""
    return f"{code}{one_line(ran.command)} · {seconds(ran.check.duration_ms)}"


def operation_title(operated: GitOperated) -> str:
    """What was done, in words."""
    if operated.operation.startswith("worktree-"):
        return "Worktree made again"
    known = _OPERATIONS.get(operated.operation)
    return known or operated.operation.replace("-", " ").capitalize()


def operation_detail(operated: GitOperated) -> str:
    """What it was about: a message, or how many files."""
    match operated.operation:
        case "rebase":
            return f"onto {operated.message}" if operated.message else ""
        case "restore":
            return f"to {purpose_of(operated.message)}" if operated.message else ""
        case "cleanup" | "delete":
            return ""
        case _ if operated.message:
            return one_line(operated.message)
        case _:
            return count(operated.files_changed, "file") if operated.files_changed else ""


def merge_words(merge: Merge, before: Merge | None) -> tuple[str, str, str, Tone] | None:
    """Title, detail, word and tone of a merge's step; None where it says nothing new."""
    told = _Step(merge, before)
    match merge.status:
        case MergeStatus.CONFLICT:
            return told.conflict()
        case MergeStatus.PREPARING | MergeStatus.CHECKING | MergeStatus.LANDING:
            return told.begun()
        case _:
            return told.ended()


class _Step:
    def __init__(self, merge: Merge, before: Merge | None) -> None:
        self._merge = merge
        self._before = before

    def begun(self) -> tuple[str, str, str, Tone] | None:
        """The first step of a merge; later ones that pass by themselves are not told."""
        if self._before is not None:
            return None
        return f"Merge into {self._merge.base_branch} begun", "", "begun", "busy"

    def conflict(self) -> tuple[str, str, str, Tone] | None:
        """The conflicts when they are found; then each that is settled, and why it did not go on."""
        merge, before = self._merge, self._before
        settled = sorted(each.path for each in merge.conflicts if each.resolved)
        if before is None or not before.conflicts:
            names = ", ".join(each.path for each in merge.conflicts[:3])
            said = count(len(merge.conflicts), "conflict")
            return f"Merge into {merge.base_branch} has {said}", names, "conflict", "warn"
        new = sorted(set(settled) - {each.path for each in before.conflicts if each.resolved})
        if new:
            left = len(merge.conflicts) - len(settled)
            what = new[0] if len(new) == 1 else count(len(new), "file")
            return f"Conflict settled: {what}", f"{left} left" if left else "none left", "settled", "ok"
        if merge.in_worktree and not before.in_worktree:
            return "Conflict put into the worktree", "", "conflict", "warn"
        if merge.reason and merge.reason != before.reason:
            return "Merge did not go on", one_line(merge.reason), merge.code or "refused", "bad"
        return None

    def ended(self) -> tuple[str, str, str, Tone] | None:
        """Merged, refused, aborted, or a pull request."""
        merge = self._merge
        if self._before is not None and self._before.status == merge.status:
            return None
        reason = one_line(merge.reason or "")
        match merge.status:
            case MergeStatus.MERGED:
                return (
                    f"Merged into {merge.base_branch}",
                    f"as {(merge.commit_sha or '')[:7]}",
                    "merged",
                    "ok",
                )
            case MergeStatus.PULL_REQUEST:
                return "Pull request opened", merge.url or "", "pull request", "ok"
            case MergeStatus.REFUSED:
                return f"Merge into {merge.base_branch} refused", reason, "refused", "bad"
            case _:
                return f"Merge into {merge.base_branch} aborted", reason, "aborted", "quiet"
