"""`iterate`, `run` and `stop`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from ampsm_app.backend.domain.requests import IterateRequest
from ampsm_app.backend.domain.sessions import Check, Iteration, Outcome
from ampsm_app.cli import options, output
from ampsm_app.cli.context import writing
from ampsm_app.cli.following import exit_status, run_followed
from ampsm_app.cli.live import LivePrinter
from ampsm_app.cli.session_words import change, check_words, duration, money

if TYPE_CHECKING:
    from ampsm_app.backend.core import Core
    from ampsm_app.backend.domain.events import Event


@click.command()
@options.session
@click.option("--notes", help="What to say instead of the next follow-up; - reads standard input.")
@click.option("--all", "send_all", is_flag=True, help="Go on until all follow-ups are sent.")
@click.option("--model", help="Model of this turn; mode --json lists them.")
@click.option("--timeout", type=float, metavar="SECONDS", help="End the turn after this long.")
@click.option("--stream", is_flag=True, help="Show what the agent says and does as it happens.")
@click.option("--stream-json", is_flag=True, help="Print each event as it happens, one JSON object a line.")
@click.option(
    "--metrics-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Append the events here, one JSON object a line.",
)
@click.option("--allow-secrets", is_flag=True, help="Commit files even where they hold a secret.")
@click.option("--trust-setup", is_flag=True, help="Trust the set-up that the repository asks for.")
@options.agent_choice
@options.as_json
def iterate_command(
    session: str,
    notes: str | None,
    send_all: bool,
    model: str | None,
    timeout: float | None,
    stream: bool,
    stream_json: bool,
    metrics_file: Path | None,
    allow_secrets: bool,
    trust_setup: bool,
    mode: str | None,
    amp_cli: str | None,
    amp_server: str | None,
    as_json: bool,
) -> int:
    """Run one turn of the agent in a session, commit what it changed, and run the check script."""
    with writing() as core:
        found = core.sessions.get(session)
        request = IterateRequest(
            session_id=found.id,
            notes=sys.stdin.read() if notes == "-" else notes,
            model=model,
            choice=options.choice_of(mode, amp_cli, amp_server),
            timeout_s=timeout,
            allow_secrets=allow_secrets,
            trust_setup=trust_setup,
        )
        while True:
            status = run_turn(
                core,
                request,
                as_json=as_json,
                stream=stream,
                stream_json=stream_json,
                metrics_file=metrics_file,
            )
            left = core.sessions.get(found.id)
            if status != 0 or not send_all or left.follow_ups_sent >= len(left.follow_ups):
                return status
            request = request.model_copy(update={"notes": None})


@click.command()
@options.session
@options.as_json
def run_command(session: str, as_json: bool) -> int:
    """Run the session's check script by hand."""
    with writing() as core:
        check = core.iterations.check(core.sessions.get(session).id)
    if as_json:
        output.print_json(check.model_dump(mode="json", exclude={"output"}))
    else:
        output.say(check.output.rstrip())
        output.say(f"check {check_words(check.model_dump())}, {duration(check.duration_ms)}")
    return 0 if check.passed else 1


@click.command()
@options.session
@options.as_json
def stop_command(session: str, as_json: bool) -> int:
    """End the running turn of a session, from any terminal; what it changed is kept."""
    with writing() as core:
        found = core.sessions.get(session)
        stopped = core.iterations.stop(found.id)
    if as_json:
        output.print_json({"id": found.id, "stopped": stopped})
    else:
        output.say(f"{found.name}: {'stopped' if stopped else 'nothing was running'}")
    return 0


def run_turn(
    core: "Core",
    request: IterateRequest,
    *,
    as_json: bool,
    stream: bool = False,
    stream_json: bool = False,
    metrics_file: Path | None = None,
) -> int:
    """Run a turn in the foreground; Ctrl-C ends it and keeps its work. The exit status of `iterate`."""
    after = core.events.head()
    with ExitStack() as stack:
        sinks = [*_sinks(stack, stream=stream, stream_json=stream_json, metrics_file=metrics_file)]
        if not (stream or stream_json or as_json):
            sinks.append(LivePrinter(detailed=False))
        iteration = run_followed(core, core.iterations.start(request), after, sinks)
    if as_json:
        output.print_json(iteration.model_dump(mode="json", exclude={"check": {"output", "tree"}}))
    elif not stream_json:
        _say_result(iteration)
    return exit_status(iteration)


def _sinks(
    stack: ExitStack, *, stream: bool, stream_json: bool, metrics_file: Path | None
) -> Iterator[Callable[["Event"], None]]:
    from ampsm_app.backend.core import is_exported, wire_line

    if stream:
        yield LivePrinter(detailed=True)
    if stream_json:
        out = sys.stdout
        yield lambda event: _write_line(out, wire_line(event)) if is_exported(event.data) else None
    if metrics_file is not None:
        file = stack.enter_context(metrics_file.open("a", encoding="utf-8"))
        yield lambda event: _write_line(file, wire_line(event)) if is_exported(event.data) else None


def _write_line(file: IO[str], line: str) -> None:
    file.write(line)
    file.flush()


def _say_result(iteration: Iteration) -> None:
    check = iteration.check or Check(passed=True, exit_code=0, duration_ms=0)
    word = iteration.outcome.value if iteration.outcome else "running"
    good = iteration.outcome is Outcome.COMPLETED and check.passed is not False
    output.say(f"turn {iteration.number}: {output.paint(word, 'green' if good else 'red')}")
    pairs = {
        "changed": change(iteration.model_dump()),
        "commit": (iteration.commit_sha or "none")[:12],
        "check": check_words(iteration.check.model_dump()) if iteration.check else "",
        "tokens": f"{iteration.usage.total_tokens:,}",
        "cost": money(iteration.cost_usd, iteration.cost_kind),
        "took": duration(iteration.duration_ms),
    }
    output.say(output.fields(pairs))
    for file in iteration.withheld:
        output.say(f"left out of the commit: {file.path}, line {file.line} holds a secret ({file.kind})")
    if iteration.error is not None:
        output.tell(f"{iteration.error.code}: {iteration.error.message}")
        if iteration.error.hint:
            output.tell(f"  {iteration.error.hint}")
