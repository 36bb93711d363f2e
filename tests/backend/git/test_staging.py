"""What a session's commit holds: everything the agent changed, and nothing of ours."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.git import commits, staging
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.status import read_status
from tests.conftest import git, make_repo

CONTEXT = "AGENT_CONTEXT"
ODD_NAMES = ('quote"d', "new\nline", "ünï çødé", "日本", " spaces ", "-dash", ":(exclude)x", "star*", "a\\b")


def staged_names(worktree: Path) -> set[str]:
    return set(filter(None, git(worktree, "diff", "--cached", "--name-only", "-z").split("\0")))


def stage(worktree: Git, *withheld: str) -> staging.Staged:
    state = read_status(worktree, context_dir=CONTEXT, renames=False)
    return staging.stage_all(worktree, state, context_dir=CONTEXT, withheld=withheld)


def test_every_kind_of_change_is_staged(session_git: Git) -> None:
    worktree = session_git.cwd
    for name in ODD_NAMES:
        (worktree / name).write_text("x\n")
    (worktree / "README.md").unlink()
    (worktree / "link").symlink_to("nowhere")
    (worktree / "run").write_text("#!/bin/sh\n")
    (worktree / "run").chmod(0o755)
    done = stage(session_git)
    assert {each.path for each in done.changes} == {*ODD_NAMES, "README.md", "link", "run"}
    assert staged_names(worktree) == {*ODD_NAMES, "README.md", "link", "run"}
    assert {each.path: each.change for each in done.changes}["README.md"] == "deleted"


def test_renames_are_seen_with_their_lines(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "README.md").rename(worktree / "LIES.md")
    (worktree / "new.txt").write_text("a\nb\n")
    (worktree / "image.bin").write_bytes(b"\0\1\2")
    files = {each.path: each for each in stage(session_git).changes}
    assert (files["LIES.md"].change, files["LIES.md"].old_path) == ("renamed", "README.md")
    assert (files["new.txt"].added, files["new.txt"].deleted) == (2, 0)
    assert (files["image.bin"].binary, files["image.bin"].added) == (True, None)


@pytest.mark.parametrize("whitelist", [False, True])
def test_our_folders_are_never_committed(session_git: Git, whitelist: bool) -> None:
    worktree = session_git.cwd
    if whitelist:
        (worktree / ".gitignore").write_text("*\n!*/\n!*.md\n!.gitignore\n")
    (worktree / CONTEXT / "SESSION.md").write_text("ours\n")
    (worktree / CONTEXT / ".gitignore").unlink()
    (worktree / ".worktrees" / "nested").mkdir(parents=True)
    (worktree / ".worktrees" / "nested" / "file.md").write_text("ours\n")
    git(worktree, "add", "-f", ".")
    assert any(name.startswith(CONTEXT) for name in staged_names(worktree))
    done = stage(session_git)
    ours = (f"{CONTEXT}/", ".worktrees/")
    assert not any(name.startswith(ours) for name in staged_names(worktree))
    assert not any(each.path.startswith(ours) for each in done.changes)
    assert (worktree / CONTEXT / "SESSION.md").exists()


def test_what_an_agent_committed_of_our_folder_leaves_with_the_next_commit(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / CONTEXT / "SESSION.md").write_text("ours\n")
    git(worktree, "add", "-f", ".")
    git(worktree, "commit", "-q", "-m", "by the agent")
    (worktree / CONTEXT / "SESSION.md").write_text("written anew for each turn\n")
    (worktree / "work").write_text("x\n")
    stage(session_git)
    commits.commit(session_git, "amp: work")
    assert git(worktree, "ls-tree", "-r", "--name-only", "HEAD").split() == ["README.md", "work"]
    assert (worktree / CONTEXT / "SESSION.md").exists()


def test_a_folder_that_the_repository_tracks_itself_stays(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / ".worktrees").mkdir()
    (worktree / ".worktrees" / "theirs").write_text("tracked\n")
    git(worktree, "add", "-f", ".worktrees")
    git(worktree, "commit", "-q", "-m", "theirs")
    (worktree / "work").write_text("x\n")
    stage(session_git)
    assert staged_names(worktree) == {"work"}


def test_withheld_files_stay_out_even_if_the_agent_staged_them(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "secret *.env").write_text("KEY=1\n")
    (worktree / "README.md").write_text("KEY=2\n")
    (worktree / "work").write_text("x\n")
    git(worktree, "add", "-A")
    done = stage(session_git, "secret *.env", "README.md")
    assert [each.path for each in done.changes] == ["work"]
    assert staged_names(worktree) == {"work"}
    assert (worktree / "README.md").read_text() == "KEY=2\n"


@pytest.mark.parametrize("by_agent", [False, True])
def test_nested_repositories_stay_out_and_are_named(session_git: Git, by_agent: bool) -> None:
    worktree = session_git.cwd
    make_repo(worktree / "clone")
    git(worktree, "init", "-q", "without commits") if not by_agent else None
    (worktree / "work").write_text("x\n")
    if by_agent:
        git(worktree, "add", "-A")
    done = stage(session_git)
    assert staged_names(worktree) == {"work"}
    assert done.nested == (("clone",) if by_agent else ("clone", "without commits"))
    assert (worktree / "clone" / "README.md").exists()


def test_a_submodule_that_the_agent_added_is_committed(session_git: Git, tmp_path: Path) -> None:
    worktree = session_git.cwd
    library = make_repo(tmp_path / "library")
    git(worktree, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "deps/lib")
    done = stage(session_git)
    assert staged_names(worktree) == {".gitmodules", "deps/lib"}
    assert done.nested == ()


def test_line_endings_never_stop_the_commit(session_git: Git) -> None:
    worktree = session_git.cwd
    git(worktree, "config", "core.autocrlf", "input")
    git(worktree, "config", "core.safecrlf", "true")
    (worktree / "mixed.txt").write_bytes(b"a\r\nb\n")
    stage(session_git)
    assert staged_names(worktree) == {"mixed.txt"}


def test_a_broken_required_filter_is_an_error(session_git: Git) -> None:
    worktree = session_git.cwd
    git(worktree, "config", "filter.lfs.clean", "exit 1")
    git(worktree, "config", "filter.lfs.required", "true")
    (worktree / ".gitattributes").write_text("*.psd filter=lfs\n")
    (worktree / "big.psd").write_text("x")
    with pytest.raises(GitError, match="lfs"):
        stage(session_git)


def test_sparse_checkouts_keep_what_they_do_not_show(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "shown").mkdir()
    (worktree / "hidden").mkdir()
    for name in ("shown/a", "hidden/a"):
        (worktree / name).write_text("x\n")
    git(worktree, "add", "-A", "--", "shown", "hidden")
    git(worktree, "commit", "-q", "-m", "folders")
    git(worktree, "sparse-checkout", "set", "--cone", "shown")
    assert not (worktree / "hidden").exists()
    (worktree / "shown" / "b").write_text("x\n")
    (worktree / "outside").mkdir()
    (worktree / "outside" / "c").write_text("x\n")
    stage(session_git)
    assert staged_names(worktree) == {"shown/b", "outside/c"}


def test_only_the_paths_asked_for(session_git: Git) -> None:
    worktree = session_git.cwd
    for name in ODD_NAMES:
        (worktree / name).write_text("x\n")
    (worktree / "README.md").unlink()
    git(worktree, "add", "-A")
    wanted = {"README.md", "new\nline", ":(exclude)x"}
    staging.stage_paths(session_git, sorted(wanted))
    assert staged_names(worktree) == wanted
    staging.unstage(session_git, ["new\nline"])
    assert staged_names(worktree) == wanted - {"new\nline"}
    staging.stage_paths(session_git, [])
    assert staged_names(worktree) == set()


@pytest.mark.parametrize("many", [False, True])
def test_what_changes_after_the_look_is_staged_as_it_is(session_git: Git, many: bool) -> None:
    worktree = session_git.cwd
    names = [f"new-{number}" for number in range(600 if many else 3)]
    for name in (*names, "short-lived"):
        (worktree / name).write_text("first\n")
    state = read_status(session_git, context_dir=CONTEXT, renames=False)
    (worktree / "short-lived").unlink()
    (worktree / names[0]).write_text("second\n")
    staging.stage_all(session_git, state, context_dir=CONTEXT)
    assert staged_names(worktree) == set(names)
    assert git(worktree, "show", f":{names[0]}") == "second"


def test_a_secret_in_a_folder_that_was_a_file_stays_out(session_git: Git) -> None:
    worktree = session_git.cwd
    (worktree / "README.md").unlink()
    (worktree / "README.md").mkdir()
    (worktree / "README.md" / "key").write_text("KEY=1\n")
    (worktree / "README.md" / "text").write_text("x\n")
    stage(session_git, "README.md/key")
    assert staged_names(worktree) == {"README.md", "README.md/text"}
