"""What a merge must have made of two commits, told from the tokens of their lines and from plain git."""

from collections.abc import Mapping
from dataclasses import dataclass

from ampsm_app.backend.domain.merges import Conflicted
from tests.properties.desk import BY_HAND, Desk
from tests.properties.picture import Picture, differences
from tests.properties.plain import PlainMerge
from tests.properties.tokens import Tokens, run, text

_NO_FILE = "0" * 40


@dataclass(frozen=True)
class Landed:
    """A merge as it landed: base before, the session, base after, and how conflicts were settled.

    `begun` is what base was when the conflicts came up.
    """

    branch: str
    begun: str
    base: str
    session: str
    result: str
    plain: PlainMerge
    conflicts: tuple[Conflicted, ...]
    rules: Mapping[str, str]
    union: bool


def require_nothing_lost(desk: Desk, landed: Landed) -> None:
    """Each line of a side is in the result, unless the other side took it out or both had changed there."""
    assert desk.is_ancestor(landed.base, landed.result), "commits of base are lost"
    assert (landed.plain.tree is None) == bool(landed.conflicts), "conflicts are not those of plain git"
    base, session, result = (desk.reader.tree(each) for each in (landed.base, landed.session, landed.result))
    if landed.plain.tree is not None:
        made = desk.tree(landed.result)
        said = text(desk.repo, "diff-tree", "-r", landed.plain.tree, made)
        assert made == landed.plain.tree, f"not what plain git makes of it:\n{said}"
    marked = text(desk.repo, "grep", "-l", "-a", "-E", "^(<<<<<<<|>>>>>>>)", landed.result, ok=(0, 1))
    assert not marked, f"conflict markers have landed: {marked}"
    ancestors = [desk.reader.tree(each) for each in desk.plain.ancestors(landed.base, landed.session)]
    if len(ancestors) != 1:
        return
    contested = landed.plain.contested
    expected = _expected(ancestors[0], base, session) - contested
    assert expected <= result, f"lost: {sorted(expected - result)}"
    if not landed.union:
        extra = result - contested - expected - _moved_between_files(desk, landed)
        assert not extra, f"back from the dead: {sorted(extra)}"
    for conflict in landed.conflicts:
        _require_kept(desk, landed, conflict, ancestors[0], result)


def _expected(ancestor: Tokens, base: Tokens, session: Tokens) -> Tokens:
    return (base & session) | (base - ancestor) | (session - ancestor)


def _moved_between_files(desk: Desk, landed: Landed) -> Tokens:
    """Lines that a side has in another file than the ancestor: git takes them for new ones there."""
    found: set[bytes] = set()
    for ancestor in desk.plain.ancestors(landed.base, landed.session):
        then = desk.reader.files(ancestor)
        for side in (landed.base, landed.session):
            for path, tokens in desk.reader.files(side).items():
                found |= tokens - then.get(path, frozenset())
    return frozenset(found)


def _require_kept(desk: Desk, landed: Landed, conflict: Conflicted, ancestor: Tokens, result: Tokens) -> None:
    """What a rule promises of one conflict."""
    begun, base, session = (desk.reader.tree(each) for each in (landed.begun, landed.base, landed.session))
    rule = landed.rules[conflict.path]
    sides = {
        "base": (conflict.base_oid, conflict.base_mode, begun, session),
        "session": (conflict.session_oid, conflict.session_mode, session, base),
    }
    kept = {
        "base": ["base"],
        "session": ["session"],
        "both": ["base", "session"],
        "text": ["base", "session"],
    }
    for side in kept.get(rule, []):
        oid, mode, own, other = sides[side]
        if oid is None:
            continue
        there = frozenset({oid.encode()}) if mode == "160000" else desk.reader.blobs({oid})[oid]
        # Git merges a renamed file before it meets the conflict; then lines of the other side are in there,
        # too. And base may have taken out since what it had.
        must = (there & own) - (ancestor - other) - (begun - base)
        if rule in ("both", "text"):
            must -= ancestor
        assert must <= result, f"{conflict.path} by {rule}: lost {sorted(must - result)}"


def require_base_kept_on_the_way(desk: Desk, landed: Landed) -> None:
    """No commit between base and the result takes out lines of base that the result has."""
    kept = desk.reader.tree(landed.base) & desk.reader.tree(landed.result)
    for commit in text(desk.repo, "rev-list", landed.result, f"^{landed.base}", f"^{landed.session}").split():
        there = desk.reader.tree(commit)
        assert kept <= there, f"{commit} undoes {sorted(kept - there)}, which is redone later"


def require_own_commits_kept(desk: Desk, landed: Landed, session_id: str) -> None:
    """Each commit that the user made by hand in the session is a commit of base now, in his name."""
    asked = ("log", "--no-merges", "--format=%H%x00%s%x00%(trailers:key=Ampsm-Session,valueonly,separator=)")
    made = [
        line.split("\0") for line in text(desk.repo, *asked, f"{landed.base}..{landed.session}").splitlines()
    ]
    subjects = text(desk.repo, "log", "--format=%s", landed.result).splitlines()
    base = desk.reader.tree(landed.base)
    for sha, subject, trailer in made:
        if not subject.startswith(BY_HAND) or trailer == session_id or subject in subjects:
            continue
        added = desk.reader.tree(sha) - desk.reader.tree(f"{sha}~1")
        assert added, f"the commit {subject!r} made by hand is gone"
        assert added <= base, f"the commit {subject!r} made by hand is gone"


def require_fast_forward(desk: Desk, landed: Landed, before: Picture, after: Picture) -> None:
    """The checkout of base has the new commit's files and entries; everything else in it is as it was."""
    held = desk.place_of(landed.branch)
    expected = dict(before)
    expected[f"ref:refs/heads/{landed.branch}"] = landed.result
    if held is not None:
        name, place = held
        raw = run(place, "diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", landed.base, landed.result)
        parts = raw.decode("utf-8", "surrogateescape").split("\0")[:-1]
        for info, path in zip(parts[::2], parts[1::2], strict=True):
            _, mode, _, oid, _ = info.split(" ")
            entry, file = f"{name}:index:{path}:0", f"{name}:file:{path}"
            if oid == _NO_FILE:
                expected.pop(entry, None)
                expected.pop(file, None)
                continue
            expected[entry] = f"H {mode} {oid}".encode()
            if mode == "120000":
                expected[file] = ("link", run(place, "cat-file", "blob", oid))
            elif mode != "160000":
                content = run(place, "cat-file", "--filters", f"{landed.result}:{path}")
                expected[file] = ("0o755" if mode == "100755" else "0o644", content)
    folders = {key for each in (expected, after) for key, value in each.items() if value == "folder"}
    own = ("ref:refs/heads/amp/", *(key for key in folders))
    said = differences(
        expected,
        after,
        lambda key: key.startswith(own) or not key.startswith(("ref:", "main:", "elsewhere:")),
    )
    assert not said, said
