"""Tells a story: takes its steps, the user's with plain git and the program's through its core."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path

from ampsm_app.backend.core import Core
from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.requests import IterateRequest, NewSession
from ampsm_app.backend.domain.sessions import AgentChoice, SessionSummary
from tests.properties import steps
from tests.properties.desk import BY_HAND, Desk
from tests.properties.editing import TOKEN, Edit, files_of
from tests.properties.picture import Picture, checkout, differences, picture
from tests.properties.plain import PlainMerge
from tests.properties.tokens import Tokens, run, text

_MOST_SESSIONS = 4


@dataclass
class Player:
    """A session in the story, and what is known of the merge that waits in it."""

    name: str
    session: SessionSummary
    options: steps.Options | None = None
    begun: str = ""
    base: str = ""
    tip: str = ""
    plain: PlainMerge | None = None
    rules: dict[str, steps.Rule] = field(default_factory=dict)
    before_entering: Picture | None = None
    points: dict[str, Picture] = field(default_factory=dict)
    gone: bool = False

    @property
    def place(self) -> Path:
        """The worktree."""
        return Path(self.session.worktree_path)

    @property
    def ref(self) -> str:
        """The branch, by its full name."""
        return f"refs/heads/{self.session.branch}"


class Teller:
    """One repository, its sessions, and the books: what base owes, and what need not be there any more."""

    def __init__(self, core: Core, desk: Desk, agent: Path, met: Counter[str]) -> None:
        self.core = core
        self.met = met
        self.desk = desk
        self.players: list[Player] = []
        self.owed: dict[str, set[bytes]] = {"main": set(), "release": set()}
        self.excused: set[bytes] = set()
        self._plan = agent.with_name("plan.json")
        self._choice = AgentChoice(mode="local-cli", cli_path=str(agent))
        self.union = (
            "merge=union" in (desk.repo / ".gitattributes").read_text()
            if (desk.repo / ".gitattributes").exists()
            else False
        )

    def new(self) -> None:
        """One more session, unless there are enough."""
        if len(self.players) == _MOST_SESSIONS:
            return
        name = f"s{len(self.players) + 1}"
        with self.changing(lambda key: key.startswith((f"{name}:", "ref:refs/heads/amp/"))):
            request = NewSession(
                repo=str(self.desk.repo), prompt=f"do {name}", choice=self._choice, base="main"
            )
            self.players.append(Player(name, self.core.sessions.create(request)))

    def choose(self, who: int, *, present: bool = True) -> Player | None:
        """The session of a number, where there is one with a worktree."""
        able = [each for each in self.players if not (present and each.gone)]
        return able[who % len(able)] if able else None

    def turn(self, who: int, edits: steps.Edits) -> None:
        """A turn of the agent; it commits everything, also what was changed by hand."""
        player = self.choose(who)
        if player is None:
            return
        before = self.desk.tip(player.ref)
        self.excuse(self.desk.reader.tree(before) - on_disk(player.place))
        self._plan.write_text(json.dumps({"label": self.desk.label(), "edits": [astuple(e) for e in edits]}))
        with self.changing(self.own(player)):
            try:
                turn = self.core.iterations.run(
                    IterateRequest(session_id=player.session.id, notes="go on", choice=self._choice)
                )
            except AmpsmError as error:
                self.met[f"turn {error.code}"] += 1
                return
        self.met[f"turn {turn.outcome} {turn.error.code if turn.error else ''}"] += 1
        if turn.outcome != "completed":
            return
        start = self.desk.reader.tree(turn.start_sha)
        gone = self.desk.reader.tree(before) - start - self.excused
        assert not gone, f"lines of the session that the turn began without: {sorted(gone)}"
        self.excuse(start - self.desk.reader.tree(player.ref))

    def hand(self, step: steps.Hand) -> None:
        """The user's own work in a session."""
        player = self.choose(step.who)
        if player is None or player.before_entering is not None:
            return
        self.desk.edit(player.place, step.edits)
        if step.how in ("commit", "force"):
            before = self.desk.reader.tree(player.ref)
            if _unfinished(player.place):
                return
            self.desk.commit_all(player.place, f"{BY_HAND} {self.desk.label()}", force=step.how == "force")
            self.excuse(before - self.desk.reader.tree(player.ref))
        elif step.how == "stage":
            run(player.place, "add", "-A")

    def commit_on_base(self, step: steps.Base) -> None:
        """The user's own work on base."""
        branch = "release" if step.release else "main"
        before = self.desk.reader.tree(branch)
        self.desk.commit(branch, step.edits)
        self.excuse(before - self.desk.reader.tree(branch))
        self.owe(branch)

    def pointer(self, step: steps.Pointer) -> None:
        """A submodule's commit is changed, on base or in a session."""
        if step.who is None:
            before = self.desk.reader.tree("main")
            held = self.desk.place_of("main")
            if held is not None:
                self.desk.commit_pointer(held[1], remove=step.remove)
                self.excuse(before - self.desk.reader.tree("main"))
                self.owe("main")
            return
        player = self.choose(step.who)
        if player is not None and player.before_entering is None and not _unfinished(player.place):
            before = self.desk.reader.tree(player.ref)
            self.desk.commit_pointer(player.place, remove=step.remove)
            self.excuse(before - self.desk.reader.tree(player.ref))

    def loose(self, step: steps.Loose) -> None:
        """Changes in the user's checkout that he does not commit."""
        self.desk.edit(self.desk.repo, step.edits)
        if step.staged:
            run(self.desk.repo, "add", "-A")

    def rewind(self, edits: tuple[Edit, ...]) -> None:
        """Base loses its newest commit, or gets another in its place."""
        before = self.desk.reader.tree("main")
        self.desk.rewind(edits)
        self.excuse(before - self.desk.reader.tree("main"))

    def sync(self, who: int) -> None:
        """Base merged into the session by hand, where that is clean."""
        player = self.choose(who)
        if player is None or player.before_entering is not None:
            return
        if text(player.place, "status", "--porcelain"):
            return
        run(player.place, "merge", "-q", "--no-edit", "main", ok=(0, 1, 2, 128))
        if (_git_dir(player.place) / "MERGE_HEAD").exists():
            run(player.place, "reset", "-q", "--hard")

    def pick(self, step: steps.Pick) -> None:
        """A session's newest commit is picked by hand, where that is clean."""
        player = self.choose(step.who)
        onto = self.choose(step.onto) if step.onto is not None else None
        place = onto.place if onto is not None else self.desk.repo
        if player is None or onto is player or (onto and onto.before_entering is not None):
            return
        if len(text(self.desk.repo, "rev-list", "--parents", "-1", player.ref).split()) != 2:
            return
        picked = run(place, "cherry-pick", player.ref, ok=(0, 1, 128))
        self.met["pick"] += bool(picked)
        if (_git_dir(place) / "CHERRY_PICK_HEAD").exists():
            run(place, "cherry-pick", "--abort", ok=(0, 128))
            run(place, "cherry-pick", "--quit")
        if onto is None:
            self.owe("main")

    def excuse(self, tokens: Tokens | set[bytes]) -> None:
        """Lines that somebody took out."""
        self.excused |= tokens

    def owe(self, branch: str, *more: Tokens) -> None:
        """What a branch has now it must have for ever, unless somebody takes it out."""
        self.owed[branch] |= self.desk.reader.tree(branch).union(*more)

    def picture(self) -> Picture:
        """Everything of the user's."""
        places = self.desk.places() | {each.name: each.place for each in self.players}
        return picture(self.desk.repo, places)

    def own(self, player: Player) -> Callable[[str], bool]:
        """Whether something belongs to a session."""
        return lambda key: key == f"ref:{player.ref}" or key.startswith(f"{player.name}:")

    @contextmanager
    def changing(self, allowed: Callable[[str], bool] = lambda _: False) -> Iterator[Picture]:
        """An operation of the program's: it changes only what it may, and no commit is let go."""
        before, commits = self.picture(), self.commits()
        yield before
        said = differences(before, self.picture(), allowed)
        assert not said, "\n".join(said)
        assert commits <= self.commits(), "commits that no ref holds any more"

    def commits(self) -> set[str]:
        """Every commit that a ref holds, but for those that a waiting merge is made of."""
        return set(text(self.desk.repo, "rev-list", "--exclude=refs/ampsm/merge/*", "--all").split())

    def place_picture(self, player: Player) -> Picture:
        """A session's worktree alone."""
        return checkout(player.name, player.place)


def on_disk(place: Path) -> Tokens:
    """The tokens of a checkout's files."""
    found: set[bytes] = set()
    for name in files_of(place):
        file = place / name
        found.update(TOKEN.findall(os.fsencode(file.readlink()) if file.is_symlink() else file.read_bytes()))
    return frozenset(found)


def _unfinished(place: Path) -> bool:
    """Whether a merge waits there, as after going back to a point of it."""
    return bool(text(place, "ls-files", "-u")) or (_git_dir(place) / "MERGE_HEAD").exists()


def _git_dir(place: Path) -> Path:
    link = place / ".git"
    return link if link.is_dir() else Path(link.read_text().removeprefix("gitdir: ").strip())
