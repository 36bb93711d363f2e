"""Short commands: what they said, how they ended, and that nothing can make the caller hang."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ampsm_app.backend.exec import trees
from ampsm_app.backend.exec.capture import Patience, ThreadPump
from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.exec.errors import CannotStart
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.exec.spawn import spawn
from tests.backend.exec.conftest import Script

HOLD_THE_PIPE = """
import subprocess, sys
print("said", flush=True)
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"], start_new_session=True)
sys.stderr.write(str(child.pid))
"""


def test_a_command_gives_its_status_and_both_streams(executor: Executor, script: Script, place: Path) -> None:
    done = executor.run(script("import os, sys; print(os.getcwd()); sys.stderr.write('ü\\n'); sys.exit(3)"))

    assert done.exit_code == 3
    assert done.stdout.decode() == f"{place}\n"
    assert done.stderr.decode() == "ü\n"
    assert not done.timed_out
    assert not done.cancelled


def test_binary_input_of_any_size_comes_back_unchanged(executor: Executor, script: Script) -> None:
    data = os.urandom(3_000_000)

    done = executor.run(
        script("import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)", stdin=data)
    )

    assert done.stdout == data


def test_a_command_may_leave_its_input_unread(executor: Executor, script: Script) -> None:
    done = executor.run(script("print('no thanks')", stdin=b"x" * 1_000_000))

    assert (done.exit_code, done.stdout) == (0, b"no thanks\n")


def test_without_input_a_command_reads_its_end_at_once(executor: Executor, script: Script) -> None:
    assert executor.run(script("import sys; print(len(sys.stdin.read()))")).stdout == b"0\n"


def test_output_beyond_the_limit_is_dropped_and_the_command_still_ends(
    executor: Executor, script: Script
) -> None:
    done = executor.run(script("print('a' * 5_000_000)"), limit=1000)

    assert (done.exit_code, done.stdout) == (0, b"a" * 1000)


def test_the_environment_is_inherited_changed_and_marked(
    executor: Executor, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEPT", "as it was")
    monkeypatch.setenv("UNWANTED", "x")
    ask = script("import os; print(*map(os.environ.get, ['KEPT', 'UNWANTED', 'NEW', 'AMPSM_MARK']), sep='|')")

    done = executor.run(replace(ask, env={"NEW": "naïve"}, unset=frozenset({"UNWANTED"})))

    kept, unwanted, new, mark = done.stdout.decode().strip().split("|")
    assert (kept, unwanted, new) == ("as it was", "None", "naïve")
    assert mark.startswith(executor.mark + ".")


def test_a_command_that_takes_too_long_is_ended_with_its_children(executor: Executor, script: Script) -> None:
    stubborn = script(
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True);"
        "print('started', flush=True); time.sleep(60)",
        timeout_s=0.5,
    )

    done = executor.run(stubborn)

    assert done.timed_out
    assert done.stdout == b"started\n"
    assert done.duration_ms < 5000
    assert trees.marked(executor.mark) == []


def test_a_command_is_cancelled_from_another_thread(executor: Executor, script: Script) -> None:
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()

    done = executor.run(script("import time; time.sleep(60)"), cancel=cancel)

    assert done.cancelled
    assert not done.timed_out
    assert done.exit_code != 0
    assert done.duration_ms < 5000


def test_a_grandchild_that_holds_the_pipe_delays_the_answer_but_keeps_nobody(
    executor: Executor, script: Script
) -> None:
    began = time.monotonic()

    done = executor.run(script(HOLD_THE_PIPE))

    assert time.monotonic() - began < 5
    assert (done.exit_code, done.stdout) == (0, b"said\n")
    assert trees.marked(executor.mark) == [int(done.stderr)]


def test_a_command_may_close_its_output_and_go_on(executor: Executor, script: Script) -> None:
    done = executor.run(script("import os, time; os.close(1); os.close(2); time.sleep(0.5); os._exit(7)"))

    assert done.exit_code == 7


def test_a_missing_program_is_named(executor: Executor, place: Path) -> None:
    with pytest.raises(CannotStart, match="no-such-program-ü cannot be started: no such program") as caught:
        executor.run(Command(("no-such-program-ü",), place))

    assert caught.value.code == "cannot_start"


def test_a_missing_folder_is_named(executor: Executor, place: Path) -> None:
    with pytest.raises(CannotStart, match="gone: that folder does not exist"):
        executor.run(Command(("git", "--version"), place / "gone"))


def test_a_file_that_is_not_executable_is_named(executor: Executor, place: Path) -> None:
    plain = place / "plain.txt"
    plain.write_text("hello")

    with pytest.raises(CannotStart, match="it is not executable"):
        executor.run(Command((str(plain),), place))


def test_a_name_that_no_system_takes_is_an_error_of_ours(executor: Executor, place: Path) -> None:
    with pytest.raises(CannotStart):
        executor.run(Command(("git", "a\0b"), place))


def test_many_commands_run_at_once_from_many_threads(executor: Executor, script: Script) -> None:
    echo = script("import sys; print(sys.argv[1] * 50_000)", "x")
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(len(executor.run(echo).stdout)), daemon=True)
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert seen == [50_001] * 12


def test_the_threads_of_other_platforms_pump_the_same(executor: Executor, script: Script) -> None:
    data = os.urandom(500_000)
    copy = script("import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)", stdin=data)
    process = spawn(copy, executor.mark, stdin=True)
    pump = ThreadPump(process, data, None)

    assert pump.pump(Patience(time.monotonic() + 20)) == "ended"
    assert pump.out.bytes() == data
