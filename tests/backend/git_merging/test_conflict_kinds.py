"""Which conflicts are found, and what they are called, in real merges of every kind."""

import subprocess
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.domain.merges import Conflicted
from ampsm_app.backend.git import three_way
from ampsm_app.backend.git.commits import log
from ampsm_app.backend.git.conflict_kinds import conflicts_of, parse_merge
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.git.three_way import ThreeWay
from tests.backend.git_merging.building import Edit, commit, diverge, edits, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

ODD_NAME = 'a "quoted"\nname\twith ünïcödé 文'


def merged(git_at: GitAt, repo: Path, base: Edit, session: Edit) -> ThreeWay:
    diverge(repo, base=base, session=session)
    return three_way.merge(git_at(repo), "main", "session")


def only(result: ThreeWay) -> Conflicted:
    assert not result.is_clean
    assert len(result.conflicts) == 1, result.conflicts
    return result.conflicts[0]


def rename(old: str, new: str, change: str | None = None) -> Edit:
    def edit(repo: Path) -> None:
        git(repo, "mv", old, new)
        if change is not None:
            put(repo / new, change)

    return edit


def both(*each: Edit) -> Edit:
    def edit(repo: Path) -> None:
        for one in each:
            one(repo)

    return edit


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "a repo ü", {"a": text(), "b": text(_1="other"), ODD_NAME: text()})


def test_changes_in_different_places_merge_cleanly_to_what_git_merge_gives(git_at: GitAt, repo: Path) -> None:
    result = merged(git_at, repo, edits(a=text(_2="base"), new="n\n"), edits(a=text(_9="session")))
    git(repo, "merge", "-q", "--no-edit", "session")
    assert result.is_clean
    assert result.tree == git(repo, "rev-parse", "HEAD^{tree}")


def test_both_change_the_same_line(git_at: GitAt, repo: Path) -> None:
    conflict = only(merged(git_at, repo, edits(a=text(_5="base")), edits(a=text(_5="session"))))
    assert (conflict.path, conflict.kind) == ("a", "content")
    assert conflict.ancestor_oid == git(repo, "rev-parse", "main~1:a")
    assert conflict.base_oid == git(repo, "rev-parse", "main:a")
    assert conflict.session_oid == git(repo, "rev-parse", "session:a")


def test_names_with_quotes_newlines_and_other_scripts_arrive_unchanged(git_at: GitAt, repo: Path) -> None:
    result = merged(
        git_at,
        repo,
        lambda at: put(at / ODD_NAME, text(_5="base")),
        lambda at: put(at / ODD_NAME, text(_5="session")),
    )
    assert only(result).path == ODD_NAME


def test_both_add_the_same_name(git_at: GitAt, repo: Path) -> None:
    conflict = only(merged(git_at, repo, edits(n="base\n"), edits(n="session\n")))
    assert (conflict.path, conflict.kind, conflict.ancestor_oid) == ("n", "add_add", None)


def test_base_deletes_what_the_session_changes(git_at: GitAt, repo: Path) -> None:
    conflict = only(merged(git_at, repo, edits(a=None), edits(a=text(_5="session"))))
    assert (conflict.path, conflict.kind, conflict.base_oid) == ("a", "delete_modify", None)
    assert conflict.session_oid == git(repo, "rev-parse", "session:a")


def test_the_session_deletes_what_base_changes(git_at: GitAt, repo: Path) -> None:
    conflict = only(merged(git_at, repo, edits(a=text(_5="base")), edits(a=None)))
    assert (conflict.path, conflict.kind, conflict.session_oid) == ("a", "delete_modify", None)


def test_both_rename_one_file_to_different_names(git_at: GitAt, repo: Path) -> None:
    result = merged(git_at, repo, rename("a", "by base"), rename("a", "by session"))
    assert {each.path: each.kind for each in result.conflicts} == dict.fromkeys(
        ["a", "by base", "by session"], "rename"
    )
    assert result.conflicts[0].related == ("by base", "by session")


def test_both_rename_different_files_to_one_name(git_at: GitAt, repo: Path) -> None:
    conflict = only(merged(git_at, repo, rename("a", "z"), rename("b", "z")))
    assert (conflict.path, conflict.kind) == ("z", "add_add")


def test_renames_that_collide_with_changed_content(git_at: GitAt, repo: Path) -> None:
    result = merged(
        git_at,
        repo,
        both(rename("a", "z", text(_5="base")), edits(b=text(_1="other", _5="base"))),
        both(rename("b", "z", text(_1="other", _5="session")), edits(a=text(_5="session"))),
    )
    assert (only(result).path, only(result).kind) == ("z", "rename")


@pytest.mark.parametrize("renamer", ["base", "session"])
@pytest.mark.parametrize("changed", [None, text(_5="changed too")])
def test_one_side_renames_what_the_other_deletes(
    git_at: GitAt, repo: Path, changed: str | None, renamer: str
) -> None:
    sides = [edits(a=None), rename("a", "moved", changed)]
    base, session = sides if renamer == "session" else reversed(sides)
    conflict = only(merged(git_at, repo, base, session))
    assert (conflict.path, conflict.kind) == ("moved", "rename")
    kept, gone = conflict.session_oid, conflict.base_oid
    assert (gone is None, kept is None) == (renamer == "session", renamer == "base")


def test_a_file_added_to_a_folder_that_the_other_side_renamed(git_at: GitAt, repo: Path) -> None:
    commit(repo, "a folder", {"old/1": text(_1="1"), "old/2": text(_1="2")})
    result = merged(git_at, repo, rename("old", "new"), lambda at: put(at / "old/added", "x\n"))
    conflict = only(result)
    assert (conflict.path, conflict.kind, conflict.moved_from) == ("new/added", "rename", "old/added")


def test_renamed_folders_that_meet_conflict_although_git_leaves_no_entry(git_at: GitAt, repo: Path) -> None:
    commit(repo, "folders", {f"{folder}/{n}": text(_1=folder + n) for folder in "op" for n in "12"})

    def join(at: Path) -> None:
        for folder in "op":
            for number in "12":
                (at / "n").mkdir(exist_ok=True)
                git(at, "mv", f"{folder}/{number}", f"n/{folder}{number}")

    session = both(lambda at: put(at / "o/new", "o\n"), lambda at: put(at / "p/new", "p\n"))
    result = merged(git_at, repo, join, session)
    assert {each.path: each.kind for each in result.conflicts} == {"o/new": "rename", "p/new": "rename"}


def test_binary_files(git_at: GitAt, repo: Path) -> None:
    commit(repo, "binary", {"x.bin": b"a\0b"})
    conflict = only(merged(git_at, repo, edits(x__bin=b"a\0base"), edits(x__bin=b"a\0session")))
    assert (conflict.path, conflict.kind) == ("x.bin", "binary")


@pytest.mark.parametrize("filer", ["base", "session"])
@pytest.mark.parametrize("ancestor", [True, False])
def test_a_file_on_one_side_and_a_symlink_on_the_other(
    git_at: GitAt, repo: Path, ancestor: bool, filer: str
) -> None:
    name = "a" if ancestor else "fresh"
    contents = [text(_5="file"), "-> b"] if filer == "base" else ["-> b", text(_5="file")]
    conflict = only(merged(git_at, repo, *(edits(**{name: content}) for content in contents)))
    assert (conflict.path, conflict.kind) == (name, "mode")
    modes = (conflict.base_mode, conflict.session_mode)
    assert modes == (("100644", "120000") if filer == "base" else ("120000", "100644"))
    assert conflict.placed_at[0].startswith(f"{name}~{filer}")


def test_a_symlink_that_both_change_is_a_content_conflict(git_at: GitAt, repo: Path) -> None:
    commit(repo, "link", {"link": "-> a"})
    conflict = only(merged(git_at, repo, edits(link="-> b"), edits(link="-> c")))
    assert (conflict.kind, conflict.session_mode) == ("content", "120000")


@pytest.mark.parametrize(("ancestor", "kind"), [(True, "delete_modify"), (False, "add_add")])
def test_a_file_where_the_other_side_has_a_folder(
    git_at: GitAt, repo: Path, ancestor: bool, kind: str
) -> None:
    name = "a" if ancestor else "fresh"

    def folder(at: Path) -> None:
        put(at / name, None)
        put(at / name / "inside", "x\n")

    conflict = only(merged(git_at, repo, lambda at: put(at / name, text(_5="base")), folder))
    assert (conflict.path, conflict.kind) == (name, kind)
    assert conflict.placed_at[0].startswith(f"{name}~base")


def test_a_changed_mode_beside_a_change_of_content_is_no_conflict(git_at: GitAt, repo: Path) -> None:
    result = merged(git_at, repo, lambda at: (at / "a").chmod(0o755), edits(a=text(_5="session")))
    assert result.is_clean


@pytest.fixture
def module(tmp_path: Path, repo: Path) -> dict[str, str]:
    inner = make_repo(tmp_path / "inner")
    ids = {"start": git(inner, "rev-parse", "HEAD")}
    git(inner, "checkout", "-q", "-b", "side")
    ids["side"] = commit(inner, "side", {"side": "x"})
    git(inner, "checkout", "-q", "main")
    ids["main"] = commit(inner, "main", {"main": "x"})
    git(repo, "submodule", "add", "-q", str(inner), "sub")
    git(repo / "sub", "checkout", "-q", ids["start"])
    commit(repo, "submodule")
    return ids


def test_both_move_it_apart_and_git_adds_unframed_advice(
    git_at: GitAt, repo: Path, module: dict[str, str]
) -> None:
    def move(to: str) -> Edit:
        def edit(at: Path) -> None:
            git(at / "sub", "checkout", "-q", module[to])

        return edit

    conflict = only(merged(git_at, repo, move("main"), move("side")))
    assert (conflict.path, conflict.kind) == ("sub", "submodule")
    assert (conflict.base_oid, conflict.session_oid) == (module["main"], module["side"])


def test_one_removes_what_the_other_moves(git_at: GitAt, repo: Path, module: dict[str, str]) -> None:
    git(repo, "checkout", "-q", "-b", "session")
    git(repo, "rm", "-q", "sub")
    commit(repo, "amp: remove")
    git(repo, "checkout", "-q", "main")
    git(repo, "submodule", "--quiet", "update", "--init")
    git(repo / "sub", "checkout", "-q", module["main"])
    commit(repo, "move")
    conflict = only(three_way.merge(git_at(repo), "main", "session"))
    assert (conflict.path, conflict.kind, conflict.session_oid) == ("sub", "submodule", None)


def test_attributes_of_the_worktree_are_honoured(git_at: GitAt, repo: Path) -> None:
    commit(repo, "union", {".gitattributes": "log merge=union\n", "log": "0\n"})
    result = merged(git_at, repo, edits(log="0\nbase\n"), edits(log="0\nsession\n"))
    assert result.is_clean
    assert git(repo, "cat-file", "-p", f"{result.tree}:log") == "0\nbase\nsession"


def test_sides_are_called_base_and_session(git_at: GitAt, repo: Path) -> None:
    result = merged(git_at, repo, edits(a=text(_5="base")), edits(a=None))
    words = "CONFLICT (modify/delete): a deleted in session and modified in base."
    assert only(result).message == f"{words}  Version base of a left in tree."


def test_a_forecast_leaves_the_repository_untouched(git_at: GitAt, repo: Path) -> None:
    diverge(repo, base=edits(a=text(_5="base")), session=edits(a=text(_5="session")))
    before = sorted((repo / ".git").rglob("*"))
    with scratch(git_at(repo)) as forecast:
        first = three_way.merge(forecast, "main", "session")
    assert sorted((repo / ".git").rglob("*")) == before
    assert first == three_way.merge(git_at(repo), "main", "session")


def test_a_forecast_works_where_the_path_needs_quoting(git_at: GitAt, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / 'it:"s' / "back\\slash", {"a": text()})
    diverge(repo, base=edits(a=text(_2="base")), session=edits(a=text(_9="session")))
    with scratch(git_at(repo)) as forecast:
        assert three_way.merge(forecast, "main", "session").is_clean


def test_histories_without_a_common_commit_are_refused(git_at: GitAt, repo: Path) -> None:
    git(repo, "checkout", "-q", "--orphan", "session")
    commit(repo, "another beginning")
    with pytest.raises(GitError) as refused:
        three_way.merge(git_at(repo), "main", "session")
    assert refused.value.code == "unrelated_histories"


def test_names_that_differ_only_in_case_are_told(git_at: GitAt, repo: Path) -> None:
    commit(repo, "case", {"README": "1\n", "Readme": "2\n", "src/x": "", "SRC/y": ""})
    found = three_way.case_collisions(git_at(repo), git(repo, "rev-parse", "HEAD^{tree}"))
    assert set(found) == {("README", "Readme"), ("SRC", "src")}


def test_an_answer_cut_short_is_still_read() -> None:
    stage = b"100644 " + b"1" * 40 + b" 2\ta\0"
    told = b"1\0a\0CONFLICT (modify/delete)\0words\0Recursive merging with submodules\n"
    output = parse_merge(b"2" * 40 + b"\0" + stage + b"\0" + told)
    assert [message.text for message in output.messages] == ["words"]
    assert [conflict.kind for conflict in conflicts_of(output)] == ["delete_modify"]


def test_picking_and_reverting_in_memory_equal_the_real_thing(git_at: GitAt, repo: Path) -> None:
    diverge(repo, base=edits(a=text(_2="base")), session=edits(a=text(_9="session")))
    door = git_at(repo)
    picked = log(door, "-1", "session")[0]
    result = three_way.pick(door, picked, git(repo, "rev-parse", "main^{tree}"))
    subprocess.run(["git", "cherry-pick", "session"], cwd=repo, check=True, capture_output=True)
    assert result.tree == git(repo, "rev-parse", "HEAD^{tree}")
    back = three_way.revert(door, log(door, "-1", "HEAD")[0], result.tree)
    assert back.tree == git(repo, "rev-parse", "HEAD~1^{tree}")
