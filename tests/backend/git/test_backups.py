"""A backup gives back, byte for byte, whatever state a worktree was in."""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import AmpsmError, Conflict, NotFound
from ampsm_app.backend.domain.review import RestorePoint
from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.backup_restore import restore
from ampsm_app.backend.git.backups import expire, listed, read_file, take, take_branch
from ampsm_app.backend.git.runner import Git
from tests.conftest import git, make_repo
from tests.support.worktree_state import ODD_NAMES, files_of, worktree_state


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    """A worktree on a branch of its own, with filters, line-ending rules and odd names committed."""
    files = {
        ".gitattributes": "*.txt text\n*.dos text eol=crlf\n*.rot filter=rot\n",
        ".gitignore": "ignored/\n*.secret\n",
        "lines.dos": "one\ntwo\n",
        "kept.txt": "one\ntwo\nthree\n",
        "gone.txt": "to be deleted\n",
        "run.sh": "#!/bin/sh\necho hi\n",
        "dir/inner.txt": "inner\n",
        "data.rot": "plain words\n",
        "clash.txt": "a\nb\nc\n",
        **{f"odd/{name}": f"{name}\n" for name in ODD_NAMES},
    }
    root = make_repo(tmp_path / "répo", files)
    git(root, "config", "filter.rot.clean", "tr a-z n-za-m")
    git(root, "config", "filter.rot.smudge", "tr a-z n-za-m")
    git(root, "add", "--renormalize", ".")
    git(root, "commit", "-q", "-m", "filtered")
    git(root, "checkout", "-q", "-b", "other")
    (root / "clash.txt").write_text("a\nother\nc\n")
    (root / "only-other").write_text("x\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "other side")
    git(root, "checkout", "-q", "main")
    git(root, "worktree", "add", "-q", "--no-track", "-b", "amp/s/1", str(root / "wt"), "main")
    return root / "wt"


@pytest.fixture
def wt_git(executor: Executor, worktree: Path) -> Git:
    return Git(executor, worktree, ceiling=worktree.parent)


def backup(wt_git: Git, operation: str = "test") -> RestorePoint:
    return take(wt_git, session_id="s1", operation=operation, context_dir="AGENT_CONTEXT")


def put_back(wt_git: Git, point: RestorePoint) -> None:
    restore(wt_git, point.ref, context_dir="AGENT_CONTEXT")


def wreck(worktree: Path) -> None:
    """Another commit, other files, nothing as it was."""
    git(worktree, "reset", "-q", "--hard")
    git(worktree, "clean", "-fdq")
    (worktree / "kept.txt").write_text("committed over\n")
    (worktree / "dir" / "inner.txt").unlink()
    (worktree / "wrecked").write_text("new\n")
    git(worktree, "add", "-A")
    git(worktree, "commit", "-q", "-m", "wreck")
    (worktree / "kept.txt").write_text("dirty again\n")
    (worktree / "untracked later").write_text("later\n")


def staged_and_changed_again(worktree: Path) -> None:
    (worktree / "kept.txt").write_text("staged\n")
    git(worktree, "add", "kept.txt")
    (worktree / "kept.txt").write_text("and changed\n")


def deleted(worktree: Path) -> None:
    (worktree / "gone.txt").unlink()
    git(worktree, "rm", "-q", "dir/inner.txt")


def only_in_the_index(worktree: Path) -> None:
    (worktree / "fleeting.txt").write_text("only staged\n")
    git(worktree, "add", "fleeting.txt")
    (worktree / "fleeting.txt").unlink()


def intent_to_add(worktree: Path) -> None:
    (worktree / "intended").write_text("soon\n")
    git(worktree, "add", "-N", "intended")


def removed_from_index(worktree: Path) -> None:
    git(worktree, "rm", "-q", "--cached", "kept.txt")


def links(worktree: Path) -> None:
    (worktree / "link").symlink_to("/nowhere/at all")
    (worktree / "kept.txt").unlink()
    (worktree / "kept.txt").symlink_to("run.sh")


def folder_became_link(worktree: Path) -> None:
    outside = worktree.parent / "outside"
    outside.mkdir()
    (outside / "inner.txt").write_text("not ours\n")
    (worktree / "dir" / "inner.txt").unlink()
    (worktree / "dir").rmdir()
    (worktree / "dir").symlink_to(outside)


def permissions(worktree: Path) -> None:
    (worktree / "run.sh").chmod(0o755)
    (worktree / "private").write_text("mine\n")
    (worktree / "private").chmod(0o600)


def odd_names(worktree: Path) -> None:
    for name in ODD_NAMES:
        (worktree / "odd" / name).write_text("changed\n")
        (worktree / f"new {name}").write_text("new\n")
    (worktree / os.fsdecode(b"latin-\xe9")).write_text("no utf-8\n")


def line_endings(worktree: Path) -> None:
    (worktree / "lines.dos").write_bytes(b"one\r\ntwo\nthree\r\nfour\n")
    (worktree / "mixed.dos").write_bytes(b"a\r\nb\n\r\r\n")
    git(worktree, "add", "mixed.dos")


def filtered(worktree: Path) -> None:
    (worktree / "data.rot").write_text("other plain words\n")
    (worktree / "more.rot").write_text("more\n")
    git(worktree, "add", "more.rot")


def skip_worktree_edit(worktree: Path) -> None:
    git(worktree, "update-index", "--skip-worktree", "kept.txt")
    git(worktree, "update-index", "--assume-unchanged", "run.sh")
    (worktree / "kept.txt").write_text("hidden edit\n")
    (worktree / "run.sh").write_text("#!/bin/sh\nhidden too\n")


def file_and_folder_swapped(worktree: Path) -> None:
    (worktree / "kept.txt").unlink()
    (worktree / "kept.txt").mkdir()
    (worktree / "kept.txt" / "below").write_text("b\n")
    (worktree / "dir" / "inner.txt").unlink()
    (worktree / "dir").rmdir()
    (worktree / "dir").write_text("now a file\n")


def conflicted(worktree: Path) -> None:
    (worktree / "clash.txt").write_text("a\nmine\nc\n")
    git(worktree, "commit", "-q", "-am", "my side")
    run_merge(worktree)


def conflict_half_settled(worktree: Path) -> None:
    conflicted(worktree)
    (worktree / "clash.txt").write_text("a\nboth\nc\n")
    (worktree / "kept.txt").write_text("another edit\n")
    (worktree / "scratch").write_text("x\n")


def cherry_picking(worktree: Path) -> None:
    (worktree / "clash.txt").write_text("a\nmine\nc\n")
    git(worktree, "commit", "-q", "-am", "my side")
    with pytest.raises(Exception, match="cherry-pick"):
        git(worktree, "cherry-pick", "other")


def rebasing(worktree: Path) -> None:
    (worktree / "clash.txt").write_text("a\nmine\nc\n")
    git(worktree, "commit", "-q", "-am", "my side")
    with pytest.raises(Exception, match="rebase"):
        git(worktree, "rebase", "-q", "other")


def bisecting(worktree: Path) -> None:
    git(worktree, "commit", "-q", "--allow-empty", "-m", "middle")
    git(worktree, "commit", "-q", "--allow-empty", "-m", "last")
    git(worktree, "bisect", "start", "HEAD", "HEAD~3")
    (worktree / "kept.txt").write_text("while bisecting\n")


def detached(worktree: Path) -> None:
    git(worktree, "checkout", "-q", "--detach", "other")
    (worktree / "kept.txt").write_text("detached edit\n")


def run_merge(worktree: Path) -> None:
    with pytest.raises(Exception, match="merge"):
        git(worktree, "merge", "-q", "other")


STATES: tuple[Callable[[Path], None], ...] = (
    staged_and_changed_again,
    deleted,
    only_in_the_index,
    intent_to_add,
    removed_from_index,
    links,
    folder_became_link,
    permissions,
    odd_names,
    line_endings,
    filtered,
    skip_worktree_edit,
    file_and_folder_swapped,
    conflicted,
    conflict_half_settled,
    cherry_picking,
    rebasing,
    bisecting,
    detached,
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_comes_back_exactly_after_other_work(
    worktree: Path, wt_git: Git, state: Callable[[Path], None]
) -> None:
    state(worktree)
    before = worktree_state(worktree)
    point = backup(wt_git)
    assert worktree_state(worktree) == before, "taking a backup changes nothing"
    if state is skip_worktree_edit:
        git(worktree, "update-index", "--no-skip-worktree", "kept.txt")
    wreck(worktree)
    put_back(wt_git, point)
    assert worktree_state(worktree) == before
    assert git(worktree, "fsck", "--no-dangling", "--connectivity-only") == ""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_present_is_backed_up_before_it_is_replaced(
    worktree: Path, wt_git: Git, state: Callable[[Path], None]
) -> None:
    clean = backup(wt_git)
    untouched = worktree_state(worktree)
    state(worktree)
    present = worktree_state(worktree)
    done = restore(wt_git, clean.ref, context_dir="AGENT_CONTEXT")
    assert worktree_state(worktree)["files"] == untouched["files"]
    assert done.before is not None
    put_back(wt_git, done.before)
    assert worktree_state(worktree) == present


def test_restoring_survives_garbage_collection(worktree: Path, wt_git: Git) -> None:
    conflict_half_settled(worktree)
    only_in_the_index(worktree)
    before = worktree_state(worktree)
    point = backup(wt_git)
    wreck(worktree)
    git(worktree, "reflog", "expire", "--expire=now", "--all")
    git(worktree, "gc", "-q", "--prune=now")
    put_back(wt_git, point)
    assert worktree_state(worktree) == before


def test_what_outside_a_link_is_never_touched(worktree: Path, wt_git: Git) -> None:
    point = backup(wt_git)
    folder_became_link(worktree)
    put_back(wt_git, point)
    assert (worktree.parent / "outside" / "inner.txt").read_text() == "not ours\n"
    assert (worktree / "dir" / "inner.txt").read_text() == "inner\n"
    assert not (worktree / "dir").is_symlink()


def test_ignored_files_stay_and_those_in_the_way_are_set_aside(worktree: Path, wt_git: Git) -> None:
    (worktree / "ignored").write_text("a file then\n")
    git(worktree, "add", "-f", "ignored")
    point = backup(wt_git)
    git(worktree, "rm", "-q", "-f", "ignored")
    (worktree / "ignored").mkdir()
    (worktree / "ignored" / "precious").write_text("exists nowhere else\n")
    (worktree / "my.secret").write_text("stays\n")
    done = restore(wt_git, point.ref, context_dir="AGENT_CONTEXT")
    assert (worktree / "ignored").read_text() == "a file then\n"
    assert (worktree / "my.secret").read_text() == "stays\n"
    assert done.set_aside == ("ignored",)
    assert done.aside is not None
    assert (done.aside / "ignored" / "precious").read_text() == "exists nowhere else\n"


def test_large_files_and_other_repositories_are_named_and_never_deleted(worktree: Path, wt_git: Git) -> None:
    clean = backup(wt_git)
    (worktree / "kept.txt").write_text("x" * 2000)
    (worktree / "large untracked").write_text("y" * 2000)
    make_repo(worktree / "clone")
    git(worktree, "init", "-q", "empty")
    point = take(wt_git, session_id="s1", operation="big", context_dir="AGENT_CONTEXT", limit=1000)
    assert set(point.not_kept) == {"kept.txt", "large untracked", "clone/", "empty/"}
    restore(wt_git, point.ref, context_dir="AGENT_CONTEXT")
    assert (worktree / "kept.txt").read_text() == "x" * 2000
    restore(wt_git, clean.ref, context_dir="AGENT_CONTEXT", before=None)
    assert (worktree / "clone" / "README.md").exists()
    assert (worktree / "kept.txt").read_text() == "one\ntwo\nthree\n"


def test_more_than_fits_into_memory_at_once(worktree: Path, wt_git: Git) -> None:
    for number in range(5):
        (worktree / f"large {number}").write_bytes(bytes([number]) * 15_000_000)
    (worktree / "small").write_text("x")
    before = files_of(worktree)
    point = backup(wt_git)
    git(worktree, "clean", "-fdq")
    put_back(wt_git, point)
    assert files_of(worktree) == before


def test_context_folder_is_no_part_of_it(worktree: Path, wt_git: Git) -> None:
    (worktree / "AGENT_CONTEXT").mkdir()
    (worktree / "AGENT_CONTEXT" / "SESSION.md").write_text("ours\n")
    point = backup(wt_git)
    assert point.dirty_files == 0
    put_back(wt_git, point)
    assert (worktree / "AGENT_CONTEXT" / "SESSION.md").exists()


def test_no_identity_and_a_vetoing_hook_do_not_prevent_it(
    worktree: Path, wt_git: Git, private_home: Path
) -> None:
    (private_home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n[commit]\ngpgsign = true\n")
    hook = worktree.parent / ".git" / "hooks" / "reference-transaction"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (worktree / "kept.txt").write_text("changed\n")
    point = backup(wt_git)
    (worktree / "kept.txt").unlink()
    put_back(wt_git, point)
    assert (worktree / "kept.txt").read_text() == "changed\n"


def test_split_index(worktree: Path, wt_git: Git) -> None:
    git(worktree, "update-index", "--split-index")
    staged_and_changed_again(worktree)
    before = worktree_state(worktree)
    point = backup(wt_git)
    wreck(worktree)
    put_back(wt_git, point)
    assert worktree_state(worktree) == before


def test_listed_newest_first_with_what_each_was_taken_before(worktree: Path, wt_git: Git) -> None:
    first = backup(wt_git, "squash")
    (worktree / "new").write_text("x")
    second = backup(wt_git, "merge")
    assert [each.id for each in listed(wt_git, "s1")] == [second.id, first.id]
    assert [each.operation for each in listed(wt_git)] == ["merge", "squash"]
    assert second.dirty_files == 1
    assert second.branch == "amp/s/1"
    assert second.ref == f"refs/ampsm/backup/s1/{second.id}"
    assert listed(wt_git, "other") == []


def test_two_in_the_same_millisecond_are_both_kept(worktree: Path, wt_git: Git) -> None:
    now = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    points = [
        take(wt_git, session_id="s1", operation="x", context_dir="AGENT_CONTEXT", now=now) for _ in range(3)
    ]
    assert len({each.ref for each in points}) == 3


def test_one_file_is_read_as_it_was_on_disk(worktree: Path, wt_git: Git) -> None:
    (worktree / "kept.txt").write_bytes(b"mine\r\n")
    point = backup(wt_git)
    (worktree / "kept.txt").unlink()
    (worktree / "data.rot").write_text("changed\n")
    assert read_file(wt_git, point.ref, "kept.txt") == b"mine\r\n"
    assert read_file(wt_git, point.ref, "data.rot") == b"plain words\n"
    with pytest.raises(NotFound):
        read_file(wt_git, point.ref, "never there")


def test_old_ones_are_dropped_by_age(worktree: Path, wt_git: Git) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    for days in (40, 31, 29, 0):
        take(
            wt_git,
            session_id="s1",
            operation="x",
            context_dir="AGENT_CONTEXT",
            now=now - timedelta(days=days),
        )
    dropped = expire(wt_git, older_than=now - timedelta(days=30))
    assert len(dropped) == 2
    assert len(listed(wt_git)) == 2


def test_a_session_without_worktree_keeps_its_branch(worktree: Path, wt_git: Git) -> None:
    root = wt_git.at(worktree.parent)
    head = git(worktree, "rev-parse", "HEAD")
    point = take_branch(root, session_id="s1", operation="delete", branch="amp/s/1")
    (worktree / "kept.txt").write_text("later\n")
    git(worktree, "commit", "-q", "-am", "later")
    put_back(wt_git, point)
    assert git(worktree, "rev-parse", "HEAD") == head
    assert git(worktree, "status", "--porcelain") == ""


def test_an_unknown_backup_and_a_busy_index_are_refused_with_nothing_changed(
    worktree: Path, wt_git: Git
) -> None:
    with pytest.raises(NotFound):
        restore(wt_git, "refs/ampsm/backup/s1/none", context_dir="AGENT_CONTEXT")
    point = backup(wt_git)
    lock = worktree.parent / ".git" / "worktrees" / "wt" / "index.lock"
    lock.touch()
    (worktree / "kept.txt").write_text("present\n")
    before = files_of(worktree)
    with pytest.raises(Conflict, match=r"index\.lock"):
        put_back(wt_git, point)
    assert files_of(worktree) == before


def test_a_branch_checked_out_elsewhere_is_not_moved(worktree: Path, wt_git: Git) -> None:
    point = backup(wt_git)
    git(worktree, "checkout", "-q", "--detach")
    git(worktree.parent, "checkout", "-q", "amp/s/1")
    with pytest.raises(AmpsmError, match="checked out"):
        put_back(wt_git, point)


@pytest.mark.parametrize("seed", range(12))
def test_random_states_come_back(worktree: Path, wt_git: Git, seed: int) -> None:
    random_round_trips(worktree, wt_git, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 250))
def test_many_random_states_come_back(worktree: Path, wt_git: Git, seed: int) -> None:
    random_round_trips(worktree, wt_git, seed)


def random_round_trips(worktree: Path, wt_git: Git, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 12)):
        change_something(worktree, chance)
    before = worktree_state(worktree)
    point = backup(wt_git)
    for _ in range(chance.randint(1, 12)):
        change_something(worktree, chance)
    present = worktree_state(worktree)
    done = restore(wt_git, point.ref, context_dir="AGENT_CONTEXT")
    assert worktree_state(worktree) == before
    assert done.before is not None
    put_back(wt_git, done.before)
    assert worktree_state(worktree) == present


def change_something(worktree: Path, chance: random.Random) -> None:
    """One thing that an agent or a user might do."""
    name = chance.choice(("kept.txt", "dir/inner.txt", "data.rot", "a", "a/b", "dir", f"odd/{ODD_NAMES[1]}"))
    path = worktree / name
    doing = chance.choice(
        ("write", "delete", "link", "stage", "unstage", "chmod", "commit", "intend", "move")
    )
    try:
        match doing:
            case "write":
                path.parent.mkdir(parents=True, exist_ok=True)
                # What git holds for unchanged may have other line endings than a checkout would write.
                dos = () if name.endswith(".txt") else ("two\r\nlines\n",)
                path.write_text(chance.choice(("one\n", "", "three", *dos)))
            case "delete":
                path.unlink()
            case "link":
                path.symlink_to("kept.txt")
            case "stage":
                git(worktree, "add", "-A", "--", name)
            case "unstage":
                git(worktree, "rm", "-q", "--cached", "--", name)
            case "chmod":
                if path.is_file():
                    path.chmod(chance.choice((0o644, 0o755)))
            case "commit":
                git(worktree, "commit", "-q", "-a", "-m", "some work")
            case "intend":
                git(worktree, "add", "-N", "--", name)
            case _:
                path.rename(worktree / chance.choice(("moved", "odd/moved")))
    except Exception:  # what cannot be done now is not done
        return
