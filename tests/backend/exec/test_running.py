"""Trees under guard: their lines, their input, their end."""

import os
import threading
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from ampsm_app.backend.exec import trees
from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.exec.errors import CannotStart, InputClosed
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.exec.running import Running
from tests.backend.exec import family
from tests.backend.exec.conftest import Script


def said(running: Running, stream: str = "stdout") -> list[bytes]:
    return [line.data for line in running.lines() if line.stream == stream]


def test_lines_of_both_streams_arrive_and_the_end_is_told(executor: Executor, script: Script) -> None:
    running = executor.start(
        script("import sys; print('one'); print('two'); sys.stderr.write('oops\\n'); sys.exit(4)")
    )

    lines = list(running.lines())
    finished = running.wait()

    assert [line.data for line in lines if line.stream == "stdout"] == [b"one", b"two"]
    assert [line.data for line in lines if line.stream == "stderr"] == [b"oops"]
    assert (finished.exit_code, finished.timed_out, finished.cancelled) == (4, False, False)
    assert running.stderr_tail == b"oops\n"


def test_the_prompt_is_on_standard_input_and_then_its_end(executor: Executor, script: Script) -> None:
    prompt = "Bitte ändere\nalles 日本".encode() + b"x" * 300_000

    running = executor.start(
        script("import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data)", stdin=prompt)
    )

    assert b"\n".join(said(running)) == prompt


def test_a_conversation_goes_on_until_its_input_is_closed(executor: Executor, script: Script) -> None:
    echo = script(
        "import sys\nfor line in sys.stdin: print('you said', line, end='', flush=True)\nprint('bye')"
    )
    running = executor.start(replace(echo, stdin=b"first\n"), keep_stdin=True)
    lines = running.lines()

    assert next(lines).data == b"you said first"
    running.send(b"second\n")
    assert next(lines).data == b"you said second"
    running.close_stdin()

    assert [line.data for line in lines] == [b"bye"]
    assert running.wait().exit_code == 0
    with pytest.raises(InputClosed):
        running.send(b"third\n")


def test_any_bytes_pass_and_a_cut_last_line_is_delivered(executor: Executor, script: Script) -> None:
    garbage = bytes(range(256)).replace(b"\n", b"") * 40
    source = f"import sys; sys.stdout.buffer.write({garbage!r} + b'\\r\\n\\n' + {garbage!r}[:999])"

    running = executor.start(script(source))

    assert said(running) == [garbage + b"\r", b"", garbage[:999]]


def test_a_line_of_50_mb_comes_whole_and_costs_little_more_than_itself(
    executor: Executor, script: Script
) -> None:
    running = executor.start(
        script("import sys\nfor _ in range(50): sys.stdout.write('x' * 1_000_000)\nprint(); print('after')")
    )
    tracemalloc.start()
    try:
        lines = running.lines()
        assert len(next(lines).data) == 50_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert [line.data for line in lines] == [b"after"]
    assert peak < 80_000_000


def test_a_writer_faster_than_its_reader_waits_instead_of_filling_memory(
    executor: Executor, script: Script
) -> None:
    tracemalloc.start()
    try:
        running = executor.start(
            script("line = 'y' * 999\nfor _ in range(200_000): print(line)", timeout_s=100)
        )
        count = 0
        for _ in running.lines():
            count += 1
            if count == 1000:
                time.sleep(1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 200_000
    assert peak < 60_000_000


def test_output_that_nobody_reads_holds_nothing_up(executor: Executor, script: Script) -> None:
    running = executor.start(script("print('z' * 30_000_000)"))

    assert running.wait().exit_code == 0


def test_a_reader_may_break_off(executor: Executor, script: Script) -> None:
    running = executor.start(script("for n in range(400_000): print('line', n)"))

    for line in running.lines():
        assert line.data == b"line 0"
        break

    assert running.wait().exit_code == 0


def test_standard_error_is_kept_to_its_last_part(executor: Executor, script: Script) -> None:
    running = executor.start(
        script("import sys\nfor n in range(100_000): sys.stderr.write(f'warning {n}\\n')")
    )
    running.wait()

    assert running.stderr_tail.endswith(b"warning 99999\n")
    assert 10_000 < len(running.stderr_tail) <= 65536


def test_a_grandchild_that_holds_the_pipe_ends_with_the_turn(executor: Executor, script: Script) -> None:
    holder = script(
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "print('done'); sys.stdout.write('cut')"
    )
    began = time.monotonic()
    running = executor.start(holder)

    assert said(running) == [b"done", b"cut"]
    assert running.wait().exit_code == 0
    assert time.monotonic() - began < 10
    assert trees.marked(running.mark) == []


def test_the_dead_that_nobody_buries_do_not_count(executor: Executor, script: Script) -> None:
    # The child's exit status is never taken: its parent has left, and this process is not its heir.
    grave = script(
        "import os, time\nif os.fork() == 0:\n    os._exit(0)\nprint('dug', flush=True)\ntime.sleep(60)"
    )
    running = executor.start(grave)
    assert next(running.lines()).data == b"dug"

    assert trees.group_alive(running.pid)
    running.stop()
    assert not trees.group_alive(running.pid)


def test_a_turn_that_takes_too_long_is_ended(executor: Executor, script: Script) -> None:
    running = executor.start(script("print('begun', flush=True)\nimport time; time.sleep(60)", timeout_s=0.7))

    assert said(running) == [b"begun"]
    finished = running.wait()
    assert (finished.timed_out, finished.cancelled) == (True, False)
    assert finished.duration_ms >= 700


def test_stop_ends_every_kind_of_descendant(executor: Executor, script: Script, tmp_path: Path) -> None:
    folder = tmp_path / "family"
    folder.mkdir()
    running = executor.start(script(family.SOURCE, str(folder), "agent"))
    everybody = family.members(folder)
    assert set(everybody) == family.KINDS
    began = time.monotonic()

    stoppers = [threading.Thread(target=running.stop) for _ in range(3)]
    for stopper in stoppers:
        stopper.start()
    for stopper in stoppers:
        stopper.join()
    took = time.monotonic() - began

    assert took <= 5
    assert family.still_alive(everybody) == set()
    finished = running.wait()
    assert (finished.cancelled, finished.timed_out) == (True, False)
    assert list(running.lines()) == []


def test_a_process_that_heeds_the_request_to_end_says_its_last_words(
    executor: Executor, script: Script
) -> None:
    polite = script(
        "import signal, sys, time\n"
        "def end(*_): print('last words', flush=True); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)"
    )
    running = executor.start(polite)
    lines = running.lines()
    assert next(lines).data == b"ready"

    running.stop()

    assert [line.data for line in lines] == [b"last words"]
    assert running.wait().cancelled


def test_stopping_from_the_loop_that_reads_does_not_hang(executor: Executor, script: Script) -> None:
    running = executor.start(script("while True: print('noise' * 2000)"))

    for line in running.lines():
        assert line.data
        running.stop()
        break

    assert running.wait().cancelled


def test_stop_after_the_end_changes_nothing(executor: Executor, script: Script) -> None:
    running = executor.start(script("pass"))
    before = running.wait()

    running.stop()

    assert running.wait() == before
    assert not before.cancelled


def test_a_message_to_a_process_that_does_not_read_does_not_outlive_it(
    executor: Executor, script: Script
) -> None:
    running = executor.start(
        script("import time; print('deaf', flush=True); time.sleep(60)"), keep_stdin=True
    )
    refused: list[InputClosed] = []

    def shout() -> None:
        try:
            running.send(b"x" * 5_000_000)
        except InputClosed as error:
            refused.append(error)

    shouting = threading.Thread(target=shout)
    shouting.start()
    next(running.lines())
    running.stop()
    shouting.join(10)

    assert len(refused) == 1


def test_a_start_that_fails_leaves_no_open_mark(executor: Executor, place: Path, script: Script) -> None:
    with pytest.raises(CannotStart):
        executor.start(Command(("no-such-agent",), place))

    assert executor.start(script("print('fine')")).wait().exit_code == 0
    executor.close()
    assert executor.guard_pid is None


def test_a_closed_executor_has_ended_everything_and_starts_nothing(
    executor: Executor, script: Script
) -> None:
    sleepers = [executor.start(script("import time; time.sleep(60)")) for _ in range(3)]
    guard = executor.guard_pid
    assert guard is not None

    executor.close()

    assert all(sleeper.wait().cancelled for sleeper in sleepers)
    assert trees.marked(executor.mark) == []
    with pytest.raises(ProcessLookupError):
        os.kill(guard, 0)
    with pytest.raises(CannotStart, match="being closed"):
        executor.start(script("pass"))


def test_short_commands_need_no_guard(executor: Executor, script: Script) -> None:
    executor.run(script("pass"))

    assert executor.guard_pid is None
