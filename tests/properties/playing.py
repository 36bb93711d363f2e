"""Plays whole stories, and looks around at the end."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ampsm_app.backend.core import Core
from tests.properties import editing, steps
from tests.properties.desk import Desk
from tests.properties.merging import Merging
from tests.properties.tokens import text

AGENT = """#!/bin/sh
case "$1" in
  --version) echo "1.0.0 (scripted)"; exit ;;
  --help) printf 'Options:\\n  -x, --execute [message]\\n    Run\\n  --stream-json\\n    Stream\\n'; exit ;;
esac
while read -r line; do :; done
{python} -I -S {editing} {plan} || exit 1
echo '{{"type":"system","subtype":"init","session_id":"T-1","cwd":"/","tools":[]}}'
echo '{{"type":"result","subtype":"success","is_error":false,"result":"done","duration_ms":1,\
"num_turns":1,"session_id":"T-1"}}'
"""


def agent(folder: Path, python: str) -> Path:
    """An agent that makes the edits of a plan and is done."""
    path = folder / "agent"
    path.write_text(AGENT.format(python=python, editing=editing.__file__, plan=folder / "plan.json"))
    path.chmod(0o755)
    return path


class Theatre:
    """A core and a repository to copy: each story is played in a folder of its own."""

    def __init__(self, core: Core, root: Path, repository: Path, agent_path: Path) -> None:
        self._core = core
        self._root = root
        self._repository = repository
        self._agent = agent_path
        self.met: Counter[str] = Counter()

    def play(self, story: steps.Story) -> None:
        """Tell the story and look around."""
        self.met["story"] += 1
        with self._stage() as root:
            desk = Desk(root, self._repository, attributes=story.attributes, autocrlf=story.autocrlf)
            teller = Merging(self._core, desk, self._agent, self.met)
            teller.owe("main")
            teller.owe("release")
            teller.new()
            teller.new()
            for step in story.steps:
                take(teller, step)
            finish(teller)

    @contextmanager
    def _stage(self) -> Iterator[Path]:
        root = self._root / f"story {self.met['story']}"
        root.mkdir()
        yield root
        shutil.rmtree(root)


def take(teller: Merging, step: steps.Step) -> None:
    """One step; it is left out where it means nothing."""
    _TAKING[type(step)](teller, step)


_TAKING: Mapping[type, Callable[[Merging, Any], object]] = MappingProxyType(
    {
        steps.Base: Merging.commit_on_base,
        steps.Loose: Merging.loose,
        steps.Go: lambda teller, step: teller.desk.go(step.to),
        steps.Rewind: lambda teller, step: teller.rewind(step.amend),
        steps.New: lambda teller, _: teller.new(),
        steps.Turn: lambda teller, step: teller.turn(step.who, step.edits),
        steps.Hand: Merging.hand,
        steps.Pointer: Merging.pointer,
        steps.Sync: lambda teller, step: teller.sync(step.who),
        steps.Pick: Merging.pick,
        steps.Squash: Merging.squash,
        steps.Rebase: lambda teller, step: teller.rebase(step.who),
        steps.Restore: Merging.restore,
        steps.Cleanup: Merging.clean_up,
        steps.Merge: lambda teller, step: teller.merge(step.who, step.options),
        steps.Enter: lambda teller, step: teller.enter(step.who),
        steps.Settle: lambda teller, step: teller.settle(
            teller.choose(step.who), step.rules, by_hand=step.by_hand, every=False
        ),
        steps.Continue: lambda teller, step: teller.resume(teller.choose(step.who)),
        steps.Abort: lambda teller, step: teller.abort(teller.choose(step.who)),
        steps.Land: Merging.land,
    }
)


def finish(teller: Merging) -> None:
    """The end: what waits is taken back, base has all that it owes, and nothing lies about."""
    for player in teller.players:
        teller.abort(player)
    desk = teller.desk
    for branch, owed in teller.owed.items():
        missing = owed - teller.excused - desk.reader.tree(branch)
        assert not missing, f"{branch} has lost {sorted(missing)}"
    assert text(desk.repo, "fsck", "--connectivity-only", "--no-dangling") == ""
    git_dir = desk.repo / ".git"
    ours = git_dir / "ampsm"
    locks = [path for path in git_dir.rglob("*.lock") if not path.is_relative_to(ours)]
    assert locks == []
    assert text(desk.repo, "for-each-ref", "--format=%(refname)", "refs/ampsm/merge/") == ""
    present = {each.place.name for each in teller.players if not each.gone} | {"elsewhere"}
    assert {each.name for each in (desk.repo / ".worktrees").iterdir() if each.is_dir()} <= present
    entries = {Path((each / "gitdir").read_text()).parent.name for each in (git_dir / "worktrees").glob("*")}
    assert entries <= present, "a stray worktree"
    branches = text(desk.repo, "for-each-ref", "--format=%(refname:short)", "refs/heads/amp").split()
    assert set(branches) <= {each.session.branch for each in teller.players if not each.gone}
