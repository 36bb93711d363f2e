"""What is deleted can be put back, until the trash is emptied."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import Conflict, NotFound
from ampsm_app.backend.git import submodules, trash, worktrees
from ampsm_app.backend.git.repository import Repository
from ampsm_app.backend.git.runner import Git
from tests.backend.git.conftest import BRANCH
from tests.conftest import git, make_repo
from tests.support.worktree_state import worktree_state

NOW = datetime(2026, 11, 20, 10, 15, 2, 123000, tzinfo=UTC)


def work(worktree: Path) -> None:
    (worktree / ".gitignore").write_text("ignored\n")
    (worktree / "ignored").write_text("exists nowhere else\n")
    (worktree / "README.md").write_text("edited\n")
    (worktree / "staged").write_text("staged\n")
    git(worktree, "add", "staged")


def test_there_and_back(repository: Repository, session_git: Git) -> None:
    worktree, common = session_git.cwd, repository.common_dir
    work(worktree)
    before = worktree_state(worktree)
    place = trash.trash_place(common, "s1", NOW)
    assert place == common / "ampsm" / "trash" / "s1-20261120-101502123"
    assert trash.to_trash(common, worktree, place)
    assert not worktree.exists()
    assert len(worktrees.listed(repository.git)) == 1
    git(repository.root, "worktree", "prune")
    assert (place / "worktree" / "ignored").read_text() == "exists nowhere else\n"
    trash.from_trash(common, place, worktree)
    assert worktree_state(worktree) == before
    assert trash.listed(common) == []


@pytest.mark.parametrize("killed_after", ["worktree", "entry"])
def test_a_killed_deletion_and_a_killed_return_are_continued(
    repository: Repository, session_git: Git, killed_after: str
) -> None:
    worktree, common = session_git.cwd, repository.common_dir
    work(worktree)
    before = worktree_state(worktree)
    place = trash.trash_place(common, "s1", NOW)
    place.mkdir(parents=True)
    if killed_after == "worktree":
        worktree.rename(place / "worktree")
    assert trash.to_trash(common, worktree, place)
    assert not trash.to_trash(common, worktree, place)
    assert sorted(each.name for each in place.iterdir()) == ["entry", "worktree"]
    if killed_after == "entry":
        (place / "entry").rename(common / "worktrees" / "s1")
    trash.from_trash(common, place, worktree)
    assert worktree_state(worktree) == before


def test_submodules_go_along_with_their_unpushed_commits(
    repository: Repository, session_git: Git, tmp_path: Path
) -> None:
    worktree, common = session_git.cwd, repository.common_dir
    library = make_repo(tmp_path / "library")
    git(worktree, "submodule", "--quiet", "add", str(library), "deps/lib")
    git(worktree, "commit", "-q", "-m", "library")
    assert submodules.unpushed(session_git) == 0
    git(worktree / "deps" / "lib", "commit", "-q", "--allow-empty", "-m", "only here")
    git(worktree / "deps" / "lib", "branch", "-q", "other")
    assert submodules.unpushed(session_git) == 1
    place = trash.trash_place(common, "s1", NOW)
    trash.to_trash(common, worktree, place)
    assert submodules.unpushed_in(repository.git, place / "entry") == 1
    trash.from_trash(common, place, worktree)
    assert git(worktree / "deps" / "lib", "log", "-1", "--format=%s") == "only here"
    assert submodules.unpushed(session_git) == 1


def test_a_place_taken_meanwhile_is_not_overwritten(repository: Repository, session_git: Git) -> None:
    worktree, common = session_git.cwd, repository.common_dir
    place = trash.trash_place(common, "s1", NOW)
    trash.to_trash(common, worktree, place)
    worktree.mkdir()
    with pytest.raises(Conflict):
        trash.from_trash(common, place, worktree)
    worktree.rmdir()
    git(repository.root, "worktree", "add", "-q", "--detach", str(repository.root.parent / "s1"))
    trash.from_trash(common, place, worktree)
    assert git(worktree, "status", "--porcelain") == ""
    assert git(worktree, "branch", "--show-current") == BRANCH
    with pytest.raises(NotFound):
        trash.from_trash(common, place, worktree)


def test_listed_measured_and_emptied(repository: Repository, session_git: Git) -> None:
    common = repository.common_dir
    assert trash.listed(common) == []
    assert trash.size(common) == 0
    (session_git.cwd / "read only").mkdir()
    (session_git.cwd / "read only" / "file").write_text("x" * 1000)
    (session_git.cwd / "read only").chmod(0o555)
    trash.to_trash(common, session_git.cwd, trash.trash_place(common, "s1", NOW))
    older = trash.trash_place(common, "s-0", NOW - timedelta(days=40))
    older.mkdir()
    assert [each.session_id for each in trash.listed(common)] == ["s1", "s-0"]
    assert trash.listed(common)[0].time == NOW
    assert trash.size(common) > 1000
    assert trash.empty(common, before=NOW - timedelta(days=30)) == [older]
    assert [each.session_id for each in trash.listed(common)] == ["s1"]
    trash.empty(common)
    assert trash.listed(common) == []
    assert trash.size(common) == 0


def test_a_session_without_worktree(repository: Repository, tmp_path: Path) -> None:
    place = trash.trash_place(repository.common_dir, "s1", NOW)
    assert not trash.to_trash(repository.common_dir, tmp_path / "gone", place)
    assert not place.exists()


def test_broken_submodules_count_as_unknown(repository: Repository, session_git: Git, tmp_path: Path) -> None:
    library = make_repo(tmp_path / "library")
    git(session_git.cwd, "submodule", "--quiet", "add", str(library), "lib")
    (repository.common_dir / "worktrees" / "s1" / "modules" / "lib" / "HEAD").write_text("nonsense\n")
    assert submodules.unpushed(session_git) is None


def test_a_killed_emptying_shows_nothing_half_there_and_is_ended(
    repository: Repository, session_git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = repository.common_dir
    place = trash.trash_place(common, "s1", NOW)
    trash.to_trash(common, session_git.cwd, place)
    with monkeypatch.context() as killed:
        killed.setattr(trash, "delete_tree", interrupt)
        with pytest.raises(KeyboardInterrupt):
            trash.discard(place)
    assert trash.listed(common) == []
    assert trash.size(common) > 0

    trash.sweep(common)

    assert trash.size(common) == 0
    trash.discard(place)


def interrupt(_: Path) -> None:
    raise KeyboardInterrupt


def test_what_a_restore_set_aside_is_told_from_worktrees(repository: Repository, session_git: Git) -> None:
    common, worktree = repository.common_dir, session_git.cwd
    aside = trash.trash_place(common, "s1-aside", NOW)
    (aside / "node_modules").mkdir(parents=True)
    other = common / "ampsm" / "trash" / "notes"
    other.mkdir()
    place = trash.trash_place(common, "s1", NOW + timedelta(seconds=1))
    trash.to_trash(common, worktree, place)

    found = {each.place: (each.kind, each.session_id) for each in trash.listed(common)}

    assert found == {place: ("worktree", "s1"), aside: ("aside", "s1"), other: ("other", None)}
    assert trash.original_place(place) == worktree
    assert trash.original_place(aside) is None
