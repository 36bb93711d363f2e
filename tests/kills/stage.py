"""Scenes made ready once and played as often as wanted, each time from the same state."""

from dataclasses import dataclass

from tests.kills.machine import Machine, Ran
from tests.kills.processes import await_quiet
from tests.kills.repertoire import BY_NAME
from tests.kills.scenes import Scene, points
from tests.kills.truth import Picture, files, picture, require_truth
from tests.kills.wrapper import How

# Never reached: the calls of git are counted, and nobody is killed.
_NOBODY = 10**9


@dataclass(frozen=True)
class Ready:
    """A scene that can be played: its session, its command, and what an undisturbed run needs and gives."""

    scene: Scene
    session: str
    argv: tuple[str, ...]
    before: Picture
    after: Picture
    calls: int
    seconds: float


class Stage:
    """Plays scenes on one machine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._ready: dict[str, Ready] = {}

    def ready(self, name: str) -> Ready:
        """The scene, prepared and tried out undisturbed the first time it is asked for."""
        if name not in self._ready:
            self._ready[name] = self._prepared(BY_NAME[name])
        self.machine.bring_back(name)
        return self._ready[name]

    def killed_at_call(self, name: str, at: int, how: How) -> bool:
        """Play a scene in which somebody is killed at git's `at`-th call; then nothing may be lost.

        False where the run was over before.
        """
        ready = self.ready(name)
        self.machine.run(*ready.argv, at=at, how=how)
        sprung = self.machine.hit.exists()
        self.settle(ready)
        return sprung

    def settle(self, ready: Ready) -> None:
        """After a kill: the next start puts everything in order, and the operation can be repeated."""
        machine = self.machine
        # What a killed command's git still does ends by itself, agents are ended by their guard.
        await_quiet(machine.root)
        written = self._written(ready)
        machine.ask("clean-environment")
        require_truth(machine, ready.before, ready.after)
        if ready.scene.name == "iterate":
            now = self._written(ready)
            lost = {name for name, data in written.items() if now.get(name) != data}
            assert lost == set(), "files that the agent had written"
        ready.scene.again(machine, ready.session)
        assert await_quiet(machine.root, 2) == []

    def _written(self, ready: Ready) -> dict[str, bytes]:
        place = self.machine.repo / ".worktrees" / ready.session
        return files(place) if ready.session and place.exists() else {}

    def _prepared(self, scene: Scene) -> Ready:
        machine = self.machine
        session = scene.prepare(machine)
        argv = scene.command(session)
        if "POINT" in argv:
            wanted = {"undelete": "delete", "undo-merge": "merge"}.get(scene.name, "squash")
            argv = tuple(points(machine, session)[wanted] if each == "POINT" else each for each in argv)
        machine.keep(scene.name)
        before = picture(machine)
        done: Ran = machine.run(*argv, at=_NOBODY)
        assert done.code == scene.expected, done
        calls = len(machine.calls())
        after = picture(machine)
        machine.bring_back(scene.name)
        timed = machine.run(*argv)
        return Ready(scene, session, argv, before, after, calls, timed.seconds)
