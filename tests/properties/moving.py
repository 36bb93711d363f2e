"""The steps that move a session, and what must hold after each of them."""

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.merges import ManualCommits, Merge, MergeStatus
from tests.properties import steps
from tests.properties.editing import IGNORED
from tests.properties.picture import Picture, differences
from tests.properties.teller import Player, Teller
from tests.properties.tokens import text


class Moving(Teller):
    """Squashes, rebases, cleanups, and ways back."""

    def squash(self, step: steps.Squash) -> None:
        """A squash moves a branch and nothing else."""
        player = self.choose(step.who)
        if player is None:
            return
        place = self.place_picture(player)
        before, tree = self.picture(), self.desk.tree(player.ref)
        manual: ManualCommits = "include" if step.include else "exclude"
        try:
            self.core.squash.squash(player.session.id, manual_commits=manual)
            self.met["squash"] += 1
        except AmpsmError as error:
            self.met[f"squash {error.code}"] += 1
        said = differences(before, self.picture(), lambda key: key == f"ref:{player.ref}")
        assert not said, said
        assert self.desk.tree(player.ref) == tree
        self.note_points(player, place, "squash")

    def rebase(self, who: int) -> None:
        """A rebase loses no line, or moves nothing."""
        player = self.choose(who)
        if player is None:
            return
        place, old, base = self.place_picture(player), self.desk.tip(player.ref), self.desk.tip("main")
        with self.changing(self.own(player)) as before:
            status: str
            try:
                status = self.core.rebase.rebase(player.session.id, "main").status
            except AmpsmError as error:
                status = error.code
        self.met[f"rebase {status}"] += 1
        if status != "rebased":
            require_same(before, self.picture(), player)
            return
        self.note_points(player, place, "rebase")
        ancestors = [self.desk.reader.tree(each) for each in self.desk.plain.ancestors(base, old)]
        if len(ancestors) == 1:
            ours, theirs = self.desk.reader.tree(base), self.desk.reader.tree(old)
            expected = (ours & theirs) | (ours - ancestors[0]) | (theirs - ancestors[0])
            now = self.desk.reader.tree(player.ref)
            assert expected <= now, f"rebase lost {sorted(expected - now)}"
        assert text(player.place, "status", "--porcelain") == ""

    def restore(self, step: steps.Restore) -> None:
        """Going back to a point gives what was there."""
        player = self.choose(step.who, present=False)
        points = self.core.history.list(player.session.id) if player is not None else []
        if player is None or not points:
            return
        point = points[step.point % len(points)]
        place = {} if player.gone else self.place_picture(player)
        with self.changing(self.own(player)):
            try:
                self.core.history.restore(player.session.id, point.id)
            except AmpsmError as error:
                self.met[f"restore {error.code}"] += 1
                return
        self.met[f"restore {point.operation}"] += 1
        player.gone, player.before_entering = False, None
        self.note_points(player, place, "restore")
        if point.id in player.points:
            expected, now = _as_git_sees(player.points[point.id]), _as_git_sees(self.place_picture(player))
            said = differences(expected, now, lambda key: key.endswith(IGNORED))
            assert not said, "\n".join(said)

    def clean_up(self, step: steps.Cleanup) -> None:
        """What exists nowhere else is not cleaned up."""
        player = self.choose(step.who)
        if player is None:
            return
        place, old = self.place_picture(player), self.desk.tip(player.ref)
        with self.changing(self.own(player)) as before:
            try:
                self.core.cleanup.clean_up(player.session.id, force=step.force)
            except AmpsmError as error:
                refused: AmpsmError | None = error
            else:
                refused = None
        self.met[f"cleanup {refused.code if refused else 'forced' if step.force else ''}"] += 1
        if refused is not None:
            assert not step.force, refused
            require_same(before, self.picture(), player)
            return
        player.gone, player.before_entering = True, None
        self.note_points(player, place, "cleanup")
        if not step.force:
            held = self.desk.reader.tree("main") | self.desk.reader.tree("release")
            lost = self.desk.reader.tree(old) - held - self.excused
            assert not lost, f"cleaned up although nothing else has {sorted(lost)}"

    def waiting(self, player: Player | None) -> Merge | None:
        """The merge of a session that waits for its conflicts."""
        merge = self.core.merges.open(player.session.id) if player is not None and not player.gone else None
        return merge if merge is not None and merge.status is MergeStatus.CONFLICT else None

    def note_points(self, player: Player, place: Picture, operation: str) -> None:
        """Remember what the newest point must bring back."""
        points = self.core.history.list(player.session.id)
        if points and points[0].operation == operation and points[0].id not in player.points and place:
            player.points[points[0].id] = place


def require_same(before: Picture, after: Picture, player: Player, *, inside: bool = False) -> None:
    said = differences(before, after, lambda key: inside and key.startswith(f"{player.name}:"))
    assert not said, "\n".join(said)


def _as_git_sees(seen: Picture) -> Picture:
    """Without folders, with one kind of line end: a point keeps the bytes only of what git sees changed."""
    return {
        key: (value[0], value[1].replace(b"\r\n", b"\n")) if isinstance(value, tuple) else value
        for key, value in seen.items()
        if value != "folder"
    }
