"""Three-way merges on objects: no ref, index or file moves.

Attributes (`merge=union`, drivers, `binary`) and submodules are read from the worktree that `git` stands in,
so a forecast and the merge itself must run in the same directory: the session's worktree, or the main
checkout where submodules differ. For forecasts that leave no objects behind use `scratch.scratch`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ampsm_app.backend.domain.errors import GitError, NotFound
from ampsm_app.backend.domain.merges import Conflicted
from ampsm_app.backend.git.commits import CommitInfo
from ampsm_app.backend.git.conflict_kinds import (
    BASE_LABEL,
    SESSION_LABEL,
    MergeOutput,
    conflicts_of,
    parse_merge,
    without_ids,
)
from ampsm_app.backend.git.refs import resolve
from ampsm_app.backend.git.runner import Git, encode, git_failed, nul_list

# Helper commits need an author where the user has none, and the same bytes give the same object each time.
_NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "ampsm"), ("EMAIL", "ampsm@localhost"), ("DATE", "@0 +0000"))
}
_PATIENCE_S = 300  # a partial clone may have to fetch what it merges


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """A merged tree; while there are conflicts it holds markers and names that must not land."""

    tree: str
    conflicts: tuple[Conflicted, ...] = ()
    messages: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to settle."""
        return not self.conflicts


def merge(git: Git, base_rev: str, session_rev: str, *, config: Sequence[str] = ()) -> ThreeWay:
    """The merge of two commits, equal to what `git merge` gives in this directory.

    `config` are settings `name=value` for this merge. Raises `GitError` with code `unrelated_histories`
    where they have no common ancestor.
    """
    base, session = (_commit_id(git, rev) for rev in (base_rev, session_rev))
    return _merge_tree(git, base, session, config)


def merge_as(git: Git, base_rev: str, tree: str, session_rev: str) -> ThreeWay:
    """The merge that `base_rev` would get if the session, whose history is `session_rev`'s, had this tree."""
    base, session = (_commit_id(git, rev) for rev in (base_rev, session_rev))
    return _merge_tree(git, base, helper_commit(git, tree, session))


def merge_trees(git: Git, ancestor_tree: str, base_tree: str, session_tree: str) -> ThreeWay:
    """The merge of two trees whose common ancestor is given."""
    ancestor = helper_commit(git, ancestor_tree)
    base, session = (helper_commit(git, tree, ancestor) for tree in (base_tree, session_tree))
    return _merge_tree(git, base, session)


def pick(git: Git, commit: CommitInfo, onto_tree: str) -> ThreeWay:
    """What a commit changes against its first parent, applied to a tree (which is the base side)."""
    if len(commit.parents) != 1:
        return merge_trees(git, parent_tree(git, commit), onto_tree, commit.tree)
    return _merge_tree(git, helper_commit(git, onto_tree, commit.parents[0]), commit.sha)


def revert(git: Git, commit: CommitInfo, tree: str) -> ThreeWay:
    """What a commit changed against its first parent, taken out of a tree (which is the base side)."""
    return merge_trees(git, commit.tree, tree, parent_tree(git, commit))


def parent_tree(git: Git, commit: CommitInfo) -> str:
    """The tree before a commit; the empty one before the first."""
    if not commit.parents:
        return git.write("mktree", stdin=b"").decode().strip()
    return git.text("rev-parse", "--verify", f"{commit.parents[0]}^{{tree}}")


def helper_commit(git: Git, tree: str, *parents: str, message: str = "ampsm") -> str:
    """A commit of nobody's that only serves git; the same one for the same arguments."""
    links = [part for parent in parents for part in ("-p", parent)]
    return git.write("commit-tree", tree, *links, stdin=encode(message), env=_NOBODY).decode().strip()


def case_collisions(git: Git, tree: str) -> tuple[tuple[str, ...], ...]:
    """Paths of a tree that are one file where names ignore case (macOS, Windows)."""
    folded: dict[str, set[str]] = {}
    for name in nul_list(git.read("ls-tree", "-r", "-t", "-z", "--name-only", tree)):
        folded.setdefault(name.casefold(), set()).add(name)
    return tuple(tuple(sorted(names)) for names in folded.values() if len(names) > 1)


def _merge_tree(git: Git, base: str, session: str, config: Sequence[str] = ()) -> ThreeWay:
    settings = [part for setting in config for part in ("-c", setting)]
    args = ("merge-tree", "--write-tree", "-z", "--messages", BASE_LABEL + base, SESSION_LABEL + session)
    done = git.attempt(*settings, *args, timeout_s=_PATIENCE_S)
    if done.exit_code not in (0, 1) or done.timed_out:
        failed = git_failed(args, git.cwd, done)
        if "unrelated histories" in str(failed.details["stderr"]):
            failed.code = "unrelated_histories"
            failed.hint = "Merge onto a branch that shares history with the session."
        raise failed
    output = parse_merge(done.stdout)
    if done.exit_code == 0:
        return ThreeWay(output.tree, (), _words(output))
    conflicts = conflicts_of(output)
    if not conflicts:
        raise GitError(f"git merge-tree in {git.cwd} reports conflicts in no path", said=_words(output))
    return ThreeWay(output.tree, conflicts, _words(output))


def _commit_id(git: Git, rev: str) -> str:
    found = resolve(git, rev, kind="commit")
    if found is None:
        raise NotFound(f"There is no commit {rev} in {git.cwd}")
    return found


def _words(output: MergeOutput) -> tuple[str, ...]:
    return tuple(without_ids(message.text) for message in output.messages)
