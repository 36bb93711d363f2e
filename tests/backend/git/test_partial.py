"""Some lines of a change, over arbitrary bytes: what comes out is exactly what was chosen."""

import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampsm_app.backend.domain.errors import Conflict, InvalidInput
from ampsm_app.backend.git.partial import (
    Chosen,
    RawHunk,
    is_nothing,
    is_whole,
    parse_hunks,
    with_lines,
    without_lines,
)

LINES = st.sampled_from(
    [b"a", b"b", b"c", b"", b"a\r", b"\xff\xfe", b"\xc3\xa4", b" x", b"-", b"+y", b"\\ No", b"@@ -1 +1 @@"]
)
TEXTS = st.builds(
    lambda lines, ended: b"\n".join(lines) + (b"\n" if ended and lines else b""),
    st.lists(LINES, max_size=25),
    st.booleans(),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sides")


def hunks_of(folder: Path, old: bytes, new: bytes) -> tuple[RawHunk, ...]:
    """Git's own hunks between two texts."""
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    argv = ["git", "-c", "diff.suppressBlankEmpty=false", "diff", "--no-index", "--text", "-U3", "old", "new"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, check=False)
    return parse_hunks(done.stdout.split(b"\n"))


def everything(hunks: Sequence[RawHunk]) -> Chosen:
    return dict.fromkeys(range(len(hunks)))


def some(data: st.DataObject, hunks: Sequence[RawHunk]) -> dict[int, frozenset[int] | None]:
    """Any lines of any hunks, context among them."""
    chosen: dict[int, frozenset[int] | None] = {}
    for at, hunk in enumerate(hunks):
        if data.draw(st.booleans()):
            indexes = st.frozensets(st.integers(0, len(hunk.lines) - 1))
            chosen[at] = data.draw(st.none() | indexes)
    return chosen


def texts(hunks: Sequence[RawHunk], chosen: Chosen, sign: bytes) -> Counter[bytes]:
    """The chosen lines of a sign, without newlines."""
    found: Counter[bytes] = Counter()
    for at, lines in chosen.items():
        for number, line in enumerate(hunks[at].lines):
            if line[:1] == sign and (lines is None or number in lines):
                found[line[1:]] += 1
    return found


def lines_in(text: bytes) -> Counter[bytes]:
    return Counter(text.removesuffix(b"\n").split(b"\n")) if text else Counter()


@settings(max_examples=150, deadline=None)
@given(old=TEXTS, new=TEXTS)
def test_all_lines_make_one_side_of_the_other(folder: Path, old: bytes, new: bytes) -> None:
    hunks = hunks_of(folder, old, new)
    assert with_lines(old, hunks, everything(hunks)) == new
    assert without_lines(new, hunks, everything(hunks)) == old
    assert with_lines(old, hunks, {}) == old
    assert without_lines(new, hunks, {}) == new


@settings(max_examples=200, deadline=None)
@given(old=TEXTS, new=TEXTS, data=st.data())
def test_some_lines_and_then_the_rest_make_the_whole(
    folder: Path, old: bytes, new: bytes, data: st.DataObject
) -> None:
    hunks = hunks_of(folder, old, new)
    chosen = some(data, hunks)
    mid = with_lines(old, hunks, chosen)
    wanted = lines_in(old) - texts(hunks, chosen, b"-") + texts(hunks, chosen, b"+")
    assert lines_in(mid) == wanted
    assert is_nothing(hunks, chosen) <= (mid == old)
    assert is_whole(hunks, chosen) <= (mid == new)
    rest = hunks_of(folder, mid, new)
    assert with_lines(mid, rest, everything(rest)) == new
    back = hunks_of(folder, old, mid)
    assert without_lines(mid, back, everything(back)) == old


@settings(max_examples=200, deadline=None)
@given(old=TEXTS, new=TEXTS, data=st.data())
def test_lines_that_are_taken_back_are_gone_and_no_others(
    folder: Path, old: bytes, new: bytes, data: st.DataObject
) -> None:
    hunks = hunks_of(folder, old, new)
    chosen = some(data, hunks)
    wanted = lines_in(new) - texts(hunks, chosen, b"+") + texts(hunks, chosen, b"-")
    assert lines_in(without_lines(new, hunks, chosen)) == wanted


@pytest.mark.parametrize(
    ("chosen", "staged"),
    [
        ((0, 2), b"A\nb\n"),
        ((1, 3), b"a\nB\n"),
        ((0, 3), b"B\nb\n"),
        ((2,), b"a\nb\nA\n"),
        ((0, 1, 3), b"B\n"),
        ((1, 2, 3), b"a\nA\nB\n"),
    ],
)
def test_a_chosen_new_line_takes_the_place_of_a_chosen_old_one(
    folder: Path, chosen: tuple[int, ...], staged: bytes
) -> None:
    hunks = hunks_of(folder, b"a\nb\n", b"A\nB\n")
    assert hunks[0].lines == (b"-a", b"-b", b"+A", b"+B")
    assert with_lines(b"a\nb\n", hunks, {0: frozenset(chosen)}) == staged


def test_a_line_that_was_the_last_one_gets_its_newline_when_others_follow(folder: Path) -> None:
    hunks = hunks_of(folder, b"a", b"a\nb")
    added = [at for at, line in enumerate(hunks[0].lines) if line == b"+b"]
    assert with_lines(b"a", hunks, {0: frozenset(added)}) == b"a\nb"


def test_hunks_of_another_text_are_refused(folder: Path) -> None:
    hunks = hunks_of(folder, b"a\n", b"b\n")
    with pytest.raises(Conflict) as refused:
        with_lines(b"x\n", hunks, {0: None})
    assert refused.value.code == "diff_changed"
    with pytest.raises(InvalidInput) as missing:
        with_lines(b"a\n", hunks, {0: frozenset({9})})
    assert missing.value.code == "no_such_line"
