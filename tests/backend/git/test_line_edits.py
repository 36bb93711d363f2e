"""Lines of real files, staged, unstaged and taken back in a real worktree: exact to the byte."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ampsm_app.backend.domain.errors import Conflict, InvalidInput
from ampsm_app.backend.domain.staging import LineSelection, SelectedHunk
from ampsm_app.backend.git import diffs, file_diffs, index_edits, line_edits, worktree_file
from ampsm_app.backend.git.runner import Git
from tests.backend.git.test_partial import TEXTS
from tests.conftest import git

CONTEXT = "AGENT_CONTEXT"
NAMES = ("f.txt", 'quote"d', "new\nline", "ünï/çødé", " spaces ", "-dash", ":(exclude)x")
Side = bytes | None


def digest(worktree: Git, path: str, *, staged: bool = False) -> tuple[str, int]:
    """What a page was shown: the digest of the file's diff, and how many hunks that has."""
    comparing = diffs.staged(worktree) if staged else diffs.unstaged(worktree, context_dir=CONTEXT)
    with comparing as sides:
        seen = file_diffs.file_diff(sides, path)
    return seen.digest, len(seen.hunks)


def chosen_by(seen: str, hunks: Sequence[int], lines: tuple[int, ...] | None = None) -> LineSelection:
    return LineSelection(digest=seen, hunks=tuple(SelectedHunk(index=at, lines=lines) for at in hunks))


def choose(
    worktree: Git, path: str, wanted: LineSelection, *, staged: bool = False
) -> line_edits.ChosenLines:
    comparing = diffs.staged(worktree) if staged else diffs.unstaged(worktree, context_dir=CONTEXT)
    with comparing as sides:
        return line_edits.choose(sides, path, wanted)


def stage(worktree: Git, path: str, wanted: LineSelection) -> None:
    index_edits.set_entries(worktree, line_edits.to_stage(worktree, choose(worktree, path, wanted)))


def unstage(worktree: Git, path: str, wanted: LineSelection) -> None:
    lines = choose(worktree, path, wanted, staged=True)
    index_edits.set_entries(worktree, line_edits.to_unstage(worktree, lines))


def rewrite(worktree: Git, path: str, wanted: LineSelection) -> None:
    lines = choose(worktree, path, wanted)
    worktree_file.rewrite(
        worktree,
        path,
        line_edits.without(lines),
        was=lines.seen.new,
        mode=lines.seen.change.old_mode,
        temporary=lambda place: place.with_name(".beside"),
    )


def in_index(worktree: Git, path: str) -> Side:
    found = worktree.attempt("cat-file", "blob", f":{path}")
    return found.stdout if found.exit_code == 0 else None


def put(place: Path, content: Side) -> None:
    if content is None:
        place.unlink(missing_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def committed(worktree: Git, path: str, content: Side) -> None:
    put(worktree.cwd / path, content)
    index_edits.add_paths(worktree, [path])
    worktree.write("commit", "-q", "--allow-empty", "-m", "before")


def any_lines(data: st.DataObject, seen: file_diffs.Seen) -> LineSelection | None:
    """Lines of any hunks, at least one of them changed; None where none came out."""
    hunks = []
    for at, hunk in enumerate(seen.hunks):
        changed = [number for number, line in enumerate(hunk.lines) if line[:1] in (b"+", b"-")]
        if lines := data.draw(st.frozensets(st.sampled_from(changed))):
            hunks.append(SelectedHunk(index=at, lines=tuple(sorted(lines))))
    return LineSelection(digest=seen.digest, hunks=tuple(hunks)) if hunks else None


SIDES = st.none() | TEXTS
REAL = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@REAL
@given(old=SIDES, new=SIDES, name=st.sampled_from(NAMES), data=st.data())
def test_any_lines_and_then_the_rest_stage_the_whole_and_unstaging_gives_head(
    session_git: Git, old: Side, new: Side, name: str, data: st.DataObject
) -> None:
    committed(session_git, name, old)
    put(session_git.cwd / name, new)
    with diffs.unstaged(session_git, context_dir=CONTEXT) as sides:
        if old == new:
            return
        seen = file_diffs.look(sides, name)
    wanted = any_lines(data, seen) if seen.hunks else None
    if wanted is not None:
        stage(session_git, name, wanted)
        assert (session_git.cwd / name).exists() == (new is not None)
        if in_index(session_git, name) != new:
            shown, hunks = digest(session_git, name)
            if hunks:
                stage(session_git, name, chosen_by(shown, range(hunks)))
    index_edits.add_paths(session_git, [name])
    assert in_index(session_git, name) == new
    shown, hunks = digest(session_git, name, staged=True)
    if hunks:
        unstage(session_git, name, chosen_by(shown, range(hunks)))
        assert in_index(session_git, name) == old
    git(session_git.cwd, "reset", "-q", "--hard")


@REAL
@given(old=TEXTS, new=SIDES, data=st.data())
def test_taking_any_lines_back_and_then_the_rest_gives_the_old_file(
    session_git: Git, old: bytes, new: Side, data: st.DataObject
) -> None:
    committed(session_git, "f", old)
    put(session_git.cwd / "f", new)
    with diffs.unstaged(session_git, context_dir=CONTEXT) as sides:
        if old == new:
            return
        seen = file_diffs.look(sides, "f")
    wanted = any_lines(data, seen) if seen.hunks else None
    if wanted is not None:
        rewrite(session_git, "f", wanted)
        if (session_git.cwd / "f").read_bytes() != old:
            shown, hunks = digest(session_git, "f")
            rewrite(session_git, "f", chosen_by(shown, range(hunks)))
        assert (session_git.cwd / "f").read_bytes() == old
    assert in_index(session_git, "f") == old
    git(session_git.cwd, "reset", "-q", "--hard")


def test_line_endings_and_filters_apply_to_files_and_not_to_the_index(session_git: Git) -> None:
    worktree = session_git.cwd
    git(worktree, "config", "filter.up.clean", "tr A-Z a-z")
    git(worktree, "config", "filter.up.smudge", "tr a-z A-Z")
    (worktree / ".gitattributes").write_text("*.win text eol=crlf\n*.up filter=up\n")
    committed(session_git, "f.win", b"one\r\ntwo\r\nthree\r\n")
    committed(session_git, "f.up", b"ONE\nTWO\n")
    put(worktree / "f.win", b"ONE\r\ntwo\r\nTHREE\r\n")
    put(worktree / "f.up", b"1\nTWO\n3\n")
    for name, lines in (("f.win", (0, 1)), ("f.up", (3,))):
        shown, _ = digest(session_git, name)
        stage(session_git, name, chosen_by(shown, [0], lines))
    assert in_index(session_git, "f.win") == b"ONE\ntwo\nthree\n"
    assert in_index(session_git, "f.up") == b"one\ntwo\n3\n"
    for name in ("f.win", "f.up"):
        shown, hunks = digest(session_git, name)
        rewrite(session_git, name, chosen_by(shown, range(hunks)))
    assert (worktree / "f.win").read_bytes() == b"ONE\r\ntwo\r\nthree\r\n"
    assert (worktree / "f.up").read_bytes() == b"ONE\nTWO\n3\n"
    assert git(worktree, "diff", "--name-only") == ""


def test_mixed_line_endings_stay_where_the_file_stands_as_it_is_stored(session_git: Git) -> None:
    committed(session_git, "f", b"a\r\nb\nc\r\n")
    put(session_git.cwd / "f", b"a\r\nB\nc\r\nd")
    shown, _ = digest(session_git, "f")
    rewrite(session_git, "f", chosen_by(shown, [0], (1, 2)))
    assert (session_git.cwd / "f").read_bytes() == b"a\r\nb\nc\r\nd"


def test_modes_go_with_the_whole_and_stay_with_a_part(session_git: Git) -> None:
    worktree = session_git.cwd
    committed(session_git, "run", b"1\n2\n")
    put(worktree / "run", b"1\n2\n3\n4\n")
    (worktree / "run").chmod(0o755)
    shown, _ = digest(session_git, "run")
    stage(session_git, "run", chosen_by(shown, [0], (2,)))
    assert git(worktree, "ls-files", "-s", "run").startswith("100644 ")
    shown, _ = digest(session_git, "run")
    stage(session_git, "run", chosen_by(shown, [0]))
    assert git(worktree, "ls-files", "-s", "run").startswith("100755 ")
    shown, _ = digest(session_git, "run", staged=True)
    unstage(session_git, "run", chosen_by(shown, [0]))
    assert git(worktree, "ls-files", "-s", "run").startswith("100644 ")
    rewrite(session_git, "run", chosen_by(digest(session_git, "run")[0], [0], (2,)))
    assert (worktree / "run").stat().st_mode & 0o777 == 0o755


def test_a_renamed_file_takes_its_new_name_into_the_index_with_the_lines(session_git: Git) -> None:
    worktree = session_git.cwd
    lines = b"".join(b"line %d\n" % number for number in range(20))
    committed(session_git, "old", lines)
    (worktree / "old").rename(worktree / "new")
    put(worktree / "new", b"first\n" + lines + b"last\n")
    shown, hunks = digest(session_git, "new")
    assert hunks == 2
    stage(session_git, "new", chosen_by(shown, [0]))
    assert (in_index(session_git, "old"), in_index(session_git, "new")) == (None, b"first\n" + lines)
    shown, _ = digest(session_git, "new", staged=True)
    unstage(session_git, "new", chosen_by(shown, [0]))
    assert (in_index(session_git, "old"), in_index(session_git, "new")) == (lines, None)


def test_a_new_file_is_unstaged_to_nothing_and_a_deleted_one_comes_back(session_git: Git) -> None:
    worktree = session_git.cwd
    put(worktree / "new", b"a\nb\n")
    stage(session_git, "new", chosen_by(digest(session_git, "new")[0], [0], (1,)))
    assert in_index(session_git, "new") == b"b\n"
    unstage(session_git, "new", chosen_by(digest(session_git, "new", staged=True)[0], [0]))
    assert in_index(session_git, "new") is None
    put(worktree / "README.md", None)
    rewrite(session_git, "README.md", chosen_by(digest(session_git, "README.md")[0], [0], (0,)))
    assert (worktree / "README.md").read_text() == "hello\n"


def test_links_and_binaries_have_no_lines(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "link").symlink_to("README.md")
    index_edits.add_paths(session_git, ["link"])
    git(worktree, "commit", "-q", "-m", "link")
    (worktree / "link").unlink()
    (worktree / "link").symlink_to("elsewhere")
    shown, _ = digest(session_git, "link")
    with pytest.raises(InvalidInput) as refused:
        stage(session_git, "link", chosen_by(shown, [0], (0,)))
    assert refused.value.code == "no_lines"
    stage(session_git, "link", chosen_by(shown, [0]))
    assert in_index(session_git, "link") == b"elsewhere"
    put(worktree / "blob", b"\0\1")
    assert digest(session_git, "blob") == ("", 0)
    with pytest.raises(InvalidInput) as no_lines:
        stage(session_git, "blob", chosen_by("anything", [0]))
    assert no_lines.value.code == "no_lines"


def test_what_was_chosen_from_an_older_diff_is_refused(session_git: Git) -> None:
    worktree = session_git.cwd
    put(worktree / "README.md", b"hello\nworld\n")
    shown, _ = digest(session_git, "README.md")
    put(worktree / "README.md", b"hello\nthere\n")
    with pytest.raises(Conflict) as changed:
        stage(session_git, "README.md", chosen_by(shown, [0]))
    put(worktree / "README.md", b"hello\n")
    with pytest.raises(Conflict) as gone:
        stage(session_git, "README.md", chosen_by(shown, [0]))
    assert changed.value.code == gone.value.code == "diff_changed"
    assert in_index(session_git, "README.md") == b"hello\n"
