"""Keeps AGENT_CONTEXT: what the agent finds in its worktree about the session and its past turns."""

import json
from pathlib import Path

from ampsm_app.backend.domain.model import format_time
from ampsm_app.backend.domain.review import ChangeList
from ampsm_app.backend.domain.sessions import Iteration, Session, SessionSummary
from ampsm_app.backend.domain.words import count

_GUIDE = (
    "This folder is kept by the session manager and never committed. Read it for what was asked\n"
    "and done so far; what you write here is overwritten."
)


def write_context(
    worktree: Path, session: SessionSummary, iterations: list[Iteration], changes: ChangeList
) -> None:
    """Rewrite the four files. Each is replaced in one step, so that a reader never sees half of it."""
    folder = worktree / session.context_dir
    folder.mkdir(exist_ok=True)
    _replace(folder / ".gitignore", "*\n")
    _replace(folder / "SESSION.md", _session_text(session))
    _replace(folder / "DIFF_SUMMARY.md", _changes_text(changes))
    _replace(folder / "ITERATION_LOG.md", _log_text(iterations))
    _replace(folder / "LAST_STATUS.json", json.dumps(status_document(session, iterations), indent=2) + "\n")


def status_document(session: SessionSummary, iterations: list[Iteration]) -> dict[str, object]:
    """`status --json` with the last iteration as `iterate --json` prints it."""
    shown = {"check": {"output", "tree"}}
    last = iterations[-1].model_dump(mode="json", exclude=shown) if iterations else None
    return {**session.model_dump(mode="json"), "last_iteration": last}


def _session_text(session: Session) -> str:
    lines = [
        f"# {session.name}",
        "",
        _GUIDE,
        "",
        f"- Session: `{session.id}`",
        f"- Branch: `{session.branch}`, from `{session.base_branch}` at `{session.base_commit[:12]}`",
        f"- Check script: `{session.script}`" if session.script else "- Check script: none",
        "",
        "## What was asked",
        "",
        session.prompt,
    ]
    for number, text in enumerate(session.follow_ups, start=1):
        lines += ["", f"## Follow-up {number}", "", text]
    if session.notes:
        lines += ["", "## Notes", "", session.notes]
    return "\n".join(lines) + "\n"


def _changes_text(changes: ChangeList) -> str:
    if not changes.files:
        return "# Changes so far\n\nNone.\n"
    lines = [
        "# Changes so far",
        "",
        f"{count(len(changes.files), 'file')}, +{changes.lines_added} −{changes.lines_deleted}, "
        f"{changes.from_label} → {changes.to_label}",
        "",
    ]
    for file in changes.files:
        size = "binary" if file.binary else f"+{file.added or 0} −{file.deleted or 0}"
        lines.append(f"- {file.change} `{file.path}` ({size})")
    return "\n".join(lines) + "\n"


def _log_text(iterations: list[Iteration]) -> str:
    lines = ["# Iterations"]
    for each in iterations:
        ended = format_time(each.ended_at) if each.ended_at else "still running"
        lines += [
            "",
            f"## {each.number}: {each.outcome or 'running'}",
            "",
            f"- From {format_time(each.started_at)} to {ended}",
            f"- Commit: `{each.commit_sha}`" if each.commit_sha else "- Commit: none",
            f"- Changed: {count(each.changed_files, 'file')}, +{each.lines_added} −{each.lines_deleted}",
            f"- Check: {_check_words(each)}",
            f"- Tokens: {each.usage.total_tokens:,}",
        ]
        if each.error:
            lines.append(f"- {each.error.code}: {each.error.message}")
    return "\n".join(lines) + "\n"


def _check_words(iteration: Iteration) -> str:
    match iteration.check:
        case None:
            return "none"
        case check if check.passed is None:
            return "could not be run"
        case check:
            return "passed" if check.passed else f"failed (exit {check.exit_code})"


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
