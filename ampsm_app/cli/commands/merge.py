"""`merge`, `continue-merge` and `abort-merge`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ampsm_app.backend.domain.merges import Merge, MergeChoices, MergeOptions, MergeStatus
from ampsm_app.backend.domain.requests import AskAgent, Resolve
from ampsm_app.backend.domain.sessions import Outcome
from ampsm_app.cli import options, output
from ampsm_app.cli.context import writing
from ampsm_app.cli.following import exit_status, run_followed
from ampsm_app.cli.live import LivePrinter
from ampsm_app.cli.merge_words import merge_document, say_merge

if TYPE_CHECKING:
    from ampsm_app.backend.core import Core

_GOOD = (MergeStatus.MERGED, MergeStatus.ABORTED, MergeStatus.PULL_REQUEST)


@click.command()
@options.session
@click.option("--message", help="Message of the squashed commit.")
@options.manual
@click.option("--onto", help="Branch to merge into; the session's base where not given.")
@click.option("--no-ff", is_flag=True, help="Make a merge commit even where base could be moved on.")
@click.option("--skip-squash", is_flag=True, help="Keep all commits of the session.")
@click.option("--skip-check", is_flag=True, help="Do not run the check script on the merged result.")
@click.option("--push", is_flag=True, help="Push base afterwards.")
@click.option("--remote", default="origin", show_default=True, help="Remote to push to.")
@click.option(
    "--pr", "pull_request", is_flag=True, help="Push the branch and open a pull request with gh instead."
)
@click.option(
    "--export-patch",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the landed commits here, for git am.",
)
@click.option("--allow-folding", is_flag=True, help="Squash commits made by hand that cannot stand alone.")
@options.as_json
def merge_command(
    session: str,
    message: str | None,
    include_manual: str | None,
    onto: str | None,
    no_ff: bool,
    skip_squash: bool,
    skip_check: bool,
    push: bool,
    remote: str,
    pull_request: bool,
    export_patch: Path | None,
    allow_folding: bool,
    as_json: bool,
) -> int:
    """Merge a session into its base: computed first, checked on the result, then base moves once.

    On a conflict neither base nor your checkout changes; the session's worktree shows it, for
    continue-merge or abort-merge.
    """
    merge = MergeOptions(
        message=message,
        onto=onto,
        manual_commits=options.manual_of(include_manual),
        no_ff=no_ff,
        skip_squash=skip_squash,
        skip_check=skip_check,
        push=push,
        remote=remote,
        pull_request=pull_request,
        export_patch=str(export_patch.absolute()) if export_patch else None,
        in_worktree=True,
        allow_folding=allow_folding,
    )
    with writing() as core:
        return _report(core.merges.run(core.sessions.get(session).id, merge), as_json)


@click.command()
@options.session
@click.option(
    "--take",
    nargs=2,
    multiple=True,
    metavar="SIDE PATH",
    help="Settle PATH by side: base, session or both. May be repeated.",
)
@click.option("--ask-agent", is_flag=True, help="Let the agent settle what is left, then go on.")
@click.option("--notes", help="What to tell the agent besides; - reads standard input.")
@click.option("--model", help="Model that the agent uses for it.")
@options.agent_choice
@click.option("--message", help="Message of the squashed commit.")
@options.manual
@click.option("--skip-check", is_flag=True, help="Do not run the check script on the merged result.")
@click.option("--allow-folding", is_flag=True, help="Squash commits made by hand that cannot stand alone.")
@options.as_json
def continue_merge_command(
    session: str,
    take: tuple[tuple[str, str], ...],
    ask_agent: bool,
    notes: str | None,
    model: str | None,
    mode: str | None,
    amp_cli: str | None,
    amp_server: str | None,
    message: str | None,
    include_manual: str | None,
    skip_check: bool,
    allow_folding: bool,
    as_json: bool,
) -> int:
    """Go on with a merge whose conflicts are resolved: in the worktree, by --take, or by the agent.

    What is given here replaces what merge was given.
    """
    choices = MergeChoices(
        message=message,
        manual_commits=options.manual_of(include_manual),
        skip_check=skip_check or None,
        allow_folding=allow_folding or None,
    )
    if not ask_agent and (notes or model):
        raise click.UsageError("--notes and --model are for the agent: say --ask-agent too.")
    with writing() as core:
        found = core.sessions.get(session)
        for side, path in take:
            core.conflicts.resolve(
                Resolve.model_validate({"session_id": found.id, "path": path, "take": side})
            )
        if ask_agent:
            choice = options.choice_of(mode, amp_cli, amp_server)
            said = sys.stdin.read() if notes == "-" else notes
            request = AskAgent(id=found.id, notes=said, model=model, choice=choice)
            if (status := _ask(core, request, as_json)) is not None:
                return status
        return _report(core.merges.resume(found.id, choices).run(), as_json)


@click.command()
@options.session
@options.as_json
def abort_merge_command(session: str, as_json: bool) -> int:
    """Undo a merge that is not finished: refs, index and files are as they were before it."""
    with writing() as core:
        return _report(core.merges.abort(core.sessions.get(session).id), as_json)


def _ask(core: "Core", request: AskAgent, as_json: bool) -> int | None:
    """Let the agent settle what is left; None where nothing is left then, else the exit status."""
    after = core.events.head()
    turn = core.asking.start(request)
    iteration = run_followed(core, turn, after, [] if as_json else [LivePrinter(detailed=False)])
    merge = core.merges.current(request.id)
    assert merge is not None
    if iteration.outcome is Outcome.COMPLETED and not core.conflicts.left(request.id):
        return None
    status = exit_status(iteration) or 1
    if as_json:
        output.print_json(merge_document(merge))
        return status
    if iteration.error is not None:
        output.tell(f"{iteration.error.code}: {iteration.error.message}")
    say_merge(merge)
    return status


def _report(merge: Merge, as_json: bool) -> int:
    if as_json:
        output.print_json(merge_document(merge))
    else:
        say_merge(merge)
    return 0 if merge.status in _GOOD else 1
