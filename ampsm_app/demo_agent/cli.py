"""The command line of the demo agent."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ampsm_app.demo_agent import login
from ampsm_app.demo_agent.help import VERSION, help_for
from ampsm_app.demo_agent.options import Options, UsageError, parse
from ampsm_app.demo_agent.output import complain, write_text
from ampsm_app.demo_agent.report import Reporter, Result, Usage
from ampsm_app.demo_agent.stream import JsonStream
from ampsm_app.demo_agent.text_log import TextLog
from ampsm_app.demo_agent.threads import THREAD_ID, Thread, Threads, state_folder
from ampsm_app.demo_agent.turn import Left, Turn

_NO_MESSAGE = """\
User message must be provided through stdin or as argument when using execute mode

Either pass a message as an argument: amp --execute "your message"
Or pipe via stdin: echo "your message" | amp --execute"""


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    try:
        return _command(parse(sys.argv[1:] if argv is None else argv), os.environ)
    except UsageError as error:
        complain(f"Error: {error}")
        return 1
    except Left as left:
        return left.status
    except KeyboardInterrupt:
        return 130


def _command(options: Options, environment: Mapping[str, str]) -> int:
    if options.has("--help"):
        # Amp shows the root's help where it does not know an option: that is how hidden ones are found.
        write_text(help_for([] if options.unknown else options.words))
        return 0
    if options.has("--version") or options.words == ["version"]:
        write_text(f"{VERSION}\n")
        return 0
    options.check()
    threads = Threads(state_folder(environment))
    match options.words:
        case []:
            return _execute(options, environment, threads, None)
        case ["login"]:
            write_text("The demo agent needs no login.\n")
            return 0
        case ["threads" | "thread" | "t", *words]:
            return _threads(words, options, environment, threads)
        case [word, *_]:
            raise UsageError(f"error: unknown command '{word}'")
    return 1


def _threads(words: list[str], options: Options, environment: Mapping[str, str], threads: Threads) -> int:
    match words:
        case ["continue" | "c", *names]:
            return _execute(options, environment, threads, _chosen(names, threads))
        case ["new" | "n"]:
            return _refused(environment) or _print(f"{threads.new().id}\n")
        case [] | ["list" | "l" | "ls"]:
            return _refused(environment) or _print(_listing(threads.list(), as_json=options.has("--json")))
        case ["markdown" | "md", name]:
            return _refused(environment) or _print(_markdown(_chosen([name], threads)))
        case _:
            raise UsageError(f"error: unknown command '{' '.join(words)}'")


def _refused(environment: Mapping[str, str]) -> int | None:
    return login.refuse(environment, executing=False)


def _print(text: str) -> int:
    write_text(text)
    return 0


def _chosen(names: list[str], threads: Threads) -> Thread:
    if not names:
        last = next(iter(threads.list()), None)
        if last is None:
            raise UsageError("No threads found to continue")
        return last
    wanted = THREAD_ID.search(names[0])
    if wanted is None:
        raise UsageError(f"Invalid thread ID: {names[0]}")
    thread = threads.find(wanted[0])
    if thread is None:
        raise UsageError(f"Thread {wanted[0]} not found")
    return thread


def _listing(found: list[Thread], *, as_json: bool) -> str:
    if as_json:
        rows = [
            {"id": thread.id, "title": thread.title, "messages": len(thread.messages)} for thread in found
        ]
        return json.dumps(rows, ensure_ascii=False) + "\n"
    return (
        "".join(f"{thread.id}  {len(thread.messages):>4}  {thread.title}\n" for thread in found)
        or "No threads.\n"
    )


def _markdown(thread: Thread) -> str:
    parts = (f"## {entry['role'].capitalize()}\n\n{entry['text']}\n" for entry in thread.messages)
    return f"# {thread.title}\n\n" + "\n".join(parts)


def _execute(
    options: Options, environment: Mapping[str, str], threads: Threads, thread: Thread | None
) -> int:
    if not options.has("--execute") and sys.stdout.isatty():
        raise UsageError("The demo agent has no terminal interface: use --execute")
    live = options.has("--stream-json-input")
    if live and not (options.has("--execute") and options.streams):
        raise UsageError("--stream-json-input requires both --execute and --stream-json")
    prompt = None if live else _prompt(options)
    refused = login.refuse(environment, executing=True)
    if refused is not None:
        return refused
    reporter: Reporter = _reporter(options)
    thread = thread or threads.new()
    reporter.begin(thread.id, Path.cwd())
    if prompt is not None:
        return _turn(reporter, thread, threads, prompt)
    return _converse(reporter, thread, threads)


def _reporter(options: Options) -> Reporter:
    if options.streams:
        return JsonStream(thinking=options.has("--stream-json-thinking"))
    return TextLog()


def _prompt(options: Options) -> str:
    piped = (
        "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.buffer.read().decode("utf-8", "replace")
    )
    prompt = "\n\n".join(part for part in (options.message, piped.strip()) if part)
    if not prompt:
        raise UsageError(_NO_MESSAGE)
    return prompt


def _turn(reporter: Reporter, thread: Thread, threads: Threads, prompt: str) -> int:
    turn = Turn(reporter, thread, Path.cwd(), prompt)
    try:
        turn.run()
    finally:
        threads.save(thread)
    return turn.status


def _converse(reporter: Reporter, thread: Thread, threads: Threads) -> int:
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            said = _said(json.loads(line))
        except ValueError as error:
            message = f"Invalid JSON on stdin line {number}: {error}"
            reporter.result(Result("", message, Usage(), 0, 0))
            return 1
        _turn(reporter, thread, threads, said)
    return 0


def _said(message: object) -> str:
    match message:
        case {"message": {"content": str() | list() as content}}:
            return "\n".join(_texts(content))
        case _:
            raise ValueError("not a user message")


def _texts(content: str | list[object]) -> Iterator[str]:
    if isinstance(content, str):
        yield content
        return
    for block in content:
        match block:
            case {"text": str() as text}:
                yield text
