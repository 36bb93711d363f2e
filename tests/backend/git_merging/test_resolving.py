"""Settling every kind of conflict without a worktree."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, InvalidInput, NotFound
from ampsm_app.backend.domain.merges import Side
from ampsm_app.backend.git import resolving, three_way
from ampsm_app.backend.git.conflict_texts import texts
from ampsm_app.backend.git.markers import leftover
from ampsm_app.backend.git.resolution import Resolution, forget, load
from ampsm_app.backend.git.runner import Git
from tests.backend.git_merging.building import Edit, commit, diverge, edits, picture, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

ODD = 'odd "näme"\nin two lines'


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repo(tmp_path / "a repo ü", {"a": text(), "b": text(_1="other"), ODD: text()})
    put(repo / "x.bin", b"a\0b")
    put(repo / "link", "-> a")
    commit(repo, "more")
    return repo


def begin(git_at: GitAt, repo: Path, base: Edit, session: Edit) -> tuple[Git, Resolution]:
    diverge(repo, base=base, session=session)
    return again(git_at, repo)


def again(git_at: GitAt, repo: Path, merge_id: str = "m1") -> tuple[Git, Resolution]:
    door = git_at(repo)
    merged = three_way.merge(door, "main", "session")
    commits = (git(repo, "rev-parse", "main"), git(repo, "rev-parse", "session"))
    return door, resolving.start(door, merge_id, commits, merged)


def names(repo: Path, state: Resolution) -> list[str]:
    raw = git(repo, "ls-tree", "-r", "-z", "--name-only", state.tree)
    return [name for name in raw.split("\0") if name]


def shown(repo: Path, state: Resolution, path: str) -> str:
    return git(repo, "cat-file", "-p", f"{state.tree}:{path}") + "\n"


def rename(old: str, new: str, change: str | None = None) -> Edit:
    def edit(repo: Path) -> None:
        git(repo, "mv", old, new)
        if change is not None:
            put(repo / new, change)

    return edit


CLASH = (edits(a=text(_5="base")), edits(a=text(_5="session")))


def test_nothing_of_the_users_is_touched(git_at: GitAt, repo: Path) -> None:
    diverge(repo, base=CLASH[0], session=CLASH[1])
    before = picture(repo)
    door, state = again(git_at, repo)
    state = resolving.take(door, state, "a", "session")
    forget(door, "m1")
    assert picture(repo) == before


def test_the_sides_and_the_result_are_shown_with_their_names(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, *CLASH)
    seen = texts(door, state, "a")
    assert (seen.ancestor, seen.base, seen.session) == (text(), text(_5="base"), text(_5="session"))
    assert seen.result is not None
    assert seen.result.splitlines()[4:11] == [
        "<<<<<<< base",
        "base",
        "||||||| ancestor",
        "line 5",
        "=======",
        "session",
        ">>>>>>> session",
    ]


@pytest.mark.parametrize(
    ("side", "fifth"), [("base", "base"), ("session", "session"), ("both", "base\nsession")]
)
def test_a_side_settles_a_file(git_at: GitAt, repo: Path, side: str, fifth: str) -> None:
    door, state = begin(git_at, repo, *CLASH)
    assert not state.is_settled
    state = resolving.take(door, state, "a", side)  # type: ignore[arg-type]
    assert state.is_settled
    assert shown(repo, state, "a") == text(_5=fifth)


def test_a_text_settles_a_file_of_any_name(git_at: GitAt, repo: Path) -> None:
    door, state = begin(
        git_at,
        repo,
        lambda at: put(at / ODD, text(_5="base")),
        lambda at: put(at / ODD, text(_5="session")),
    )
    state = resolving.set_text(door, state, ODD, text(_5="both, by hand"))
    assert state.is_settled
    assert shown(repo, state, ODD) == text(_5="both, by hand")


def test_a_text_with_markers_is_kept_but_settles_nothing(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, *CLASH)
    half = (texts(door, state, "a").result or "") + "a first thought\n"
    state = resolving.set_text(door, state, "a", half)
    assert state.remaining == ("a",)
    assert texts(door, state, "a").result == half


def test_a_mind_can_be_changed(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, *CLASH)
    state = resolving.delete(door, state, "a")
    assert "a" not in names(repo, state)
    state = resolving.take(door, state, "a", "base")
    assert shown(repo, state, "a") == text(_5="base")


def test_a_merged_mode_survives_whoever_wins(git_at: GitAt, repo: Path) -> None:
    def executable(at: Path) -> None:
        put(at / "a", text(_5="base"))
        (at / "a").chmod(0o755)

    door, state = begin(git_at, repo, executable, CLASH[1])
    for settled in (
        resolving.take(door, state, "a", "session"),
        resolving.set_text(door, load(door, "m1") or state, "a", "x\n"),
    ):
        assert git(repo, "ls-tree", settled.tree, "a").startswith("100755")


def test_windows_line_ends_survive_an_editor(git_at: GitAt, repo: Path) -> None:
    windows = text().replace("\n", "\r\n")
    commit(repo, "windows", {"w": windows})
    door, state = begin(
        git_at,
        repo,
        edits(w=windows.replace("line 5", "base")),
        edits(w=windows.replace("line 5", "session")),
    )
    state = resolving.set_text(door, state, "w", text(_5="both"))
    assert git(repo, "cat-file", "-s", f"{state.tree}:w") == str(
        len(windows.replace("line 5", "both").encode())
    )


@pytest.mark.parametrize("deleter", ["base", "session"])
def test_deleted_here_and_changed_there(git_at: GitAt, repo: Path, deleter: str) -> None:
    gone, changed = edits(a=None), edits(a=text(_5="changed"))
    door, state = begin(git_at, repo, *((gone, changed) if deleter == "base" else (changed, gone)))
    keeper = "session" if deleter == "base" else "base"
    assert texts(door, state, "a").result == text(_5="changed")
    kept = resolving.take(door, state, "a", keeper)  # type: ignore[arg-type]
    assert shown(repo, kept, "a") == text(_5="changed")
    dropped = resolving.take(door, kept, "a", deleter)  # type: ignore[arg-type]
    assert "a" not in names(repo, dropped)
    with pytest.raises(InvalidInput) as refused:
        resolving.take(door, dropped, "a", "both")
    assert refused.value.code == "cannot_keep_both"


@pytest.mark.parametrize(("side", "left"), [("base", ["x"]), ("session", ["y"]), ("both", ["x", "y"])])
def test_renamed_to_two_names(git_at: GitAt, repo: Path, side: str, left: list[str]) -> None:
    door, state = begin(git_at, repo, rename("a", "x"), rename("a", "y"))
    assert len(state.remaining) == 3
    state = resolving.take(door, state, "x", side)  # type: ignore[arg-type]
    assert state.is_settled
    assert [name for name in names(repo, state) if name in "axy"] == left


def test_renamed_to_two_names_with_clashing_content_leaves_no_markers(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, rename("a", "x", text(_5="base")), rename("a", "y", text(_5="session")))
    assert shown(repo, resolving.take(door, state, "y", "session"), "y") == text(_5="session")
    state = load(door, "m1") or state
    assert shown(repo, resolving.take(door, state, "x", "base"), "x") == text(_5="base")


def test_both_of_two_names_with_clashing_content_are_the_sides_own_files(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, rename("a", "x", text(_5="base")), rename("a", "y", text(_5="session")))
    state = resolving.take(door, state, "x", "both")
    assert (shown(repo, state, "x"), shown(repo, state, "y")) == (text(_5="base"), text(_5="session"))


def test_a_renamed_file_that_meets_an_added_one_leaves_no_markers(git_at: GitAt, repo: Path) -> None:
    """Git merges the renamed file first, and puts what clashes in it into the side, markers and all."""
    door, state = begin(
        git_at, repo, rename("a", "x", text(_5="base")), edits(a=text(_5="session"), x="added\n")
    )
    begun = state
    assert texts(door, state, "x").base == text(_5="base")
    assert shown(repo, resolving.take(door, state, "x", "base"), "x") == text(_5="base")
    state = load(door, "m1") or state
    joined = shown(repo, resolving.take(door, state, "x", "both"), "x")
    assert joined == text(_5="base\nsession") + "added\n"
    state = load(door, "m1") or state
    left = (texts(door, begun, "x").result or "") + "a first thought\n"
    assert resolving.set_text(door, state, "x", left).remaining == ("x",)


def test_a_renamed_file_with_clashing_content_keeps_its_new_name(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, CLASH[0], rename("a", "moved", text(_5="session")))
    assert "<<<<<<< base:a\n" in (texts(door, state, "moved").result or "")
    state = resolving.take(door, state, "moved", "base")
    assert shown(repo, state, "moved") == text(_5="base")
    assert "a" not in names(repo, state)


@pytest.mark.parametrize("side", ["base", "session"])
def test_renamed_here_and_deleted_there(git_at: GitAt, repo: Path, side: str) -> None:
    door, state = begin(git_at, repo, edits(a=None), rename("a", "moved"))
    state = resolving.take(door, state, "moved", side)  # type: ignore[arg-type]
    assert ("moved" in names(repo, state)) == (side == "session")


def test_a_file_moved_along_with_its_folder_goes_where_the_side_wants_it(git_at: GitAt, repo: Path) -> None:
    commit(repo, "a folder", {"old/1": text(_1="1"), "old/2": text(_1="2")})
    door, state = begin(git_at, repo, rename("old", "new"), lambda at: put(at / "old/added", "x\n"))
    assert "new/added" in names(repo, resolving.take(door, state, "new/added", "base"))
    stays = resolving.take(door, load(door, "m1") or state, "new/added", "session")
    assert [name for name in names(repo, stays) if name.endswith("added")] == ["old/added"]


def test_renamed_folders_that_meet_are_accepted_as_git_left_them(git_at: GitAt, repo: Path) -> None:
    commit(repo, "folders", {f"{folder}/{n}": text(_1=folder + n) for folder in "op" for n in "12"})

    def join(at: Path) -> None:
        (at / "n").mkdir()
        for place in ("o/1", "o/2", "p/1", "p/2"):
            git(at, "mv", place, f"n/{place.replace('/', '')}")

    def add(at: Path) -> None:
        put(at / "o/new", "o\n")
        put(at / "p/new", "p\n")

    door, state = begin(git_at, repo, join, add)
    for path in ("o/new", "p/new"):
        state = resolving.take(door, state, path, "session")
    assert state.is_settled
    assert shown(repo, state, "o/new") == "o\n"


@pytest.mark.parametrize("side", ["base", "session"])
def test_binary_files_are_taken_whole(git_at: GitAt, repo: Path, side: str) -> None:
    door, state = begin(git_at, repo, edits(x__bin=b"a\0base"), edits(x__bin=b"a\0session"))
    seen = texts(door, state, "x.bin")
    assert (seen.binary, seen.base, seen.result) == (True, None, None)
    state = resolving.take(door, state, "x.bin", side)  # type: ignore[arg-type]
    assert git(repo, "rev-parse", f"{state.tree}:x.bin") == git(
        repo, "rev-parse", f"{'main' if side == 'base' else 'session'}:x.bin"
    )


def test_both_of_two_binary_files_stand_beside_each_other(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, edits(x__bin=b"a\0base"), edits(x__bin=b"a\0session"))
    state = resolving.take(door, state, "x.bin", "both")
    for name, branch in (("x.bin", "main"), ("x.bin~session", "session")):
        assert git(repo, "rev-parse", f"{state.tree}:{name}") == git(repo, "rev-parse", f"{branch}:x.bin")


def test_what_is_kept_beside_gets_a_name_that_nothing_else_has(git_at: GitAt, repo: Path) -> None:
    commit(
        repo, "more", {"folder/x.bin": b"a\0b", "folder/x.bin~session": "tracked\n", "x.bin~session": "t\n"}
    )
    door, state = begin(
        git_at,
        repo,
        edits(**{"x__bin": b"a\0base", "folder/x__bin": b"a\0base"}),
        edits(**{"x__bin": b"a\0session", "folder/x__bin": b"a\0session"}),
    )
    for path in ("x.bin", "folder/x.bin"):
        state = resolving.take(door, state, path, "both")
    assert shown(repo, state, "x.bin~session") == "t\n"
    assert shown(repo, state, "folder/x.bin~session") == "tracked\n"
    for made in ("x.bin~session_0", "folder/x.bin~session_0"):
        assert git(repo, "rev-parse", f"{state.tree}:{made}") == git(repo, "rev-parse", "session:x.bin")


@pytest.mark.parametrize("first", ["a", "a/inside"])
def test_a_file_is_never_settled_to_stand_where_a_folder_is(git_at: GitAt, repo: Path, first: str) -> None:
    git(repo, "rm", "-q", "a")
    commit(repo, "a folder", {"a/inside": text(), "a/other": text(_1="other")})

    def into_file(at: Path) -> None:
        git(at, "rm", "-q", "-r", "a")
        put(at / "a", "a file\n")

    door, state = begin(git_at, repo, lambda at: put(at / "a/inside", text(_5="base")), into_file)
    sides: dict[str, Side] = {"a": "session", "a/inside": "base"}
    state = resolving.take(door, state, first, sides.pop(first))
    [(other, side)] = sides.items()
    with pytest.raises(InvalidInput) as refused:
        resolving.take(door, state, other, side)
    assert refused.value.code == "cannot_keep_both"
    state = resolving.take(door, state, other, "base" if other == "a" else "session")
    assert state.is_settled


@pytest.mark.parametrize(
    ("side", "left"),
    [
        ("base", {"a": "100644"}),
        ("session", {"a": "120000"}),
        ("both", {"a": "100644", "a~session": "120000"}),
    ],
)
def test_a_file_or_a_link(git_at: GitAt, repo: Path, side: str, left: dict[str, str]) -> None:
    door, state = begin(git_at, repo, edits(a=text(_5="base")), edits(a="-> b"))
    assert texts(door, state, "a").session == "b"
    state = resolving.take(door, state, "a", side)  # type: ignore[arg-type]
    lines = git(repo, "ls-tree", state.tree).splitlines()
    found = {line.split("\t")[1]: line.split()[0] for line in lines}
    assert {name: mode for name, mode in found.items() if name.startswith("a")} == left


@pytest.mark.parametrize(
    ("side", "left"), [("base", ["a"]), ("session", ["a/inside"]), ("both", ["a/inside", "a~base"])]
)
def test_a_file_or_a_folder(git_at: GitAt, repo: Path, side: str, left: list[str]) -> None:
    def folder(at: Path) -> None:
        put(at / "a", None)
        put(at / "a/inside", "x\n")

    door, state = begin(git_at, repo, edits(a=text(_5="base")), folder)
    state = resolving.take(door, state, "a", side)  # type: ignore[arg-type]
    assert [name for name in names(repo, state) if name.startswith("a")] == left


def test_a_link_is_settled_by_its_target(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, edits(link="-> b"), edits(link="-> c"))
    state = resolving.set_text(door, state, "link", "elsewhere\n")
    assert git(repo, "cat-file", "-p", f"{state.tree}:link") == "elsewhere"
    assert git(repo, "ls-tree", state.tree, "link").startswith("120000")


def test_a_submodule_is_taken_from_a_side(git_at: GitAt, repo: Path, tmp_path: Path) -> None:
    inner = make_repo(tmp_path / "inner")
    git(repo, "submodule", "add", "-q", str(inner), "sub")
    commit(repo, "submodule")
    ids = [commit(repo / "sub", "one", {"x": "1"})]
    git(repo / "sub", "checkout", "-q", "HEAD~1")
    ids.append(commit(repo / "sub", "two", {"y": "2"}))

    def at(sha: str) -> Edit:
        def edit(place: Path) -> None:
            git(place / "sub", "checkout", "-q", sha)

        return edit

    door, state = begin(git_at, repo, at(ids[0]), at(ids[1]))
    assert texts(door, state, "sub").base == ids[0]
    with pytest.raises(InvalidInput):
        resolving.take(door, state, "sub", "both")
    with pytest.raises(InvalidInput):
        resolving.set_text(door, state, "sub", "x")
    state = resolving.take(door, state, "sub", "session")
    assert git(repo, "rev-parse", f"{state.tree}:sub") == ids[1]


def test_another_process_goes_on_where_this_one_stopped(git_at: GitAt, repo: Path) -> None:
    door, state = begin(
        git_at, repo, edits(a=text(_5="base"), n="base\n"), edits(a=text(_5="session"), n="session\n")
    )
    state = resolving.take(door, state, "a", "session")
    found = load(git_at(repo), "m1")
    assert found == state
    assert found.remaining == ("n",)


def test_of_two_who_settle_at_once_the_second_is_told(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, *CLASH)
    resolving.take(door, state, "a", "session")
    with pytest.raises(Conflict) as refused:
        resolving.take(door, state, "a", "base")
    assert refused.value.code == "ref_moved"


def test_garbage_collection_takes_nothing_while_the_merge_waits(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, *CLASH)
    state = resolving.set_text(door, state, "a", "only here\n")
    git(repo, "reflog", "expire", "--expire=now", "--all")
    git(repo, "gc", "-q", "--prune=now")
    assert shown(repo, state, "a") == "only here\n"
    assert texts(door, state, "a").ancestor == text()
    git(repo, "fsck", "--no-dangling", "--connectivity-only")


def test_what_was_settled_is_kept_when_base_moves_elsewhere(git_at: GitAt, repo: Path) -> None:
    door, state = begin(
        git_at, repo, edits(a=text(_5="base"), n="base\n"), edits(a=text(_5="session"), n="session\n")
    )
    state = resolving.take(door, state, "a", "session")
    state = resolving.set_text(door, state, "n", "by hand\n")
    commit(repo, "base moved", {"n": "base again\n", "other": "x\n"})
    door, fresh = again(git_at, repo, "m2")
    fresh = resolving.carry_over(door, state, fresh)
    assert fresh.remaining == ("n",)
    assert shown(repo, fresh, "a") == text(_5="session")
    assert shown(repo, fresh, "other") == "x\n"


def test_a_path_that_is_not_in_conflict_is_not_found(git_at: GitAt, repo: Path) -> None:
    door, state = begin(git_at, repo, *CLASH)
    with pytest.raises(NotFound):
        resolving.take(door, state, "b", "base")
    assert load(door, "no such merge") is None


def test_a_name_that_is_not_utf_8_is_settled_too(git_at: GitAt, repo: Path) -> None:
    name = b"latin-\xe9".decode("utf-8", "surrogateescape")
    door, state = begin(
        git_at,
        repo,
        lambda at: put(at / name, text(_5="base")),
        lambda at: put(at / name, text(_5="session")),
    )
    state = resolving.take(door, load(door, "m1") or state, name, "session")
    assert state.is_settled
    assert '"latin-\\351"' in git(repo, "ls-tree", "--name-only", state.tree).splitlines()


def test_markers_that_a_file_had_all_along_are_not_left_over() -> None:
    guide = b"Conflicts look so:\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> other\n"
    assert leftover(guide, guide) == ()
    assert leftover(guide + b"<<<<<<< base\n", guide) == (7,)
    assert leftover(b"Heading\n=======\r\n", b"Heading\n=======\n") == ()
    assert leftover(b"A longer heading\n================\n") == ()
