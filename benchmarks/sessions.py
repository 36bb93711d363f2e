"""What a session costs over plain git: `python -m benchmarks.sessions [--rounds 15]`.

Each round makes a session and runs one turn of an agent that is done at once, three times: as the commands
that a careful person would type for the same result, in one shell; as calls of the core; and as commands of
the command line, process and all. The printed ratios are of medians of the same rounds, by the clock and of
the processors' work, which a busy machine does not change. Turns begin in a worktree that is a second old.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ampsm_app.backend.core import Core, open_core
from ampsm_app.backend.domain.requests import IterateRequest, NewSession
from ampsm_app.backend.domain.sessions import AgentChoice, Outcome, SessionSummary
from benchmarks import workbench
from benchmarks.workbench import Taken, git, measured, median, run, say

# Goals of the core over the shell, by the number of files.
SIZES = ((30, 2.0), (20_000, 1.3))

# Where am I, is the base there, is the branch free; then the worktree in the two steps that survive a kill,
# the notes for the agent, and both hidden from every status.
_NEW = """set -e
common=$(git rev-parse --path-format=absolute --git-common-dir)
base=$(git rev-parse -q --verify main^{commit})
test -z "$(git for-each-ref "refs/heads/$1")"
git worktree add -q --no-checkout --no-track -b "$1" "$2" "$base"
git -C "$2" reset -q --hard
git -C "$2" update-index -q --refresh
mkdir -p "$2/AGENT_CONTEXT"
echo '*' > "$2/AGENT_CONTEXT/.gitignore"
echo '*' > .worktrees/.gitignore
grep -qx /AGENT_CONTEXT/ "$common/info/exclude" || echo /AGENT_CONTEXT/ >> "$common/info/exclude"
"""
# Is anything there that is not the agent's; the agent; commit what it did, and keep what that was.
_TURN = """set -e
test -z "$(git status --porcelain)"
echo "do it" | "$1" --execute --stream-json > "$2"
git add -A
git diff --cached --numstat HEAD > AGENT_CONTEXT/CHANGED
printf 'do it\\n\\nAmpsm-Session: x\\n' | git commit -q -F -
git rev-parse HEAD > AGENT_CONTEXT/COMMIT
git diff HEAD~1 HEAD > AGENT_CONTEXT/PATCH
git diff --stat main... > AGENT_CONTEXT/DIFF_SUMMARY.md
git update-index -q --refresh
"""


@dataclass
class Bench:
    """One repository, and what each way took in each round."""

    repo: Path
    scratch: Path
    core: Core
    choice: AgentChoice
    agent: Path
    amp: Path
    found: dict[str, list[Taken]] = field(default_factory=dict)
    rounds: int = 0

    def round(self) -> None:
        """Each way once; worktrees go in between, untimed."""
        self.rounds += 1
        self._shell()
        self._core()
        self._command_line()

    def medians(self) -> dict[str, Taken]:
        """Milliseconds by way and step."""
        return {name: median(taken) for name, taken in self.found.items()}

    def _shell(self) -> None:
        branch, place = f"by-hand/{self.rounds}", self.repo / ".worktrees" / f"hand-{self.rounds}"
        raw = self.scratch / "raw.jsonl"
        self._timed("shell new", lambda: run(["sh", "-c", _NEW, "sh", branch, place], cwd=self.repo))
        _settle(place)
        self._timed("shell turn", lambda: run(["sh", "-c", _TURN, "sh", self.agent, raw], cwd=place))
        _forget(self.repo, place, branch)

    def _core(self) -> None:
        made: list[SessionSummary] = []
        request = NewSession(repo=str(self.repo), prompt="do it", choice=self.choice)
        self._timed("core new", lambda: made.append(self.core.sessions.create(request)))
        _settle(Path(made[0].worktree_path))
        self._timed("core turn", lambda: self._turn(made[0]))
        _forget(self.repo, Path(made[0].worktree_path), made[0].branch)

    def _turn(self, session: SessionSummary) -> None:
        done = self.core.iterations.run(IterateRequest(session_id=session.id))
        assert done.outcome is Outcome.COMPLETED, done
        assert done.commit_sha is not None, done

    def _command_line(self) -> None:
        name = f"round {self.rounds}"
        new: list[str | Path] = [self.amp, "new", "--name", name, "--prompt", "do it"]
        new += ["--amp-cli", self.agent]
        self._timed("process new", lambda: run(new, cwd=self.repo))
        made = self.core.sessions.get(name)
        _settle(Path(made.worktree_path))
        self._timed("process turn", lambda: run([self.amp, "iterate", name], cwd=self.repo))
        _forget(self.repo, Path(made.worktree_path), made.branch)

    def _timed(self, name: str, work: workbench.Work) -> None:
        self.found.setdefault(name, []).append(measured(work))


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--files", type=int, choices=[files for files, _ in SIZES], help="only this size")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="ampsm-bench-") as folder:
        root = Path(folder)
        workbench.settle(root)
        programs = (workbench.instant_agent(root), workbench.installed(root) / "amp-sessions")
        for files, goal in SIZES:
            if options.files not in (None, files):
                continue
            _print(_measured(root / str(files), files, programs, options.rounds), files, goal)


def _measured(folder: Path, files: int, programs: tuple[Path, Path], rounds: int) -> dict[str, Taken]:
    repo = workbench.repository(folder / "repo", files)
    database = folder / "sessions.sqlite"
    os.environ["AMPSM_DB_PATH"] = str(database)
    core = open_core(database=database)
    try:
        choice = AgentChoice(mode="local-cli", cli_path=str(programs[0]))
        bench = Bench(repo, folder, core, choice, *programs)
        # What is done once in a program's life (probing the agent, starting the guard) is not a turn's cost.
        bench.round()
        bench.found.clear()
        for _ in range(rounds):
            bench.round()
        return bench.medians()
    finally:
        core.close()


def _settle(worktree: Path) -> None:
    # Git tells times by whole seconds: what is written in the same second as the index it must read again
    # at every look, so that the fastest way of making a worktree would be punished in its first turn.
    time.sleep(1 - time.time() % 1)
    git(worktree, "update-index", "-q", "--refresh")


def _forget(repo: Path, worktree: Path, branch: str) -> None:
    shutil.rmtree(worktree)
    git(repo, "worktree", "prune")
    git(repo, "branch", "-q", "-D", branch)


def _print(medians: dict[str, Taken], files: int, goal: float) -> None:
    heads = f"{'shell':>8} {'core':>8} {'ratio':>7} {'goal':>7} {'of work':>8} {'process':>9}"
    say(f"{files:>6,} files, ms{'':17} {heads}")
    for step, words in (("new", "new session"), ("turn", "turn of an instant agent")):
        shell, core, whole = (medians[f"{way} {step}"] for way in ("shell", "core", "process"))
        ratio, work = core.clock / shell.clock, core.work / shell.work
        figures = f"{shell.clock:>8.1f} {core.clock:>8.1f} {ratio:>6.2f}× ≤{goal:>4.1f}×"
        say(f"  {words:30} {figures} {work:>7.2f}× {whole.clock:>9.1f}")


if __name__ == "__main__":
    main()
