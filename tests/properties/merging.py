"""The steps that merge, and what must hold after each of them."""

import os

from ampsm_app.backend.domain.errors import Conflict, InvalidInput
from ampsm_app.backend.domain.merges import Merge, MergeOptions, MergeStatus
from ampsm_app.backend.domain.requests import Resolve
from tests.properties import oracle, steps
from tests.properties.moving import Moving, require_same
from tests.properties.picture import Picture, differences
from tests.properties.teller import Player
from tests.properties.tokens import run, text


class Merging(Moving):
    """Merges, in one go or step by step."""

    def merge(self, who: int, options: steps.Options) -> Player | None:
        """Begin a merge; the session where it waits for its conflicts."""
        player = self.choose(who)
        if player is None or self.waiting(player) is not None:
            return None
        branch = "release" if options.release else "main"
        player.options, player.rules = options, {}
        player.begun = player.base = self.desk.tip(branch)
        player.tip = self.desk.tip(player.ref)
        player.plain = self.desk.plain.merge(player.base, player.tip)
        place, before, commits = self.place_picture(player), self.picture(), self.commits()
        merge = self.core.merges.run(player.session.id, _asked(options))
        self.met[f"merge {merge.status} {merge.code or ''}"] += 1
        after = self.picture()
        assert commits <= self.commits(), "commits that no ref holds any more"
        if merge.status is MergeStatus.MERGED:
            self._landed(player, merge, before, after)
            return None
        if merge.in_worktree and merge.status is MergeStatus.CONFLICT:
            player.before_entering = place
            self.note_points(player, place, "conflict")
            require_same(before, after, player, inside=True)
        else:
            require_same(before, after, player)
        if merge.status is MergeStatus.REFUSED:
            self._require_reason(player, merge, before)
            return None
        assert merge.status is MergeStatus.CONFLICT, merge
        return player

    def enter(self, who: int) -> None:
        """Put a waiting conflict into the worktree."""
        player = self.choose(who)
        merge = self.waiting(player)
        if player is None or merge is None or merge.in_worktree:
            return
        place, before = self.place_picture(player), self.picture()
        try:
            self.core.conflicts.into_worktree(player.session.id)
        except Conflict as error:
            self.met[f"enter {error.code}"] += 1
            require_same(before, self.picture(), player)
            return
        self.met["enter"] += 1
        player.before_entering = place
        self.note_points(player, place, "conflict")
        require_same(before, self.picture(), player, inside=True)

    def settle(
        self, player: Player | None, rules: tuple[steps.Rule, ...], *, by_hand: bool, every: bool
    ) -> None:
        """Settle conflicts by the rules, one each, or all by the rules in turn."""
        merge = self.waiting(player)
        if player is None or merge is None:
            return
        before = self.picture()
        paths = [each.path for each in merge.conflicts if not each.resolved]
        for number, path in enumerate(paths if every else paths[: len(rules)]):
            now = self.waiting(player)
            assert now is not None
            if every and next(each for each in now.conflicts if each.path == path).resolved:
                continue
            self._settle_one(player, path, rules[number % len(rules)])
        if by_hand and merge.in_worktree:
            self._settle_by_hand(player, merge)
        require_same(before, self.picture(), player, inside=merge.in_worktree)

    def resume(self, player: Player | None) -> None:
        """Go on with a merge that waits."""
        merge = self.waiting(player)
        if player is None or merge is None or player.options is None or player.plain is None:
            return
        branch = "release" if player.options.release else "main"
        base = self.desk.tip(branch)
        before, commits = self.picture(), self.commits()
        merged = self.core.merges.resume(player.session.id).run()
        moved = "base moved" if base != player.base else ""
        self.met[f"continue {merged.status} {merged.code or ''} {moved}"] += 1
        after = self.picture()
        assert commits <= self.commits(), "commits that no ref holds any more"
        if merged.status is not MergeStatus.MERGED:
            assert merged.status is MergeStatus.CONFLICT, merged
            require_same(before, after, player, inside=merge.in_worktree)
            return
        if base != player.base:
            again = self.desk.plain.merge(base, player.tip)
            held = player.plain.contested | again.contested
            player.plain = type(again)(None, again.unmerged, held)
            player.base = base
        self._landed(player, merged, before, after)

    def abort(self, player: Player | None) -> None:
        """Take back a merge that waits: exactly."""
        merge = self.waiting(player)
        if player is None or merge is None:
            return
        before = self.picture()
        self.core.merges.abort(player.session.id)
        self.met[f"abort {'in worktree' if merge.in_worktree else ''}"] += 1
        after = self.picture()
        require_same(before, after, player, inside=merge.in_worktree)
        if player.before_entering is not None:
            said = differences(player.before_entering, self.place_picture(player))
            assert not said, "\n".join(said)
        player.before_entering = None
        assert self.desk.tip(player.ref) == player.tip or not merge.in_worktree

    def land(self, step: steps.Land) -> None:
        """A merge all the way."""
        player = self.choose(step.who)
        if self.waiting(player) is None:
            player = self.merge(step.who, step.options)
        self.settle(player, step.rules, by_hand=step.by_hand, every=True)
        self.resume(player)

    def _settle_one(self, player: Player, path: str, rule: steps.Rule) -> None:
        merge = self.waiting(player)
        assert merge is not None
        conflict = next(each for each in merge.conflicts if each.path == path)
        session = player.session.id
        if rule == "text":
            said = self._joined(player, path)
            if said is not None:
                self.core.conflicts.resolve(Resolve(session_id=session, path=path, text=said))
                player.rules[path] = rule
                return
            rule = "both"
        others: tuple[steps.Rule, ...] = ("base", "session", "delete")
        for each in (rule, *others):
            try:
                self.core.conflicts.resolve(_answer(session, path, each))
            except InvalidInput:
                # No two things to keep, or no room for it.
                continue
            self.met[f"settled {conflict.kind} {each}"] += 1
            related = conflict.related if each != "delete" else ()
            player.rules.update(dict.fromkeys((path, *related), each))
            return

    def _joined(self, player: Player, path: str) -> str | None:
        """All lines of both sides, as somebody would write them who wants to lose nothing."""
        texts = self.core.conflicts.texts(player.session.id, path)
        merge = self.waiting(player)
        assert merge is not None
        conflict = next(each for each in merge.conflicts if each.path == path)
        modes = {conflict.base_mode, conflict.session_mode}
        if texts.base is None or texts.session is None or "120000" in modes or "160000" in modes:
            return None
        return "".join(dict.fromkeys([*texts.base.splitlines(True), *texts.session.splitlines(True)]))

    def _settle_by_hand(self, player: Player, merge: Merge) -> None:
        """In the worktree: every line of both sides, written and staged."""
        listed = run(player.place, "ls-files", "-u", "-z").decode("utf-8", "surrogateescape").split("\0")[:-1]
        entries: dict[str, dict[str, tuple[str, str]]] = {}
        for line in listed:
            info, _, path = line.partition("\t")
            mode, oid, stage = info.split(" ")
            entries.setdefault(path, {})[stage] = (mode, oid)
        for path, stages in entries.items():
            sides = [stages[each] for each in ("2", "3") if each in stages]
            if not sides:
                run(player.place, "--literal-pathspecs", "rm", "-q", "--cached", "--", path)
                if os.path.lexists(player.place / path):
                    (player.place / path).unlink()
                continue
            mode, oid = sides[0]
            if mode == "160000":
                run(player.place, "update-index", "--add", "--cacheinfo", f"{mode},{oid},{path}")
                continue
            content = run(player.place, "cat-file", "blob", oid)
            if len(sides) == 2 and all(mode.startswith("100") for mode, _ in sides):
                other = run(player.place, "cat-file", "blob", sides[1][1])
                content = b"".join(dict.fromkeys([*_lines(content), *_lines(other)]))
            place = player.place / path
            if os.path.lexists(place):
                place.unlink()
            place.parent.mkdir(parents=True, exist_ok=True)
            if mode == "120000":
                place.symlink_to(os.fsdecode(content))
            else:
                place.write_bytes(content)
                place.chmod(0o755 if mode == "100755" else 0o644)
            run(player.place, "--literal-pathspecs", "add", "-f", "--", path)
        for each in merge.conflicts:
            player.rules.setdefault(each.path, "delete")

    def _landed(self, player: Player, merge: Merge, before: Picture, after: Picture) -> None:
        assert player.options is not None
        assert player.plain is not None
        branch = "release" if player.options.release else "main"
        landed = oracle.Landed(
            branch=branch,
            begun=player.begun,
            base=player.base,
            session=player.tip,
            result=self.desk.tip(branch),
            plain=player.plain,
            conflicts=merge.conflicts,
            rules=player.rules,
            union=self.union,
        )
        assert landed.result == merge.commit_sha
        oracle.require_nothing_lost(self.desk, landed)
        if not merge.conflicts and not player.options.skip_squash:
            oracle.require_base_kept_on_the_way(self.desk, landed)
        if not player.options.include and not player.options.fold:
            oracle.require_own_commits_kept(self.desk, landed, player.session.id)
        oracle.require_fast_forward(self.desk, landed, before, after)
        inside = self.own(player) if player.before_entering is not None else lambda _: False
        others = ("main:", "elsewhere:", "ref:refs/heads/main", "ref:refs/heads/release")
        said = differences(before, after, lambda key: key.startswith(others) or inside(key))
        assert not said, said
        player.before_entering = None
        dropped = player.plain.contested - self.desk.reader.tree(landed.result)
        self.excuse(dropped)
        self.owe(branch, self.desk.reader.tree(player.tip))

    def _require_reason(self, player: Player, merge: Merge, before: Picture) -> None:
        """A refusal says the truth."""
        assert player.plain is not None
        assert player.options is not None
        if merge.code == "nothing_to_merge":
            assert player.plain.tree == self.desk.tree(player.base)
        elif merge.code == "manual_depends":
            assert not player.options.fold
        elif merge.code == "uncommitted":
            assert text(player.place, "status", "--porcelain")
        elif merge.code not in ("merge_in_progress", "worktree_displaced"):
            assert merge.code in {
                *("dirty", "staged", "untracked_in_way", "ignored_in_way", "intent_to_add"),
            }, merge
        del before


def _asked(options: steps.Options) -> MergeOptions:
    return MergeOptions(
        manual_commits="include" if options.include else "exclude",
        no_ff=options.no_ff,
        skip_squash=options.skip_squash,
        onto="release" if options.release else None,
        in_worktree=options.in_worktree,
        allow_folding=options.fold,
    )


def _answer(session: str, path: str, rule: steps.Rule) -> Resolve:
    if rule == "delete":
        return Resolve(session_id=session, path=path, delete=True)
    return Resolve.model_validate({"session_id": session, "path": path, "take": rule})


def _lines(content: bytes) -> list[bytes]:
    lines = content.splitlines(keepends=True)
    return [line if line.endswith(b"\n") else line + b"\n" for line in lines]
