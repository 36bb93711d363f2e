"""`demo`: the main job, for real, by the demo agent."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ampsm_app.backend.domain.merges import Merge, MergeOptions, MergeStatus
from ampsm_app.backend.domain.requests import DiffQuery, IterateRequest
from ampsm_app.backend.domain.sessions import Iteration, Outcome, SessionSummary
from ampsm_app.backend.domain.words import count
from ampsm_app.cli import options, output
from ampsm_app.cli.context import writing
from ampsm_app.cli.live import describe
from ampsm_app.cli.session_words import change, check_words, duration

if TYPE_CHECKING:
    from ampsm_app.backend.core import Core


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Where to make the scratch repository.")
@options.as_json
def demo_command(folder: Path | None, as_json: bool) -> int:
    """Watch two agents change a scratch repository at the same time, and merge both without loss."""
    with writing() as core:
        repository = core.demo.repository(folder)
        sessions = [core.sessions.create(job) for job in core.demo.jobs(repository)]
        output.tell(f"scratch repository: {repository}")
        for session in sessions:
            output.tell(f"session {session.id}: {session.name}, on {session.branch}")
        turns = _run_together(core, sessions)
        merges = [_land(core, session, as_json) for session in sessions]
        files = core.demo.files_on_base(repository)
        good = _all_good(turns, merges)
        if as_json:
            output.print_json(_document(repository, sessions, turns, merges, files))
        else:
            _say_summary(core, sessions, turns, files, good)
    return 0 if good else 1


def _run_together(core: "Core", sessions: list[SessionSummary]) -> list[Iteration]:
    """Run one turn of each session at the same time, and tell what happens as it happens."""
    after = core.events.head()
    results: dict[str, Iteration] = {}
    names = {session.id: session.name for session in sessions}

    def work(session_id: str) -> None:
        results[session_id] = core.iterations.run(IterateRequest(session_id=session_id))

    threads = [threading.Thread(target=work, args=(session.id,)) for session in sessions]
    for thread in threads:
        thread.start()
    for event in core.events.follow(after, until=lambda: not any(each.is_alive() for each in threads)):
        line = describe(event, detailed=False)
        if line is not None and event.session_id in names:
            output.tell(f"{names[event.session_id]:<20} {line.strip()}")
    for thread in threads:
        thread.join()
    return [results[session.id] for session in sessions]


def _land(core: "Core", session: SessionSummary, as_json: bool) -> Merge:
    """Show what the session changed, and merge it."""
    if not as_json:
        changes = core.reviews.changes(DiffQuery(session_id=session.id))
        output.say(f"{output.paint(session.name, 'bold')}: {count(len(changes.files), 'file')} changed")
        for file in changes.files:
            output.say(f"  {file.change:<9} {file.path}  +{file.added} −{file.deleted}")
    merge = core.merges.run(session.id, MergeOptions())
    if not as_json:
        output.say(f"  {merge.status.value} into {merge.base_branch}: {(merge.commit_sha or '')[:12]}")
    return merge


def _all_good(turns: list[Iteration], merges: list[Merge]) -> bool:
    done = all(turn.outcome is Outcome.COMPLETED for turn in turns)
    return done and all(merge.status is MergeStatus.MERGED for merge in merges)


def _say_summary(
    core: "Core", sessions: list[SessionSummary], turns: list[Iteration], files: list[str], good: bool
) -> None:
    rows = []
    for session, turn in zip(sessions, turns, strict=True):
        now = core.sessions.get(session.id)
        checked = check_words(turn.check.model_dump() if turn.check else None)
        tokens = f"{turn.usage.total_tokens:,}"
        rows.append(
            (
                now.name,
                now.status.value,
                change(now.model_dump()),
                checked,
                tokens,
                duration(turn.duration_ms),
            )
        )
    output.say()
    output.say(output.table(("session", "status", "changed", "check", "tokens", "took"), rows))
    output.say(f"on main now: {', '.join(files)}")
    output.say(
        output.paint("Both merged, nothing lost.", "green")
        if good
        else output.paint("Not all went well.", "red")
    )
    output.say("Open it in the window: make app (or: amp-sessions app)")


def _document(
    repository: Path,
    sessions: list[SessionSummary],
    turns: list[Iteration],
    merges: list[Merge],
    files: list[str],
) -> dict[str, object]:
    return {
        "repository": str(repository),
        "files": files,
        "sessions": [
            {"id": session.id, "outcome": turn.outcome, "merge": merge.status, "commit_sha": merge.commit_sha}
            for session, turn, merge in zip(sessions, turns, merges, strict=True)
        ],
    }
