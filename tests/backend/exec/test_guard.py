"""An orchestrator that is killed takes its trees with it, whatever they did to get away."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ampsm_app.backend.exec import guard, trees
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.exec.identity import ProcessIdentity
from tests.backend.exec import family
from tests.backend.exec.conftest import Script

ROOT = Path(__file__).parents[3]

ORCHESTRATOR = """
import sys, threading, time
from pathlib import Path
from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.exec.executor import Executor

executor = Executor()
command = Command((sys.executable, "-S", *sys.argv[1:]), Path.cwd())
# From a thread that ends at once: the tree belongs to the process, not to the thread that began it.
starter = threading.Thread(target=lambda: executor.start(command))
starter.start()
starter.join()
print(executor.mark, executor.guard_pid, flush=True)
time.sleep(120)
"""


class Orchestrator:
    """A process of its own that started the whole family and told its mark and its guard."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        assert process.stdout is not None
        self.process = process
        self.mark, guard_pid = process.stdout.readline().split()
        self.guard = ProcessIdentity.of(int(guard_pid))
        self.family = family.members(folder)

    def kill(self) -> None:
        """End it as the kernel would: without a word."""
        self.process.kill()
        self.process.wait()

    def guard_gone(self) -> bool:
        """Whether its guard has gone home."""
        return self.guard is not None and not self.guard.alive()


@contextmanager
def orchestrator(place: Path) -> Iterator[Orchestrator]:
    folder = place / "family"
    folder.mkdir()
    program = place / "agent ü.py"
    program.write_text(family.SOURCE)
    argv = [sys.executable, "-c", ORCHESTRATOR, str(program), str(folder), "agent"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(argv, cwd=place, env=environment, stdout=subprocess.PIPE, text=True) as process:
        started = Orchestrator(process, folder)
        try:
            yield started
        finally:
            started.kill()
            trees.sweep(started.mark)


def test_nothing_outlives_a_killed_orchestrator(place: Path) -> None:
    with orchestrator(place) as owner:
        assert family.still_alive(owner.family) == family.KINDS

        owner.kill()

        family.eventually(lambda: not family.still_alive(owner.family), seconds=5)
        family.eventually(owner.guard_gone, seconds=5)


def test_the_guard_cannot_be_talked_into_leaving(place: Path) -> None:
    with orchestrator(place) as owner:
        assert owner.guard is not None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(owner.guard.pid, number)
        time.sleep(0.3)
        assert owner.guard.alive()

        owner.kill()

        family.eventually(lambda: not family.still_alive(owner.family), seconds=5)


def test_an_interrupted_orchestrator_leaves_nothing_either(place: Path) -> None:
    with orchestrator(place) as owner:
        owner.process.send_signal(signal.SIGTERM)

        family.eventually(lambda: not family.still_alive(owner.family), seconds=5)


def test_where_the_guard_was_killed_too_the_next_start_sweeps(place: Path) -> None:
    with orchestrator(place) as owner:
        assert owner.guard is not None
        os.kill(owner.guard.pid, signal.SIGKILL)
        owner.kill()
        time.sleep(0.5)
        escaped = family.still_alive(owner.family)
        assert escaped == family.KINDS

        assert trees.sweep(owner.mark) >= len(family.KINDS)

        assert family.still_alive(owner.family) == set()


def test_a_killed_guard_is_replaced_at_the_next_start(executor: Executor, script: Script) -> None:
    first = executor.start(script("import time; time.sleep(60)"))
    killed = executor.guard_pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    family.eventually(lambda: ProcessIdentity.of(killed) is None)

    second = executor.start(script("import time; time.sleep(60)"))

    assert executor.guard_pid not in (None, killed)
    first.stop()
    second.stop()


def test_the_guard_holds_nothing_of_its_orchestrator(executor: Executor, script: Script) -> None:
    running = executor.start(script("import time; time.sleep(60)"))
    about = Path(f"/proc/{executor.guard_pid}")

    def held() -> set[str]:
        found = set()
        for entry in (about / "fd").iterdir():
            with suppress(FileNotFoundError):
                found.add(str(entry.readlink()) if entry.name != "0" else "/dev/null")
        return found

    family.eventually(lambda: held() == {"/dev/null"})  # while it starts it reads modules
    assert (about / "cwd").readlink() == Path("/")
    assert os.getsid(executor.guard_pid or 0) == executor.guard_pid
    running.stop()


def test_the_guard_starts_once_for_all_trees(executor: Executor, script: Script) -> None:
    trees_started = [executor.start(script("import time; time.sleep(60)")) for _ in range(4)]
    first = executor.guard_pid
    assert executor.start(script("pass")).wait().exit_code == 0
    assert executor.guard_pid == first
    for tree in trees_started:
        tree.stop()


def test_by_the_process_table_alone_families_are_learnt_while_they_run(place: Path) -> None:
    folder = place / "family"
    folder.mkdir()
    program = place / "agent.py"
    program.write_text(family.SOURCE)
    mark = f"ampsm-test-{os.getpid()}"
    agent = subprocess.Popen(
        [sys.executable, "-S", str(program), str(folder), "agent"],
        env={**os.environ, "AMPSM_MARK": mark},
        start_new_session=True,
    )
    everybody = family.members(folder)
    watch = guard.Watch(guard.scan_ps)
    watch.heed(f"+{mark}")
    watch.heed(f"={mark} {agent.pid}")
    watch.look()

    watch.end_all()
    agent.wait()

    assert family.still_alive(everybody) == set()


@pytest.mark.parametrize("scan", [guard.scan_proc, guard.scan_ps])
def test_a_closed_mark_is_left_alone(scan: guard.Scan, executor: Executor, script: Script) -> None:
    running = executor.start(script("print('up', flush=True); import time; time.sleep(60)"))
    assert next(running.lines()).data == b"up"
    watch = guard.Watch(scan)
    for line in (f"+{running.mark}", f"={running.mark} {running.pid}", f"-{running.mark}", "nonsense", ""):
        watch.heed(line)

    watch.end_all()

    assert not running.is_over()
    running.stop()


def test_a_mark_does_not_cover_one_that_only_begins_like_it(executor: Executor, script: Script) -> None:
    running = executor.start(
        script("print('up', flush=True); import time; time.sleep(60)"), mark=f"{executor.mark}.11"
    )
    assert next(running.lines()).data == b"up"

    assert trees.sweep(f"{executor.mark}.1") == 0
    watch = guard.Watch(guard.scan_proc)
    watch.heed(f"+{executor.mark}.1")
    watch.end_all()
    assert not running.is_over()

    assert trees.marked(executor.mark) == [running.pid]
    running.stop()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of systems without /proc, as far as this one can go it."""
    import psutil

    assert psutil.Process().is_running()  # it looks at the platform once, now
    monkeypatch.setattr(sys, "platform", "darwin")


@pytest.mark.usefixtures("elsewhere")
def test_without_proc_trees_are_found_and_ended_all_the_same(executor: Executor, script: Script) -> None:
    child = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    running = executor.start(script(f"{child}; print('up', flush=True); import time; time.sleep(60)"))
    assert next(running.lines()).data == b"up"
    assert len(trees.marked(running.mark)) == 2

    running.stop()

    assert trees.marked(executor.mark) == []


@pytest.mark.usefixtures("elsewhere")
def test_without_proc_a_process_is_still_known_by_more_than_its_number() -> None:
    identity = ProcessIdentity.current()

    assert identity.boot_id == "wall"
    assert identity.alive()
    assert not ProcessIdentity(identity.pid, identity.create_time - 1, "wall").alive()
