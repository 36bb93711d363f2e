"""`clean-environment`."""

from pathlib import Path
from typing import get_args

import click

from ampsm_app.backend.domain.time_machine import SpaceClean, SpaceItem, SpaceKind, SpaceReport
from ampsm_app.cli import options, output
from ampsm_app.cli.context import writing
from ampsm_app.cli.size_words import parse_size, size

_KINDS = click.Choice(get_args(SpaceKind))
_NAMES = {
    "worktree": "worktrees of sessions",
    "orphan": "worktrees of no session",
    "check": "check worktree",
    "trash": "trash",
    "point": "restore points",
    "lock": "stale locks",
    "temp": "temporary folders",
    "database": "database",
}
_ACTIONS = {
    "trash": "to the trash",
    "delete": "delete",
    "forget": "forget",
    "shrink": "shrink",
    None: "stays",
}


@click.command()
@click.option("--yes", is_flag=True, help="Do it; without it only shown.")
@click.option("--only", multiple=True, type=_KINDS, metavar="KIND", help="Only this kind; may be repeated.")
@click.option("--repo", metavar="PATH", help="Only this repository; all of them where not given.")
@click.option(
    "--max-size", metavar="SIZE", help="Also the oldest of trash and points, to keep no more than this."
)
@click.option("--all", "everything", is_flag=True, help="Show what stays, too.")
@options.as_json
def clean_environment_command(
    yes: bool,
    only: tuple[SpaceKind, ...],
    repo: str | None,
    max_size: str | None,
    everything: bool,
    as_json: bool,
) -> int:
    """Show what takes space and what of it can go; with --yes, remove that.

    Kinds: worktree, orphan, check, trash, point, lock, temp, database. Worktrees move to the trash; nothing
    goes whose work is nowhere else.
    """
    limit = parse_size(max_size) if max_size else None
    which = SpaceClean(repo=repo, kinds=only, max_size=limit)
    with writing() as core:
        report = core.space.clean(which) if yes else core.space.show(which)
    if as_json:
        output.print_json(report.model_dump(mode="json"))
        return 1 if report.failures else 0
    _say_totals(report)
    _say_items([each for each in report.items if everything or each.proposed], done=yes)
    for failure in report.failures:
        output.tell(f"not done: {failure}")
    _say_end(report, done=yes)
    return 1 if report.failures else 0


def _say_totals(report: SpaceReport) -> None:
    rows = [
        (
            _NAMES[each.kind],
            str(each.count),
            size(each.size),
            size(each.reclaimable) if each.reclaimable else "—",
            _place(each.repo_root),
        )
        for each in report.totals
    ]
    output.say(output.table(("what", "count", "size", "can go", "repository"), rows))


def _say_items(items: list[SpaceItem], *, done: bool) -> None:
    if not items:
        return
    output.say()
    rows = [
        (
            each.kind,
            size(each.size),
            "done" if done and each.done else _ACTIONS[each.action],
            _words(each),
            _where(each),
        )
        for each in items
    ]
    output.say(output.table(("kind", "size", "action", "why", "where"), rows))


def _say_end(report: SpaceReport, *, done: bool) -> None:
    output.say()
    if done:
        output.say(f"{size(report.reclaimed)} freed.{_later(report, done=True)}")
    elif any(each.proposed for each in report.items):
        output.say(f"{size(report.reclaimable)} of {size(report.size)} can go.{_later(report, done=False)}")
        output.say("Nothing was changed. Do it: amp-sessions clean-environment --yes")
    else:
        output.say(f"{size(report.size)} in use; nothing was left behind.")


def _later(report: SpaceReport, *, done: bool) -> str:
    """What frees its space only by another step."""
    meant = [each for each in report.items if (each.done if done else each.proposed)]
    said = []
    if moved := sum(each.size for each in meant if each.action == "trash"):
        said.append(
            f" {size(moved)} of it {'are now' if done else 'only move'} {'in' if done else 'to'} the trash."
        )
    if any(each.action == "forget" for each in meant):
        said.append(" Git frees what forgotten points held when it next collects garbage.")
    return "".join(said)


def _words(item: SpaceItem) -> str:
    return f"{item.reason}; holds {item.loses}" if item.loses else item.reason


def _where(item: SpaceItem) -> str:
    if item.session_name:
        return item.session_name
    return item.path if item.kind != "point" else item.path.rpartition("backup/")[2]


def _place(root: str | None) -> str:
    return Path(root).name if root else ""
