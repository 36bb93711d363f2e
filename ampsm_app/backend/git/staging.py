"""The index of a session's worktree: what goes into its next commit, and what never does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ampsm_app.backend.domain.review import ChangedFile
from ampsm_app.backend.git.excludes import WORKTREES_DIR
from ampsm_app.backend.git.raw_diff import LIST_ARGS, RawList, parse_list
from ampsm_app.backend.git.runner import Git, encode, git_failed, nul_list

# An agent's line endings and nested clones shall not make the commit of its work fail.
_ADD = ("-c", "core.safecrlf=false", "add", "-A", "--sparse")
_FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")


@dataclass(frozen=True, slots=True)
class Staged:
    """What the next commit holds against HEAD, and the nested repositories that it cannot hold."""

    changes: tuple[ChangedFile, ...]
    nested: tuple[str, ...] = ()


def stage_all(git: Git, *, context_dir: str, withheld: Sequence[str] = ()) -> Staged:
    """Stage all that changed in the worktree but `context_dir`, `.worktrees` and the `withheld` paths.

    Whatever the agent staged of these itself is taken back. A nested repository that is no submodule stays
    out: a commit would hold only a number that nobody else can look up.
    """
    add_worktree(git, (context_dir, *withheld))
    _take_back_ours(git, context_dir)
    listed = _staged(git)
    nested = _nested(git, listed)
    back = {*nested, *withheld}
    unstage(git, back)
    return Staged(tuple(each for each in listed.files() if each.path not in back), nested)


def stage_paths(git: Git, paths: Sequence[str]) -> None:
    """Make the index HEAD plus these paths as they are in the worktree; deleted ones count as deleted."""
    git.write("reset", "-q", "--no-refresh")
    if paths:
        git.write("--literal-pathspecs", *_ADD, *_FROM_STDIN, stdin=_nul(paths))


def unstage(git: Git, paths: Iterable[str]) -> None:
    """Make these paths in the index what they are in HEAD; the files stay as they are."""
    if names := _nul(paths):
        git.write("--literal-pathspecs", "reset", "-q", "--no-refresh", *_FROM_STDIN, stdin=names)


def staged_changes(git: Git) -> tuple[ChangedFile, ...]:
    """What the index changes against HEAD."""
    return _staged(git).files()


def add_worktree(git: Git, leave_out: Iterable[str], env: Mapping[str, str] | None = None) -> None:
    """Put the worktree's content, but for `leave_out`, into the index that `env` names.

    What would make git give up halfway is skipped: nested repositories without a commit, unreadable files.
    """
    done = git.attempt(*_ADD, *_FROM_STDIN, stdin=_everything_but(leave_out), env=env)
    if done.exit_code == 0:
        return
    skipped = [*leave_out, *_nested_repositories(git)]
    done = git.attempt(*_ADD, "--ignore-errors", *_FROM_STDIN, stdin=_everything_but(skipped), env=env)
    if done.exit_code not in (0, 1) or done.timed_out:
        raise git_failed(("add", "-A"), git.cwd, done)


def _take_back_ours(git: Git, context_dir: str) -> None:
    raw = git.read("--literal-pathspecs", "ls-files", "-z", "--cached", "--", context_dir, WORKTREES_DIR)
    inside = context_dir + "/"
    ours = [path for path in nul_list(raw) if path == context_dir or path.startswith(inside)]
    if ours:
        git.write("update-index", "-z", "--force-remove", "--stdin", stdin=_nul(ours))
    if len(ours) < raw.count(b"\0"):
        # A repository may track a folder of that name itself; only what is new in it goes.
        unstage(git, [WORKTREES_DIR])


def _staged(git: Git) -> RawList:
    return parse_list(git.read("diff", "--cached", *LIST_ARGS, "HEAD", "--"))


def _nested(git: Git, listed: RawList) -> tuple[str, ...]:
    appeared = [each.path for each in listed.changes if each.adds_gitlink]
    if not appeared:
        return ()
    raw = git.read(
        *("config", "--blob", ":.gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$"), ok=(0, 1, 128)
    )
    known = {entry.partition("\n")[2] for entry in nul_list(raw)}
    return tuple(path for path in appeared if path not in known)


def _nested_repositories(git: Git) -> list[str]:
    # Only repositories have a slash at their end here: git does not look into them.
    listed = nul_list(git.read("ls-files", "-z", "--others", "--exclude-standard"))
    return [path.rstrip("/") for path in listed if path.endswith("/")]


def _everything_but(paths: Iterable[str]) -> bytes:
    return _nul([":/", *(f":(exclude,top,literal){path}" for path in paths)])


def _nul(paths: Iterable[str]) -> bytes:
    return b"".join(encode(path) + b"\0" for path in paths)
