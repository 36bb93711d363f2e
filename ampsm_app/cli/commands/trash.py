"""`trash`."""

import sys
from collections import Counter
from pathlib import Path

import click

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.model import format_time
from ampsm_app.backend.domain.time_machine import TrashEmptied, TrashEmpty, TrashEntry
from ampsm_app.backend.domain.words import count
from ampsm_app.cli import options, output
from ampsm_app.cli.context import reading, writing
from ampsm_app.cli.session_words import age
from ampsm_app.cli.size_words import size

# As long as an id of a session, with which the name of its entry begins.
_SHORT = 8

_repo = click.option("--repo", metavar="PATH", help="Only this repository; all of them where not given.")


@click.group()
def trash_command() -> None:
    """List, bring back or delete for good what was moved to the trash."""


@trash_command.command("list")
@_repo
@options.as_json
def list_command(repo: str | None, as_json: bool) -> None:
    """List what is in the trash of all repositories, the newest first."""
    with reading() as core:
        entries = core.trash.list(repo)
    if as_json:
        output.print_json([each.model_dump(mode="json") for each in entries])
        return
    if not entries:
        output.say("The trash is empty. What is deleted or cleaned up is moved there.")
        return
    _say_entries(entries)
    number = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
    output.say(f"{number}, {size(sum(each.size for each in entries))}")
    output.say("bring back: amp-sessions trash restore ID")


@trash_command.command("restore")
@click.argument("entry", metavar="ID")
@options.as_json
def restore_command(entry: str, as_json: bool) -> None:
    """Bring back a worktree with its branch and session.

    ID may be the beginning of one, or the session's name.
    """
    with writing() as core:
        done = core.trash.restore(entry)
    if as_json:
        output.print_json(done.model_dump(mode="json"))
    else:
        output.say(f"{done.entry.session_name or done.entry.id}: back in {done.worktree_path}")


@trash_command.command("empty")
@click.argument("ids", nargs=-1, metavar="[ID]…")
@_repo
@click.option(
    "--older-than", type=click.IntRange(0), metavar="DAYS", help="Only what went there so many days ago."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.as_json
def empty_command(
    ids: tuple[str, ...], repo: str | None, older_than: int | None, yes: bool, as_json: bool
) -> None:
    """Delete for good what is in the trash.

    Restore points stay until they expire, and with them what was committed or changed. Ignored files, and
    files too large for a point, exist nowhere else.
    """
    which = TrashEmpty(repo=repo, older_than_days=older_than, ids=ids)
    with writing() as core:
        going, kept = core.trash.chosen(which)
        if going and not yes:
            _ask(going, as_json=as_json)
        chosen = which.model_copy(update={"ids": tuple(each.id for each in going)})
        done = core.trash.empty(chosen) if going else TrashEmptied(removed=(), freed=0)
    done = done.model_copy(update={"kept": (*kept, *done.kept)})
    if as_json:
        output.print_json(done.model_dump(mode="json"))
        return
    output.say(f"deleted {len(done.removed)}, {size(done.freed)} freed")
    for each in done.kept:
        output.say(f"kept: {each.id} ({'its point is pinned' if each.pinned else 'at work just now'})")


def _ask(going: list[TrashEntry], *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise InvalidInput("Emptying the trash cannot be undone.", hint="say --yes", code="needs_yes")
    _say_entries(going)
    for each in going:
        for line in _warnings(each):
            output.tell(f"{each.session_name or each.id}: {line}")
    click.confirm(f"Delete these for good ({size(sum(each.size for each in going))})?", abort=True, err=True)


def _warnings(entry: TrashEntry) -> list[str]:
    said = []
    if entry.unmerged_commits is None:
        said.append("nobody knows what of it is merged")
    elif entry.unmerged_commits:
        said.append(f"{count(entry.unmerged_commits, 'unmerged commit')}; point {entry.point} keeps them")
    if entry.uncommitted_files:
        said.append(f"{count(entry.uncommitted_files, 'uncommitted file')}; point {entry.point} keeps them")
    said += [f"no point holds {path}" for path in entry.not_kept]
    if entry.point is None:
        said.append("no point holds its files")
    return said


def _say_entries(entries: list[TrashEntry]) -> None:
    begins = Counter(each.id[:_SHORT] for each in entries)
    rows = [
        (
            each.id[:_SHORT] if begins[each.id[:_SHORT]] == 1 else each.id,
            age(format_time(each.trashed_at)) if each.trashed_at else "—",
            size(each.size),
            each.session_name or each.kind,
            Path(each.repo_root).name,
            _holds(each),
        )
        for each in entries
    ]
    output.say(output.table(("id", "age", "size", "session", "repository", "holds"), rows))


def _holds(entry: TrashEntry) -> str:
    parts = []
    if entry.pinned:
        parts.append("pinned")
    if entry.unmerged_commits is None:
        parts.append("unknown work")
    elif entry.unmerged_commits:
        parts.append(f"{entry.unmerged_commits} unmerged")
    if entry.uncommitted_files:
        parts.append(f"{entry.uncommitted_files} uncommitted")
    return ", ".join(parts) or ("set aside" if entry.kind == "aside" else "nothing unmerged")
