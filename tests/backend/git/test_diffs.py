"""Diffs of worktrees, indexes and commits; looking at them changes nothing."""

import base64
import subprocess
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import NotFound
from ampsm_app.backend.git import diffs
from ampsm_app.backend.git.file_diffs import file_diff
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.snapshots import index_tree, worktree_tree
from ampsm_app.backend.git.staging import stage_all
from ampsm_app.backend.git.status import read_status
from tests.conftest import git, make_repo
from tests.support.worktree_state import repository_bytes, worktree_state

CONTEXT = "AGENT_CONTEXT"
ODD_NAMES = (
    'quote"d',
    "new\nline",
    "ünï çødé",
    "日本",
    " spaces ",
    "-dash",
    ":(top)x",
    "star*",
    "a\\b",
    "t\tb",
)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def commit_all(worktree: Path, message: str = "work") -> str:
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "-m", message)
    return git(worktree, "rev-parse", "HEAD")


def test_against_base_shows_committed_staged_changed_and_untracked(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "committed").write_text("1\n2\n")
    commit_all(worktree)
    (worktree / "staged").write_text("x\n")
    git(worktree, "add", "staged")
    (worktree / "untracked").write_text("y")
    (worktree / "README.md").write_text("changed\n")
    (worktree / CONTEXT / "SESSION.md").write_text("ours")
    with diffs.against_base(session_git, "main", context_dir=CONTEXT) as sides:
        listed = diffs.change_list(sides, "base")
    assert {each.path: each.change for each in listed.files} == {
        "README.md": "modified",
        "committed": "added",
        "staged": "added",
        "untracked": "added",
    }
    assert (listed.lines_added, listed.lines_deleted) == (5, 1)
    assert (listed.from_label, listed.to_label) == ("main", "worktree")


def test_committed_leaves_out_what_is_only_in_index_and_worktree(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "both").write_text("1\n")
    commit_all(worktree)
    (worktree / "both").write_text("1\n2\n")
    (worktree / "README.md").write_text("changed\n")
    git(worktree.parents[1], "commit", "-q", "--allow-empty", "-m", "base moved on")
    listed = diffs.change_list(diffs.committed(session_git, "main"), "committed")
    assert [(each.path, each.added) for each in listed.files] == [("both", 1)]


def test_a_change_keeps_its_digest_until_it_is_another(session_git: Git) -> None:
    def digest() -> str:
        with diffs.unstaged(session_git, context_dir=CONTEXT) as sides:
            return diffs.change_list(sides, "unstaged").files[0].digest

    readme = session_git.cwd / "README.md"
    readme.write_text("changed\n")
    first = digest()
    readme.touch()
    assert digest() == first
    readme.write_text("changed again\n")
    assert digest() != first


def test_what_base_got_meanwhile_is_not_shown(session_git: Git) -> None:
    root = session_git.cwd.parents[1]
    (root / "on base").write_text("x")
    commit_all(root)
    with diffs.against_base(session_git, "main", context_dir=CONTEXT) as sides:
        assert diffs.change_list(sides, "base").files == ()


def test_looking_leaves_repository_and_worktree_byte_for_byte(session_git: Git) -> None:
    worktree = session_git.cwd
    root = worktree.parents[1]
    (worktree / "new").write_text("x\n")
    (worktree / "README.md").write_text("staged\n")
    git(worktree, "add", "README.md")
    git(worktree, "update-index", "--split-index")
    before = (worktree_state(worktree), repository_bytes(root / ".git"))
    with diffs.against_base(session_git, "main", context_dir=CONTEXT) as sides:
        assert file_diff(sides, "new").new_text == "x\n"
        assert diffs.patch(sides)
    with diffs.unstaged(session_git, context_dir=CONTEXT) as sides:
        diffs.change_list(sides, "unstaged")
    with diffs.staged(session_git) as sides:
        diffs.change_list(sides, "staged")
    assert worktree_state(worktree) == before[0]
    assert repository_bytes(root / ".git") == before[1]


def test_staged_and_unstaged(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "README.md").write_text("staged\n")
    git(worktree, "add", "README.md")
    (worktree / "README.md").write_text("changed\n")
    (worktree / "new").write_text("x\n")
    git(worktree, "add", "-N", "new")
    with diffs.staged(session_git) as sides:
        assert [each.path for each in diffs.change_list(sides, "staged").files] == ["README.md"]
        assert file_diff(sides, "README.md").new_text == "staged\n"
    with diffs.unstaged(session_git, context_dir=CONTEXT) as sides:
        assert [each.path for each in diffs.change_list(sides, "unstaged").files] == ["README.md", "new"]
        assert file_diff(sides, "README.md").old_text == "staged\n"


def test_in_the_middle_of_a_conflict(session_git: Git) -> None:
    worktree = session_git.cwd
    root = worktree.parents[1]
    (root / "README.md").write_text("base\n")
    (root / "gone").write_text("x\n")
    commit_all(root)
    (worktree / "README.md").write_text("session\n")
    commit_all(worktree)
    session_git.attempt("merge", "main")
    with diffs.staged(session_git) as sides:
        assert {each.path for each in diffs.change_list(sides, "staged").files} == {"gone"}
    with diffs.unstaged(session_git, context_dir=CONTEXT) as sides:
        assert "<<<<<<<" in (file_diff(sides, "README.md").new_text or "")


@pytest.mark.parametrize("empty", [False, True])
def test_a_snapshot_is_what_a_commit_would_hold_and_can_be_kept(session_git: Git, empty: bool) -> None:
    worktree = session_git.cwd
    for name in ODD_NAMES:
        (worktree / name).write_text(name)
    (worktree / "link").symlink_to("nowhere")
    (worktree / "run").write_text("x")
    (worktree / "run").chmod(0o755)
    make_repo(worktree / "nested")
    if empty:
        git(worktree, "init", "-q", "empty repository")
    tree = worktree_tree(session_git, context_dir=CONTEXT)
    git(worktree, "update-ref", "refs/ampsm/interrupted/s1", tree)
    assert set(diffs.names(session_git, "HEAD", tree)) == {*ODD_NAMES, "link", "run"}
    stage_all(session_git, read_status(session_git, context_dir=CONTEXT), context_dir=CONTEXT)
    assert git(worktree, "write-tree") == tree
    assert index_tree(session_git) == tree


def test_a_file_changed_in_the_same_second_with_the_same_size_is_seen(session_git: Git) -> None:
    worktree = session_git.cwd
    for number in range(20):
        (worktree / "racy").write_text(f"{number:03}\n")
        git(worktree, "add", "racy")
        (worktree / "racy").write_text(f"{number + 500:03}\n")
        tree = worktree_tree(session_git, context_dir=CONTEXT)
        assert git(worktree, "cat-file", "blob", f"{tree}:racy") == f"{number + 500:03}"


def test_renames_modes_binary_files_and_submodules(session_git: Git, tmp_path: Path) -> None:
    worktree = session_git.cwd
    (worktree / "run").write_text("#!/bin/sh\n")
    (worktree / "text").write_text("".join(f"{n}\n" for n in range(30)))
    (worktree / "pixel.png").write_bytes(PIXEL)
    old = commit_all(worktree)
    (worktree / "run").chmod(0o755)
    (worktree / "text").rename(worktree / "moved")
    (worktree / "moved").write_text((worktree / "moved").read_text().replace("15\n", "fifteen\n"))
    (worktree / "pixel.png").write_bytes(PIXEL + b"\0")
    (worktree / "README.md").unlink()
    (worktree / "README.md").symlink_to("moved")
    git(worktree, "submodule", "--quiet", "add", str(make_repo(tmp_path / "library")), "lib")
    sides = diffs.between(session_git, old, commit_all(worktree))
    files = {each.path: each for each in diffs.change_list(sides, "commit").files}
    assert (files["moved"].change, files["moved"].old_path, files["moved"].added) == ("renamed", "text", 1)
    assert files["README.md"].change == "type_changed"
    assert files["pixel.png"].binary
    assert (files["run"].change, files["run"].added) == ("modified", 0)

    moved = file_diff(sides, "moved")
    assert (moved.old_path, moved.added, moved.deleted) == ("text", 1, 1)
    assert [line for line in moved.hunks[0].lines if line[0] != " "] == ["-15", "+fifteen"]
    assert (moved.hunks[0].old_start, moved.hunks[0].old_lines) == (13, 7)
    mode = file_diff(sides, "run")
    assert (mode.old_mode, mode.new_mode, mode.hunks) == ("100644", "100755", ())
    assert mode.old_text == mode.new_text == "#!/bin/sh\n"
    picture = file_diff(sides, "pixel.png")
    assert (picture.binary, picture.new_text, picture.hunks) == (True, None, ())
    assert picture.old_image == "data:image/png;base64," + base64.b64encode(PIXEL).decode()
    library = file_diff(sides, "lib")
    assert (library.new_mode, library.old_text) == ("160000", None)
    assert (library.new_text or "").startswith("Subproject commit ")
    assert file_diff(sides, "README.md").new_text == "moved"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_one_file_by_its_exact_name(session_git: Git, name: str) -> None:
    worktree = session_git.cwd
    for each in ODD_NAMES:
        (worktree / each).write_text("old\n")
    old = commit_all(worktree)
    for each in ODD_NAMES:
        (worktree / each).write_text(f"{each}\n")
    sides = diffs.between(session_git, old, commit_all(worktree))
    found = file_diff(sides, name)
    assert (found.path, found.new_text) == (name, f"{name}\n")
    assert found.old_text == "old\n"
    (only,) = diffs.changed_files(session_git, sides.old, sides.new, paths=[name])
    assert only.path == name


def test_added_deleted_unchanged_and_swapped_with_a_folder(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "swap").write_text("a file\n")
    old = commit_all(worktree)
    (worktree / "swap").unlink()
    (worktree / "swap").mkdir()
    (worktree / "swap" / "inner").write_text("inner\n")
    sides = diffs.between(session_git, old, commit_all(worktree))
    gone = file_diff(sides, "swap")
    assert (gone.change, gone.old_text, gone.new_text) == ("deleted", "a file\n", None)
    assert [each.lines for each in gone.hunks] == [("-a file",)]
    assert file_diff(sides, "swap/inner").old_text is None
    with pytest.raises(NotFound):
        file_diff(sides, "README.md")


def test_the_first_commit_is_against_nothing(repo_git: Git) -> None:
    sides = diffs.of_commit(repo_git, "HEAD")
    assert [each.change for each in diffs.change_list(sides, "commit").files] == ["added"]
    assert file_diff(sides, "README.md").new_text == "hello\n"


def test_whitespace_can_be_ignored(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "code").write_text("if x:\n    y\nz\n")
    (worktree / "only space").write_text("a b\n")
    old = commit_all(worktree)
    (worktree / "code").write_text("if x:\n        y\nzz\n")
    (worktree / "only space").write_text("a  b\n")
    sides = diffs.between(session_git, old, commit_all(worktree))
    files = diffs.change_list(sides, "x", ignore_whitespace=True).files
    assert [(each.path, each.added) for each in files] == [("code", 1)]
    assert len(diffs.change_list(sides, "x").files) == 2
    assert file_diff(sides, "code", ignore_whitespace=True).added == 1
    assert file_diff(sides, "only space", ignore_whitespace=True).hunks == ()


def test_large_files_are_named_but_not_read(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "large").write_text("x\n" * 1000)
    sides = diffs.between(session_git, "main", commit_all(worktree))
    found = file_diff(sides, "large", limit=100)
    assert (found.too_large, found.new_text, found.hunks) == (True, None, ())


def test_context_hunks_headings_and_missing_newlines(session_git: Git) -> None:
    worktree = session_git.cwd
    git(worktree, "config", "diff.suppressBlankEmpty", "true")
    lines = ["def function():"] + [f"    line {n}" for n in range(20)] + ["", "end"]
    (worktree / "code.py").write_text("\n".join(lines))
    old = commit_all(worktree)
    lines[1], lines[15], lines[-1] = "    first", "    later", "the end"
    (worktree / "code.py").write_text("\n".join(lines) + "\n")
    sides = diffs.between(session_git, old, commit_all(worktree))
    found = file_diff(sides, "code.py", context=1)
    assert [hunk.old_start for hunk in found.hunks] == [1, 15, 22]
    assert found.hunks[1].header == "def function():"
    assert found.hunks[2].lines == (" ", "-end", "\\ No newline at end of file", "+the end")
    assert len(file_diff(sides, "code.py", context=100).hunks) == 1
    assert file_diff(sides, "code.py", context=0).hunks[0].new_lines == 1


def test_older_encodings_show_their_differences(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "latin").write_bytes(b"caf\xe9\n")
    old = commit_all(worktree)
    (worktree / "latin").write_bytes(b"caf\xe8\n")
    found = file_diff(diffs.between(session_git, old, commit_all(worktree)), "latin")
    assert found.hunks[0].lines == ("-café", "+cafè")


def test_patches_apply_and_the_users_settings_do_not_change_them(session_git: Git, tmp_path: Path) -> None:
    worktree = session_git.cwd
    for name, value in (
        ("diff.noprefix", "true"),
        ("diff.external", "false"),
        ("color.ui", "always"),
        ("diff.renames", "false"),
    ):
        git(worktree, "config", name, value)
    for name in ODD_NAMES:
        (worktree / name).write_text(f"{name}\n")
    (worktree / "README.md").rename(worktree / "LIESMICH")
    new = commit_all(worktree)
    sides = diffs.between(session_git, "main", new)
    clone = tmp_path / "clone"
    git(worktree, "clone", "-q", "-b", "main", str(worktree.parents[1]), str(clone))
    command = ["git", "apply", "--index", "-"]
    subprocess.run(command, cwd=clone, input=diffs.patch(sides), check=True)
    assert git(clone, "write-tree") == git(worktree, "rev-parse", f"{new}^{{tree}}")
    text = diffs.patch(sides).decode()
    assert "rename to LIESMICH" in text
    assert "+++ b/日本" in text
    assert "\x1b[" not in text
    assert diffs.patch(sides, paths=["日本"]).count(b"diff --git") == 1


def test_a_large_change_is_listed_completely(session_git: Git) -> None:
    worktree = session_git.cwd
    for number in range(300):
        (worktree / f"file {number}").write_text(f"{number}\n" * 3)
    files = diffs.changed_files(session_git, "main", commit_all(worktree))
    assert len(files) == 300
    assert sum(each.added or 0 for each in files) == 900


def test_one_file_alone_is_seen_as_among_all(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "moved").write_text("".join(f"{number}\n" for number in range(20)))
    (worktree / "kept").write_text("kept\n")
    commit_all(worktree)
    (worktree / "moved").rename(worktree / "to")
    with (worktree / "to").open("a") as file:
        file.write("more\n")
    (worktree / "README.md").write_text("changed\n")
    (worktree / "kept").unlink()
    (worktree / "new").write_text("new\n")
    (worktree / ".gitignore").write_text("ignored\n")
    (worktree / "ignored").write_text("x\n")
    for path in ("README.md", "to", "kept", "new"):
        with diffs.unstaged(session_git, context_dir=CONTEXT) as whole:
            among_all = file_diff(whole, path)
        with diffs.unstaged(session_git, context_dir=CONTEXT, only=path) as alone:
            assert file_diff(alone, path) == among_all
        with diffs.against_base(session_git, "main", context_dir=CONTEXT, only=path) as alone:
            shown = {each.path for each in diffs.change_list(alone, "base").files}
            assert (path in shown) == (path != "kept")
    for path in ("ignored", f"{CONTEXT}/SESSION.md", "no such file"):
        with (
            diffs.unstaged(session_git, context_dir=CONTEXT, only=path) as alone,
            pytest.raises(NotFound),
        ):
            file_diff(alone, path)


def test_who_has_the_texts_may_ask_for_the_signs_of_hunks_only(session_git: Git) -> None:
    (session_git.cwd / "README.md").write_text("changed\nno line feed")
    with diffs.unstaged(session_git, context_dir=CONTEXT) as sides:
        whole = file_diff(sides, "README.md")
        short = file_diff(sides, "README.md", signs_only=True)
    assert [each.lines for each in short.hunks] == [
        tuple(line[:1] for line in each.lines) for each in whole.hunks
    ]
    assert short.hunks[0].lines[-1] == "\\"
    assert (short.digest, short.new_text, short.added) == (whole.digest, whole.new_text, whole.added)
