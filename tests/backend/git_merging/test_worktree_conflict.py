"""A conflict in the session's worktree, settled there by a person or an agent."""

import subprocess
from pathlib import Path

import pytest

from ampsm_app.backend.git import resolving, three_way
from ampsm_app.backend.git.landing_refusals import Refused
from ampsm_app.backend.git.moving import Move
from ampsm_app.backend.git.resolution import Change, Settlement
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.worktree_conflict import Entered, ReadBack, enter, leave, put, read_back
from tests.backend.git_merging.building import commit, picture, text
from tests.backend.git_merging.building import put as write
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

Files = dict[str, str | bytes | None]
MESSAGE = "Merge base into the session"


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    """A session that clashes with base in `a` (content), `n` (added twice), `gone` and `x.bin`."""
    first = {"a": text(), "b": text(), "gone": text(), "kept": text(), ".gitignore": "*.ign\n.worktrees/\n"}
    repo = make_repo(tmp_path / "a repo ü", first)
    write(repo / "x.bin", b"a\0b")
    commit(repo, "binary")
    place = repo / ".worktrees/s1"
    git(repo, "worktree", "add", "-q", "-b", "session", str(place))
    mine: Files = {
        "a": text(_5="session"),
        "n": "session\n",
        "gone": text(_3="session"),
        "x.bin": b"a\0session",
    }
    commit(place, "amp: session's", {**mine, "kept": text(_2="session")})
    theirs: Files = {"a": text(_5="base"), "n": "base\n", "gone": None, "x.bin": b"a\0base", "fresh": "new\n"}
    commit(repo, "base's", {**theirs, "b": text(_5="base")})
    return place


def ids(worktree: Path) -> tuple[str, str]:
    return git(worktree, "rev-parse", "main"), git(worktree, "rev-parse", "session")


def entered(git_at: GitAt, worktree: Path) -> Git:
    door = git_at(worktree)
    done = enter(door, *ids(worktree), MESSAGE)
    assert done == Entered(("a", "gone", "n", "x.bin"))
    return door


def seen(door: Git, worktree: Path) -> ReadBack:
    return read_back(door, git(worktree, "rev-parse", "main"), git(worktree, "rev-parse", "session"))


def settle_all(worktree: Path) -> None:
    write(worktree / "a", text(_5="both"))
    write(worktree / "n", "both\n")
    git(worktree, "rm", "-q", "gone")
    git(worktree, "checkout", "--ours", "x.bin")
    git(worktree, "add", "x.bin")


def test_it_is_an_ordinary_unfinished_merge_with_named_sides(git_at: GitAt, worktree: Path) -> None:
    entered(git_at, worktree)
    assert git(worktree, "rev-parse", "MERGE_HEAD") == git(worktree, "rev-parse", "main")
    assert git(worktree, "status", "--short").splitlines() == [
        "UU a",
        "M  b",
        "A  fresh",
        "UD gone",
        "AA n",
        "UU x.bin",
    ]
    assert (worktree / "a").read_text().splitlines()[4:11] == [
        "<<<<<<< session",
        "session",
        "||||||| ancestor",
        "line 5",
        "=======",
        "base",
        ">>>>>>> base",
    ]


def test_neither_base_nor_another_checkout_knows_of_it(git_at: GitAt, worktree: Path) -> None:
    main = worktree.parents[1]
    before = {name: each for name, each in picture(main).items() if not name.startswith(".worktrees")}
    entered(git_at, worktree)
    after = {name: each for name, each in picture(main).items() if not name.startswith(".worktrees")}
    assert after == before


def test_what_is_not_settled_yet_is_named(git_at: GitAt, worktree: Path) -> None:
    door = entered(git_at, worktree)
    found = seen(door, worktree)
    assert (found.state, found.tree) == ("merging", None)
    assert found.unmerged == ("a", "gone", "n", "x.bin")
    assert found.marked == ("a", "n")


def test_edited_files_count_as_settled_without_being_added(git_at: GitAt, worktree: Path) -> None:
    door = entered(git_at, worktree)
    write(worktree / "a", text(_5="both"))
    write(worktree / "gone", None)
    found = seen(door, worktree)
    assert (found.unmerged, found.marked) == (("n", "x.bin"), ("n",))


def test_everything_settled_gives_a_tree_and_the_branch_has_not_moved(git_at: GitAt, worktree: Path) -> None:
    door, before = entered(git_at, worktree), ids(worktree)
    settle_all(worktree)
    found = seen(door, worktree)
    assert found.tree is not None
    assert git(worktree, "ls-tree", "--name-only", found.tree).split() == [
        ".gitignore",
        "a",
        "b",
        "fresh",
        "kept",
        "n",
        "x.bin",
    ]
    assert git(worktree, "cat-file", "-p", f"{found.tree}:a") + "\n" == text(_5="both")
    assert git(worktree, "rev-parse", f"{found.tree}:x.bin") == git(worktree, "rev-parse", "session:x.bin")
    assert git(worktree, "cat-file", "-p", f"{found.tree}:kept") + "\n" == text(_2="session")
    assert ids(worktree) == before
    assert found.unstaged == ()


def test_markers_that_were_added_to_the_index_are_refused(git_at: GitAt, worktree: Path) -> None:
    door = entered(git_at, worktree)
    settle_all(worktree)
    write(worktree / "n", "<<<<<<< session\nx\n=======\ny\n>>>>>>> base\n")
    git(worktree, "add", "n")
    found = seen(door, worktree)
    assert (found.tree, found.unmerged, found.marked) == (None, (), ("n",))


def test_a_file_that_git_does_not_mark_is_not_taken_for_settled(git_at: GitAt, worktree: Path) -> None:
    write(worktree / ".gitattributes", "n -merge\n")
    commit(worktree, "amp: locked", {})
    door = git_at(worktree)
    assert isinstance(enter(door, *ids(worktree), MESSAGE), Entered)
    assert (worktree / "n").read_text() == "session\n"
    assert "n" in seen(door, worktree).unmerged


def test_other_changes_that_would_not_be_merged_are_named(git_at: GitAt, worktree: Path) -> None:
    door = entered(git_at, worktree)
    settle_all(worktree)
    write(worktree / "kept", text(_2="adapted"))
    write(worktree / "helper", "new\n")
    write(worktree / "noise.ign", "ignored\n")
    assert seen(door, worktree).unstaged == ("helper", "kept")


def test_a_merge_that_the_agent_committed_is_read_from_its_commit(git_at: GitAt, worktree: Path) -> None:
    door, (base, session) = entered(git_at, worktree), ids(worktree)
    settle_all(worktree)
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "--no-edit")
    assert git(worktree, "log", "-1", "--format=%s") == MESSAGE
    found = read_back(door, base, session)
    assert (found.state, found.tree) == ("committed", git(worktree, "rev-parse", "HEAD^{tree}"))


def test_a_merge_that_somebody_aborted_is_gone(git_at: GitAt, worktree: Path) -> None:
    door, (base, session) = entered(git_at, worktree), ids(worktree)
    git(worktree, "merge", "--abort")
    assert read_back(door, base, session) == ReadBack("gone")


def test_a_worktree_that_went_another_way_is_told(git_at: GitAt, worktree: Path) -> None:
    door, (base, session) = entered(git_at, worktree), ids(worktree)
    git(worktree, "merge", "--abort")
    commit(worktree, "another way", {"a": "x\n"})
    assert read_back(door, base, session).state == "elsewhere"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a", "dirty\n", "dirty"),
        ("kept", "dirty elsewhere\n", "dirty"),
        ("fresh", "untracked\n", "untracked_in_way"),
        ("cache.ign", "ignored\n", "ignored_in_way"),
    ],
)
def test_nothing_in_the_worktree_is_overwritten(
    git_at: GitAt, worktree: Path, name: str, content: str, code: str
) -> None:
    main = worktree.parents[1]
    write(main / "cache.ign", "tracked on purpose\n")
    git(main, "add", "-f", "cache.ign")
    git(main, "commit", "-q", "-m", "ignored, but tracked")
    write(worktree / name, content)
    before = picture(worktree)
    refused = enter(git_at(worktree), *ids(worktree), MESSAGE)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.paths) == (code, (name,))
    assert picture(worktree) == before


def test_an_unfinished_operation_there_is_respected(git_at: GitAt, worktree: Path) -> None:
    entered(git_at, worktree)
    before = picture(worktree)
    refused = enter(git_at(worktree), *ids(worktree), MESSAGE)
    assert isinstance(refused, Refused)
    assert refused.code == "mid_merge"
    assert picture(worktree) == before


def test_a_recorded_resolution_of_the_past_settles_nothing_unseen(git_at: GitAt, worktree: Path) -> None:
    git(worktree, "config", "rerere.enabled", "true")
    git(worktree, "config", "rerere.autoupdate", "true")
    subprocess.run(["git", "merge", "main"], cwd=worktree, check=False, capture_output=True)
    settle_all(worktree)
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "--no-edit")
    git(worktree, "reset", "-q", "--hard", "HEAD~1")
    entered(git_at, worktree)


@pytest.mark.parametrize("side", ["base", "session"])
def test_a_side_taken_in_the_app_goes_into_the_worktree(git_at: GitAt, worktree: Path, side: str) -> None:
    door, commits = entered(git_at, worktree), ids(worktree)
    state = resolving.start(door, "m1", commits, three_way.merge(door, *commits))
    for path in ("a", "gone", "n", "x.bin"):
        state = resolving.take(door, state, path, side)  # type: ignore[arg-type]
        put(door, path, _settlement(state.settlements, path))
    found = seen(door, worktree)
    assert found.tree == state.tree
    assert found.unstaged == ()
    assert (worktree / "gone").exists() == (side == "session")


def test_a_file_against_a_folder_is_settled_in_the_worktree(git_at: GitAt, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "repo", {"a": text()})
    git(repo, "checkout", "-q", "-b", "session")
    commit(repo, "amp: folder", {"a": None, "b": "x\n"})
    commit(repo, "amp: more", {"a/inside": "x\n"})
    git(repo, "checkout", "-q", "main")
    commit(repo, "base's", {"a": text(_5="base")})
    git(repo, "checkout", "-q", "session")
    door, commits = git_at(repo), ids(repo)
    state = resolving.start(door, "m1", commits, three_way.merge(door, *commits))
    for side, left in (("base", ["a", "b"]), ("session", ["a/inside", "b"])):
        git(repo, "reset", "-q", "--hard")
        assert isinstance(enter(door, *commits, MESSAGE), Entered)
        state = resolving.take(door, state, "a", side)  # type: ignore[arg-type]
        put(door, "a", _settlement(state.settlements, "a"))
        assert git(repo, "ls-files").splitlines() == left
        assert git(repo, "status", "--short", "--untracked-files") != "?? a~HEAD"
        assert read_back(door, *commits).tree == state.tree


def test_settling_a_file_touches_no_conflict_of_a_name_that_begins_like_it(
    git_at: GitAt, tmp_path: Path
) -> None:
    repo = make_repo(tmp_path / "repo", {"a": text(), "a~": text()})
    git(repo, "checkout", "-q", "-b", "session")
    commit(repo, "amp: both", {"a": text(_5="session"), "a~": text(_5="session")})
    git(repo, "checkout", "-q", "main")
    commit(repo, "base's", {"a": text(_5="base"), "a~": text(_5="base")})
    git(repo, "checkout", "-q", "session")
    door, commits = git_at(repo), ids(repo)
    state = resolving.start(door, "m1", commits, three_way.merge(door, *commits))
    assert isinstance(enter(door, *commits, MESSAGE), Entered)

    state = resolving.take(door, state, "a", "base")
    put(door, "a", _settlement(state.settlements, "a"))

    assert read_back(door, *commits).unmerged == ("a~",)
    assert "<<<<<<< session" in (repo / "a~").read_text()


def test_after_the_landing_the_worktree_stands_on_base_and_is_clean(git_at: GitAt, worktree: Path) -> None:
    door, (base, session) = entered(git_at, worktree), ids(worktree)
    settle_all(worktree)
    tree = seen(door, worktree).tree
    assert tree is not None
    landed = git(worktree, "commit-tree", tree, "-p", base, "-m", "landed")
    move = Move(worktree=str(worktree), ref="refs/heads/session", old=session, new=landed, message="landed")
    assert leave(door, move)
    assert leave(door, move)
    assert git(worktree, "status", "--short", "--branch") == "## session"
    assert git(worktree, "rev-parse", "HEAD") == landed
    assert not Path(git(worktree, "rev-parse", "--git-path", "MERGE_HEAD")).exists()


def test_a_worktree_that_differs_from_what_landed_is_left_as_it_is(git_at: GitAt, worktree: Path) -> None:
    door, (base, session) = entered(git_at, worktree), ids(worktree)
    settle_all(worktree)
    assert seen(door, worktree).tree
    before = picture(worktree)
    move = Move(worktree=str(worktree), ref="refs/heads/session", old=session, new=base, message="landed")
    assert not leave(door, move)
    assert picture(worktree) == before


def _settlement(settlements: tuple[Settlement, ...], path: str) -> list[Change]:
    return list(next(each.changes for each in settlements if each.path == path))
