"""The commits that a merged tree lands with, and their words."""

from collections.abc import Callable, Sequence

from ampsm_app.backend.domain.errors import Conflict
from ampsm_app.backend.domain.merges import ManualCommits, Merge
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.domain.words import count
from ampsm_app.backend.git import shaping
from ampsm_app.backend.git.commits import CommitInfo, with_trailers
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.squash_message import squash_message
from ampsm_app.backend.git.touched import touched
from ampsm_app.backend.services.messages import ITERATION_TRAILER, SESSION_TRAILER, is_ours


def by_agent(session: Session) -> Callable[[CommitInfo], bool]:
    """Whether a commit was made by a turn of the session."""
    return lambda commit: is_ours(commit.trailers, session.id)


def wording(git: Git, session: Session, message: str | None) -> Callable[[Sequence[CommitInfo]], str]:
    """The words of a squashed commit: those given, else the session's name, what each turn was asked, and
    the files that changed."""
    trailers = {SESSION_TRAILER: session.id, ITERATION_TRAILER: "squashed"}

    def words(commits: Sequence[CommitInfo]) -> str:
        if message:
            return with_trailers(message, trailers)
        return squash_message(session.name, commits, changed=touched(git, commits), trailers=trailers)

    return words


def suggested(git: Git, session: Session, history: shaping.History, manual: ManualCommits) -> str:
    """The message that a merge or a pull request gets where nobody gives one; without trailers."""
    commits = list(history.commits)
    if manual == "exclude":
        own = {each.sha for each in history.manual(history.commits)}
        commits = [each for each in commits if each.sha not in own] or commits
    return squash_message(session.name, commits, changed=touched(git, commits)).strip()


def shape(git: Git, session: Session, merge: Merge, tree: str, manual: ManualCommits) -> shaping.Shaped:
    """New commits on base that end in `tree`. Raises `Conflict` (`manual_depends`) where a commit made by
    hand cannot stand alone and folding it was not agreed to."""
    options = merge.options
    history = shaping.session_history(git, merge.base_sha, merge.session_sha, by_agent(session))
    words = wording(git, session, options.message)
    if options.skip_squash:
        return shaping.whole_history(git, history, tree, words(history.commits), no_ff=options.no_ff)
    shaped = shaping.squash_onto_base(git, history, tree, shaping.Shape(manual, words))
    if shaped.folded and not options.allow_folding:
        raise Conflict(
            f"Made by hand, but built on later commits of the agent: {count(len(shaped.folded), 'commit')}: "
            + "; ".join(each.subject for each in shaped.folded),
            hint="squash them too: --include-manual include, or only these: --allow-folding",
            code="manual_depends",
        )
    if options.no_ff:
        parents = (merge.base_sha, shaped.tip)
        return shaping.merge_commit(git, parents, tree, words(history.commits))
    return shaped
