"""`new`."""

import sys

import click

from ampsm_app.backend.domain.requests import IterateRequest, NewSession
from ampsm_app.backend.domain.words import count
from ampsm_app.cli import options, output
from ampsm_app.cli.commands.iterate import run_turn
from ampsm_app.cli.context import writing


@click.command()
@click.option("--repo", default=".", show_default="the present folder", help="Repository to work in.")
@click.option("--name", help="Name; taken from the prompt where not given.")
@click.option("--prompt", required=True, help="What the agent is asked for; - reads standard input.")
@click.option("--follow-up", "follow_ups", multiple=True, help="What to ask next; may be repeated.")
@click.option("--base", help="Branch, tag or commit to start from; detected where not given.")
@click.option("--script", help="Check script, run after each turn and on the merged result.")
@click.option("--model", help="Model, or a mode of the agent; mode --json lists them.")
@click.option("--notes", help="Notes that are sent along with the prompt.")
@click.option("--no-auto-commit", is_flag=True, help="Stage what a turn changed instead of committing it.")
@click.option("--trust-setup", is_flag=True, help="Trust the set-up that the repository asks for.")
@click.option("--run", "run_now", is_flag=True, help="Run the first turn at once.")
@options.agent_choice
@options.as_json
def new_command(
    repo: str,
    name: str | None,
    prompt: str,
    follow_ups: tuple[str, ...],
    base: str | None,
    script: str | None,
    model: str | None,
    notes: str | None,
    no_auto_commit: bool,
    trust_setup: bool,
    run_now: bool,
    mode: str | None,
    amp_cli: str | None,
    amp_server: str | None,
    as_json: bool,
) -> int:
    """Create a session: a worktree and a branch of its own; your checkout is not touched."""
    request = NewSession(
        repo=repo,
        name=name,
        prompt=sys.stdin.read() if prompt == "-" else prompt,
        follow_ups=follow_ups,
        base=base,
        script=script,
        model=model,
        notes=notes,
        auto_commit=not no_auto_commit,
        choice=options.choice_of(mode, amp_cli, amp_server),
        trust_setup=trust_setup,
    )
    with writing() as core:
        session = core.sessions.create(request)
        left_out = core.sessions.uncommitted_in_checkout(session)
        if left_out:
            output.tell(f"not part of the session: {count(left_out, 'uncommitted file')} of your checkout")
        if not as_json:
            output.say(f"{session.id}  {session.name}")
            output.say(f"branch    {session.branch}, from {session.base_branch}")
            output.say(f"worktree  {session.worktree_path}")
        if run_now:
            return run_turn(core, IterateRequest(session_id=session.id), as_json=as_json)
        if as_json:
            output.print_json(session.model_dump(mode="json"))
        elif session.status == "error":
            output.tell("The set-up of its worktree failed; the next turn tries it again.")
        else:
            output.say(f"next      amp-sessions iterate {session.id}")
    return 0
