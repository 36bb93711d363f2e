"""What a backup holds: its files, and the tree that git would have made of them."""

from pathlib import Path

from ampsm_app.backend.git import backup_format, backups, disk, point_content
from ampsm_app.backend.git.excludes import CONTEXT_DIR
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.git.snapshots import worktree_tree
from tests.conftest import git, make_repo
from tests.support.worktree_state import ODD_NAMES, repository_bytes


def taken(worktree: Git) -> backup_format.Backup:
    point = backups.take(worktree, session_id="s1", operation="squash", context_dir=CONTEXT_DIR, limit=1000)
    return backup_format.load(worktree, point.ref)


def change(worktree: Path) -> None:
    (worktree / "README.md").write_text("edited\n")
    (worktree / "gone").write_text("gone\n")
    git(worktree, "add", "gone")
    git(worktree, "commit", "-q", "-m", "gone")
    (worktree / "gone").unlink()
    (worktree / "new").write_text("new\n")
    (worktree / "link").symlink_to("README.md")
    (worktree / "large").write_bytes(b"x" * 2000)


def test_each_path_says_what_happened_to_it(session_git: Git) -> None:
    change(session_git.cwd)
    make_repo(session_git.cwd / "nested")

    found = {each.path: each for each in point_content.files_of(session_git, taken(session_git))}

    assert {path: (each.change, each.size, each.kept) for path, each in found.items()} == {
        "README.md": ("modified", 7, True),
        "gone": ("deleted", None, True),
        "large": ("added", None, False),
        "link": ("added", 9, True),
        "nested/": ("added", None, False),
        "new": ("added", 4, True),
    }


def test_the_tree_is_the_one_of_the_worktree_and_nothing_is_written(
    repository: Repository, session_git: Git
) -> None:
    worktree = session_git.cwd
    (worktree / "folder").write_text("a file\n")
    git(worktree, "add", "folder")
    git(worktree, "commit", "-q", "-m", "folder")
    (worktree / "folder").unlink()
    (worktree / "folder").mkdir()
    for name in ODD_NAMES:
        (worktree / "folder" / name).write_text(name)
    (worktree / "README.md").write_text("edited\n")
    wanted = worktree_tree(session_git, context_dir=CONTEXT_DIR)
    backup = taken(session_git)
    before = repository_bytes(repository.common_dir)

    with scratch(repository.git) as apart:
        assert point_content.tree_of_point(apart, backup) == wanted

    assert repository_bytes(repository.common_dir) == before


def test_converted_files_are_shown_as_git_stores_them(repository: Repository, session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / ".gitattributes").write_text("*.txt text eol=crlf\n*.up filter=up\n*.raw -text\n")
    git(worktree, "config", "filter.up.clean", "tr a-z A-Z")
    for name in ("a.txt", "sub/b.up", "c.raw"):
        (worktree / name).parent.mkdir(exist_ok=True)
        (worktree / name).write_bytes(b"one\r\ntwo\r\n")
    wanted = worktree_tree(session_git, context_dir=CONTEXT_DIR)

    with scratch(repository.git) as apart:
        assert point_content.tree_of_point(apart, taken(session_git)) == wanted


def test_a_filter_that_is_missing_leaves_the_bytes(repository: Repository, session_git: Git) -> None:
    backup_of = session_git.cwd
    (backup_of / "a.up").write_text("one\n")
    backup = taken(session_git)
    (backup_of / ".gitattributes").write_text("*.up filter=up\n")
    git(backup_of, "config", "filter.up.clean", "no-such-program")
    git(backup_of, "config", "filter.up.required", "true")

    with scratch(repository.git) as apart:
        tree = point_content.tree_of_point(apart, backup)
        assert apart.text("cat-file", "blob", f"{tree}:a.up") == "one"


def test_what_only_some_refs_hold_is_measured(repository: Repository, session_git: Git) -> None:
    assert disk.only_ours(repository.git) == 0
    (session_git.cwd / "random").write_bytes(bytes(range(256)) * 3)
    first = taken(session_git)
    (session_git.cwd / "more").write_bytes(bytes(range(255, -1, -1)) * 3)
    second = taken(session_git)

    both = disk.only_ours(repository.git)
    one = disk.only_in(repository.git, [first.ref])

    assert both == disk.only_in(repository.git, [first.ref, second.ref])
    # The second holds the first one's file as well.
    assert 0 < one < both
    assert disk.only_in(repository.git, []) == 0
    git(repository.root, "update-ref", "refs/heads/kept", first.ref)
    assert disk.only_in(repository.git, [first.ref]) == 0
