"""`stage`, `unstage`, `discard`, `commit`, `rollback` and `cherry-pick`."""

import sys
from collections.abc import Callable
from typing import Any

import click

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.sessions import SessionSummary
from ampsm_app.backend.domain.staging import CherryPick, CommitRequest, Rollback, StageChange
from ampsm_app.backend.domain.words import count
from ampsm_app.cli import options, output
from ampsm_app.cli.context import writing
from ampsm_app.cli.worktree_paths import in_worktree

_paths = click.argument("paths", metavar="[PATH]...", nargs=-1)


@click.command()
@options.session
@_paths
@click.option("--all", "everything", is_flag=True, help="All changes.")
@options.as_json
def stage_command(session: str, paths: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Put changed files into a session's index; a folder counts for all in it."""
    with writing() as core:
        _change(core, session, paths, everything, as_json, core.staging.stage)


@click.command()
@options.session
@_paths
@click.option("--all", "everything", is_flag=True, help="All that is staged.")
@options.as_json
def unstage_command(session: str, paths: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Take files out of a session's index; the files stay as they are."""
    with writing() as core:
        _change(core, session, paths, everything, as_json, core.staging.unstage)


@click.command()
@options.session
@_paths
@click.option("--all", "everything", is_flag=True, help="All changes that are not staged.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.as_json
def discard_command(session: str, paths: tuple[str, ...], everything: bool, yes: bool, as_json: bool) -> None:
    """Take back what is changed but not staged, untracked files too; a point keeps all of it."""
    with writing() as core:
        found = core.sessions.get(session)
        change = _meant(found, paths, everything)
        if not yes:
            _ask(f"Discard {', '.join(change.paths) or 'all unstaged changes'} of {found.name!r}?")
        done = core.discarding.discard(change)
    if as_json:
        output.print_json(done.model_dump(mode="json"))
        return
    output.say(f"discarded; to have it back: amp-sessions restore {found.id} {done.point.id}")
    for path in done.set_aside:
        output.say(f"  moved to {done.aside}: {path}")
    for path in done.left:
        output.say(f"  left as it is: {path}")


@click.command()
@options.session
@click.option("-m", "--message", "messages", multiple=True, help="The message; each -m is a paragraph.")
@click.option("--amend", is_flag=True, help="Change the session's last commit instead.")
@click.option("--all", "everything", is_flag=True, help="Stage all changes first.")
@click.option("--allow-secrets", is_flag=True, help="Although what is staged holds a secret.")
@options.as_json
def commit_command(
    session: str,
    messages: tuple[str, ...],
    amend: bool,
    everything: bool,
    allow_secrets: bool,
    as_json: bool,
) -> None:
    """Commit what is staged, as your own commit."""
    with writing() as core:
        found = core.sessions.get(session)
        request = CommitRequest(
            id=found.id, message="\n\n".join(messages), amend=amend, allow_secrets=allow_secrets
        )
        if not (request.message.strip() or amend):
            raise InvalidInput("A commit needs a message.", hint="-m MESSAGE", code="empty_message")
        if everything:
            core.staging.stage(StageChange(id=found.id))
        made = core.committing.commit(request)
    if as_json:
        output.print_json(made.model_dump(mode="json"))
    else:
        output.say(f"{made.commit_sha[:12]}  {made.subject}")


@click.command()
@options.session
@click.argument("commit")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.as_json
def rollback_command(session: str, commit: str, yes: bool, as_json: bool) -> None:
    """Take branch, index and files back to a commit of the session; untracked files stay."""
    with writing() as core:
        found = core.sessions.get(session)
        if not yes:
            _ask(f"Take {found.name!r} back to {commit}?")
        point = core.rolling_back.roll_back(Rollback(id=found.id, sha=commit))
    if as_json:
        output.print_json(point.model_dump(mode="json"))
    else:
        output.say(f"rolled back; what was there before: amp-sessions restore {found.id} {point.id}")


@click.command()
@options.session
@click.argument("commits", nargs=-1, required=True, metavar="COMMIT...")
@click.option("--from", "other", metavar="SESSION", help="The session that they are of; oldest first then.")
@options.as_json
def cherry_pick_command(session: str, commits: tuple[str, ...], other: str | None, as_json: bool) -> None:
    """Apply commits, of another session or any in the repository. On a conflict nothing moves."""
    with writing() as core:
        found = core.sessions.get(session)
        origin = core.sessions.get(other).id if other else None
        done = core.picking.pick(CherryPick(id=found.id, commits=commits, from_session=origin))
    if as_json:
        output.print_json(done.model_dump(mode="json"))
        return
    for commit in done.commits:
        output.say(f"{commit.sha[:12]}  {commit.subject}")
    if done.dropped:
        output.say(f"{count(len(done.dropped), 'commit')} had nothing new")


def _change(
    core: Core,
    session: str,
    paths: tuple[str, ...],
    everything: bool,
    as_json: bool,
    act: Callable[[StageChange], None],
) -> None:
    found = core.sessions.get(session)
    act(_meant(found, paths, everything))
    status = core.reviews.status(found.id)
    if as_json:
        files: list[Any] = [each.model_dump(mode="json") for each in status.files]
        output.print_json({"branch": status.branch, "head": status.head, "files": files})
        return
    staged = [each.path for each in status.files if each.staged]
    others = [each.path for each in status.files if each.unstaged or each.untracked or each.unmerged]
    output.say(f"{count(len(staged), 'file')} staged, {len(others)} not")


def _meant(session: SessionSummary, paths: tuple[str, ...], everything: bool) -> StageChange:
    if bool(paths) == everything:
        raise InvalidInput("Say which files.", hint="name paths, or give --all")
    return StageChange(id=session.id, paths=in_worktree(session.worktree_path, paths))


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        raise InvalidInput("Nobody can be asked here.", hint="--yes does it without asking", code="needs_yes")
    click.confirm(question, abort=True, err=True)
