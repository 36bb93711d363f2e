"""`list` and `status`: plain reads that load neither pydantic nor SQLAlchemy."""

import click

from ampsm_app.cli import output
from ampsm_app.cli.session_words import age, change, check_words, money


@click.command()
@click.option("--status", multiple=True, help="Only sessions with this status; may be repeated.")
@click.option("--repo", help="Only sessions of this repository.")
@click.option("--search", help="Only sessions whose name, prompt or branch has this text.")
@click.option("--all", "include_archived", is_flag=True, help="Archived ones too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def list_command(
    status: tuple[str, ...], repo: str | None, search: str | None, include_archived: bool, as_json: bool
) -> None:
    """List sessions, the newest first."""
    from ampsm_app.backend.reading import session_rows

    rows = session_rows(status=status, repo=repo, search=search, include_archived=include_archived)
    if as_json:
        output.print_json(rows)
        return
    if not rows:
        output.say("No sessions. Make one: amp-sessions new --prompt '…'")
        return
    cells = [
        (row["id"], row["status"], row["name"], change(row), age(row["last_run_at"] or row["created_at"]))
        for row in rows
    ]
    output.say(output.table(("id", "status", "name", "changed", "age"), cells))


@click.command()
@click.argument("session", metavar="SESSION")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def status_command(session: str, as_json: bool) -> None:
    """Show one session, named by its id, the beginning of it, or its name."""
    from ampsm_app.backend.reading import session_document

    row = session_document(session)
    if as_json:
        output.print_json(row)
        return
    output.say(output.heading(row["name"], row["status"]))
    last = row["last_iteration"]
    pairs = {
        "id": row["id"],
        "repository": row["repo_root"],
        "branch": f"{row['branch']} from {row['base_branch']}",
        "worktree": row["worktree_path"],
        "model": row["model"],
        "mode": row["mode"] or "",
        "check script": row["script"] or "",
        "changed": change(row),
        "tokens": f"{row['usage']['total_tokens']:,}",
        "cost": money(row["cost_usd"], row["cost_kind"]),
        "last turn": f"{last['number']}: {last['outcome'] or 'running'}" if last else "none yet",
        "last check": check_words(last["check"]) if last else "",
        "last error": row["last_error"] or "",
        "merge": row["merge_status"] or "",
        "limit until": row["limit_until"] or "",
    }
    output.say(output.fields(pairs))
