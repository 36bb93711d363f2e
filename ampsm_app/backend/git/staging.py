"""The index of a session's worktree: what goes into its next commit, and what never does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ampsm_app.backend.domain.review import ChangedFile
from ampsm_app.backend.git.excludes import WORKTREES_DIR
from ampsm_app.backend.git.raw_diff import LIST_ARGS, RawList, parse_list
from ampsm_app.backend.git.runner import Git, encode, git_failed, nul_list
from ampsm_app.backend.git.status import Status

# An agent's line endings and nested clones shall not make the commit of its work fail.
_ADD = ("-c", "core.safecrlf=false", "-c", "advice.addIgnoredFile=false", "add", "-A", "--sparse")
_EMBEDDED = b"adding embedded git repository"
# Paths up to which naming them is faster than letting git look at every file.
_FEW = 500
_FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")


@dataclass(frozen=True, slots=True)
class Staged:
    """What the next commit holds against HEAD, and the nested repositories that it cannot hold."""

    changes: tuple[ChangedFile, ...]
    nested: tuple[str, ...] = ()


def stage_all(git: Git, state: Status, *, context_dir: str, withheld: Sequence[str] = ()) -> Staged:
    """Stage all that changed in the worktree but `context_dir`, `.worktrees` and the `withheld` paths.

    `state` is the worktree's status, just read: where it names few paths, git need not look at all files
    again. Whatever the agent staged of these itself is taken back. A nested repository that is no submodule
    stays out: a commit would hold only a number that nobody else can look up.
    """
    left_out = () if _add_few(git, state, withheld) else add_worktree(git, withheld)
    listed = staged_changes(git)
    ours = (f"{context_dir}/", f"{WORKTREES_DIR}/")
    if any(each.path.startswith(ours) for each in listed.changes):
        _take_back_ours(git, context_dir)
        listed = staged_changes(git)
    nested = _nested(git, listed)
    back = {*nested, *withheld}
    unstage(git, back)
    kept = tuple(each for each in listed.files() if each.path not in back)
    return Staged(kept, tuple(sorted({*nested, *left_out})))


def stage_paths(git: Git, paths: Sequence[str]) -> None:
    """Make the index HEAD plus these paths as they are in the worktree; deleted ones count as deleted.

    Nested repositories stay out as in `stage_all`.
    """
    git.write("reset", "-q", "--no-refresh")
    if paths:
        git.write("--literal-pathspecs", *_ADD, *_FROM_STDIN, stdin=_nul(paths))
        unstage(git, _nested(git, staged_changes(git)))


def unstage(git: Git, paths: Iterable[str], env: Mapping[str, str] | None = None) -> None:
    """Make these paths in the index what they are in HEAD; the files stay as they are."""
    if names := _nul(paths):
        git.write("--literal-pathspecs", "reset", "-q", "--no-refresh", *_FROM_STDIN, stdin=names, env=env)


def add_worktree(git: Git, leave_out: Iterable[str], env: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Put the worktree's content, but for `leave_out`, into the index that `env` names.

    Nested repositories are left out and returned; unreadable files are left as they were.
    """
    done = git.attempt(*_ADD, *_FROM_STDIN, stdin=_everything_but(leave_out), env=env)
    # 1 says that what is left out is ignored besides; everything else is in.
    if done.exit_code in (0, 1) and not done.timed_out:
        return _without_nested(git, env) if _EMBEDDED in done.stderr else ()
    # Those without a commit make git stop; it does not look into any, so that all are listed.
    nested = _nested_repositories(git)
    skipped = _everything_but([*leave_out, *nested])
    done = git.attempt(*_ADD, "--ignore-errors", *_FROM_STDIN, stdin=skipped, env=env)
    if done.exit_code not in (0, 1) or done.timed_out:
        raise git_failed(("add", "-A"), git.cwd, done)
    return nested


def add_path(git: Git, path: str, env: Mapping[str, str]) -> None:
    """Put one path of the worktree into the index of `env`; not what is ignored, unreadable or gone."""
    git.attempt("--literal-pathspecs", *_ADD, *_FROM_STDIN, stdin=_nul([path]), env=env)


def _add_few(git: Git, state: Status, leave_out: Sequence[str]) -> bool:
    """Stage the paths that the status names; False where only a look at everything is safe or sensible."""
    named = [each for each in state.entries if each.untracked or each.xy[1] != "." or len(each.oids) == 3]
    if len(named) > _FEW or any(each.nested for each in named):
        return False
    paths = _nul(each.path for each in named if each.path not in leave_out)
    # A file that has gone since makes git refuse them all.
    return not paths or git.attempt("--literal-pathspecs", *_ADD, *_FROM_STDIN, stdin=paths).exit_code == 0


def _without_nested(git: Git, env: Mapping[str, str] | None) -> tuple[str, ...]:
    nested = _nested(git, staged_changes(git, env), env)
    unstage(git, nested, env)
    return nested


def _take_back_ours(git: Git, context_dir: str) -> None:
    # Also where HEAD has it already: it leaves with this commit.
    ours = git.read("--literal-pathspecs", "ls-files", "-z", "--cached", "--", context_dir)
    git.write("update-index", "-z", "--force-remove", "--stdin", stdin=ours)
    # A repository may track a folder of this name itself; only what is new in it goes.
    unstage(git, [WORKTREES_DIR])


def staged_changes(git: Git, env: Mapping[str, str] | None = None) -> RawList:
    """What the next commit would hold against HEAD."""
    return parse_list(git.read("diff", "--cached", *LIST_ARGS, "HEAD", "--", env=env))


def _nested(git: Git, listed: RawList, env: Mapping[str, str] | None = None) -> tuple[str, ...]:
    appeared = [each.path for each in listed.changes if each.adds_gitlink]
    if not appeared:
        return ()
    raw = git.read(
        *("config", "--blob", ":.gitmodules", "-z", "--get-regexp", r"^submodule\..*\.path$"),
        ok=(0, 1, 128),
        env=env,
    )
    known = {entry.partition("\n")[2] for entry in nul_list(raw)}
    return tuple(path for path in appeared if path not in known)


def _nested_repositories(git: Git) -> tuple[str, ...]:
    # Only repositories have a slash at their end here: git does not look into them.
    listed = nul_list(git.read("ls-files", "-z", "--others", "--exclude-standard"))
    return tuple(path.rstrip("/") for path in listed if path.endswith("/"))


def _everything_but(paths: Iterable[str]) -> bytes:
    return _nul([":/", *(f":(exclude,top,literal){path}" for path in paths)])


def _nul(paths: Iterable[str]) -> bytes:
    return b"".join(encode(path) + b"\0" for path in paths)
