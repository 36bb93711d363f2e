"""`squash`, `rebase` and `preflight`."""

import click

from ampsm_app.backend.domain.merges import MergeOptions, Preflight
from ampsm_app.backend.domain.words import count
from ampsm_app.cli import options, output
from ampsm_app.cli.context import reading, writing
from ampsm_app.cli.session_words import check_words


@click.command()
@options.session
@click.option("--message", help="Message of the commit; made from the session where not given.")
@options.manual
@options.as_json
def squash_command(session: str, message: str | None, include_manual: str | None, as_json: bool) -> None:
    """Make one commit of the agent's commits, from where the branch left its base."""
    with writing() as core:
        found = core.sessions.get(session)
        done = core.squash.squash(found.id, message=message, manual_commits=options.manual_of(include_manual))
    if as_json:
        output.print_json(done.as_document())
        return
    output.say(f"{found.branch} is now {done.commit_sha[:12]}")
    for commit in done.commits:
        output.say(f"  {commit.sha[:12]}  {commit.subject}")
    output.say(f"before: {done.backup_ref}")


@click.command()
@options.session
@click.option("--onto", help="Ref to move onto; the session's base where not given.")
@options.as_json
def rebase_command(session: str, onto: str | None, as_json: bool) -> int:
    """Move a session's commits onto another ref. On a conflict nothing moves."""
    with writing() as core:
        found = core.sessions.get(session)
        done = core.rebase.rebase(found.id, onto or found.base_branch)
    if as_json:
        output.print_json(done.as_document())
    elif done.status == "conflict":
        output.say("Nothing moved. These files would conflict:")
        for conflict in done.conflicts:
            output.say(f"  {conflict.kind}  {conflict.path}")
        output.say(f"A merge asks for each conflict once: amp-sessions merge {found.id}")
    else:
        output.say(f"{found.branch} is {done.commit_sha[:12]} ({done.status.replace('_', ' ')})")
    return 1 if done.status == "conflict" else 0


@click.command()
@options.session
@click.option("--onto", help="Branch to merge into; the session's base where not given.")
@click.option("--fetch", is_flag=True, help="Ask base's remote first.")
@click.option("--check", is_flag=True, help="Run the check script on the merged result first.")
@click.option("--pr", "pull_request", is_flag=True, help="Look at a pull request instead of a merge.")
@options.manual
@options.as_json
def preflight_command(
    session: str,
    onto: str | None,
    fetch: bool,
    check: bool,
    pull_request: bool,
    include_manual: str | None,
    as_json: bool,
) -> int:
    """Say whether a session can be merged now, and what the merge would do. Nothing moves."""
    manual = options.manual_of(include_manual)
    merge = MergeOptions(onto=onto, manual_commits=manual, pull_request=pull_request)
    with writing() if check else reading() as core:
        found = core.sessions.get(session)
        if check:
            core.merges.check(found.id, merge)
        report = core.merges.preflight(found.id, merge, fetch=fetch)
    if as_json:
        output.print_json(report.model_dump(mode="json"))
    else:
        _say(report, found.name)
    return 0 if report.ready else 1


def _say(report: Preflight, name: str) -> None:
    word = "ready" if report.ready else "not ready"
    output.say(output.heading(name, f"{word} to merge into {report.base_branch}"))
    pairs = {
        "ahead": f"{count(report.ahead_by, 'commit')}, {report.manual_commits} of them yours",
        "behind": count(report.behind_by, "commit"),
        "changes": f"{count(report.files_changed, 'file')} +{report.lines_added} −{report.lines_deleted}",
        "check": check_words(report.check.model_dump() if report.check else None),
    }
    output.say(output.fields(pairs))
    for issue in report.issues:
        output.say(f"{'✗' if issue.blocking else '!'} {issue.code}: {issue.message}")
        if issue.hint:
            output.say(f"  {issue.hint}")
    for conflict in report.predicted_conflicts:
        output.say(f"  conflict ({conflict.kind}): {conflict.path}")
    for note in report.notes:
        output.say(note)
