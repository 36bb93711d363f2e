"""`history` and `restore`."""

import click

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.merges import LandedMerge
from ampsm_app.backend.domain.model import format_time
from ampsm_app.backend.domain.requests import DiffQuery
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.domain.time_machine import PointContent, RestoreEffect
from ampsm_app.backend.domain.words import count
from ampsm_app.cli import options, output
from ampsm_app.cli.context import reading, writing
from ampsm_app.cli.patch import print_patch
from ampsm_app.cli.session_words import age
from ampsm_app.cli.size_words import size

# The time in an id, which is enough of it to be used.
_SHORT = len("20261120-101502123")
_MOST_FILES = 40


@click.command()
@options.session
@click.argument("point", required=False)
@click.option("--patch", is_flag=True, help="The diff of what POINT holds against its commit.")
@click.option("--pin", metavar="POINT", help="Keep a point until it is unpinned.")
@click.option("--unpin", metavar="POINT", help="Let a pinned point expire with age again.")
@options.as_json
def history_command(
    session: str, point: str | None, patch: bool, pin: str | None, unpin: str | None, as_json: bool
) -> None:
    """List the points a session can be taken back to, the newest first; with POINT, what it holds.

    A deleted session is named by its whole id.
    """
    if len([each for each in (point, pin, unpin) if each]) > 1 or (patch and not point):
        raise InvalidInput("Give one of POINT, --pin and --unpin; --patch needs POINT.")
    if chosen := pin or unpin:
        _pin(session, chosen, pinned=pin is not None, as_json=as_json)
    elif point is None:
        _list(session, as_json=as_json)
    elif patch:
        with reading() as core:
            found = core.history.find(session)
            print_patch(core.reviews.patch(DiffQuery(session_id=found.id, against=f"point:{point}")))
    else:
        _show(session, point, as_json=as_json)


@click.command()
@options.session
@click.argument("point")
@click.option("--file", "files", multiple=True, metavar="PATH", help="Only this file; may be repeated.")
@click.option("--undo-merge", is_flag=True, help="Take the base branch back off the session's merge too.")
@options.as_json
def restore_command(
    session: str, point: str, files: tuple[str, ...], undo_merge: bool, as_json: bool
) -> None:
    """Take a session's branch, index and files back to a point; the present becomes a point of its own.

    With --file only these files change; branch and index stay. With --undo-merge the base branch, and the
    checkout it stands in, go back too to where they were before the session was merged, as long as nothing
    was built on the merge.
    """
    if files and undo_merge:
        raise InvalidInput("--file and --undo-merge exclude each other.", hint="give one of them")
    with writing() as core:
        undone = None
        if undo_merge:
            found = core.history.find(session)
            core.points.get(found, point)
            undone = core.unmerging.undo(found.id)
        if files:
            before = core.history.restore_files(session, point, files)
        else:
            before = core.history.restore(session, point)
    if as_json:
        output.print_json(before.model_dump(mode="json"))
        return
    if undone is not None:
        output.say(undone.reason or "")
    what = f"restored {count(len(files), 'file')}" if files else "restored"
    output.say(f"{what}; what was there before is point {before.id}")


def _pin(session: str, point: str, *, pinned: bool, as_json: bool) -> None:
    with writing() as core:
        changed = core.history.pin(session, point, pinned=pinned)
    if as_json:
        output.print_json(changed.model_dump(mode="json"))
    else:
        said = "pinned: it stays until it is unpinned" if pinned else "unpinned: it expires with age"
        output.say(f"{changed.id}: {said}")


def _list(session: str, *, as_json: bool) -> None:
    with reading() as core:
        points = core.history.list(session)
    if as_json:
        output.print_json([point.model_dump(mode="json") for point in points])
        return
    if not points:
        output.say("No points yet: one is made before whatever could lose work.")
        return
    rows = [
        (
            each.id[:_SHORT],
            age(format_time(each.created_at)),
            each.purpose.removeprefix("before "),
            _holds(each),
            each.head[:8],
        )
        for each in points
    ]
    output.say(output.table(("point", "age", "before", "holds", "commit"), rows))
    output.say(f"what it holds: amp-sessions history {session} POINT")
    output.say(f"go back:       amp-sessions restore {session} POINT")


def _holds(point: RestorePoint) -> str:
    parts = [count(point.dirty_files, "file") if point.dirty_files else "branch only"]
    if point.dirty_files and point.size:
        parts.append(size(point.size))
    if point.not_kept:
        parts.append(f"not {len(point.not_kept)}")
    if point.pinned:
        parts.append("pinned")
    return ", ".join(parts)


def _show(session: str, point: str, *, as_json: bool) -> None:
    with reading() as core:
        content = core.history.holds(session, point)
    if as_json:
        output.print_json(content.model_dump(mode="json"))
        return
    _say_point(content)
    if content.files:
        rows = [
            (each.change, size(each.size), each.path if each.kept else f"{each.path} (not kept)")
            for each in content.files
        ]
        output.say(output.table(("change", "size", "file"), rows))
    else:
        output.say("Nothing was uncommitted: the point holds the branch.")
    if content.effect is None:
        output.say("The session has no worktree now; restoring brings it back.")
    else:
        _say_effect(content.effect)
    if content.landed is not None:
        output.say(_landed(content.landed, point))


def _landed(merge: LandedMerge, point: str) -> str:
    if merge.problem is not None:
        return f"{merge.base_branch} keeps the merge: {merge.problem}"
    back = f"{merge.base_branch} still has the merge ({merge.landed_sha[:12]})"
    return f"{back}; take it back too: restore … {point} --undo-merge"


def _say_point(content: PointContent) -> None:
    point = content.point
    output.say(output.heading(point.id, point.purpose))
    pairs = {
        "taken": f"{age(format_time(point.created_at))} ago"
        if age(format_time(point.created_at)) != "now"
        else "now",
        "branch": f"{point.branch or 'no branch'} at {point.head[:12]}",
        "unfinished": content.unfinished or "",
        "kept": "until it is unpinned" if point.pinned else "",
        "trash": point.trash_path or "",
    }
    output.say(output.fields(pairs))


def _say_effect(effect: RestoreEffect) -> None:
    leaving, returning, changing = effect.commits_leaving, effect.commits_returning, len(effect.files)
    moves = [
        *([f"{count(leaving, 'commit')} {_s('leave', leaving)} the branch"] if leaving else []),
        *([f"{count(returning, 'commit')} {_s('return', returning)}"] if returning else []),
        *([f"{count(changing, 'file')} {_s('change', changing)}"] if changing else []),
    ]
    output.say(f"restoring it now: {', '.join(moves) or 'nothing changes'}")
    for each in effect.files[:_MOST_FILES]:
        output.say(f"  {each.change:<12} {each.path}")
    if len(effect.files) > _MOST_FILES:
        output.say(f"  and {len(effect.files) - _MOST_FILES} more")


def _s(verb: str, number: int) -> str:
    return f"{verb}s" if number == 1 else verb
