"""What follows a merge: pushing base, and writing the series as a patch."""

from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.domain.merges import Merge
from ampsm_app.backend.git import patches, refs, remotes
from ampsm_app.backend.git.runner import Git

# The step in which base has landed and others are told.
PUBLISHING = "publishing"


class Publishing:
    """Tells others. A failure here never undoes what has landed; it is told beside it."""

    def is_wanted(self, merge: Merge) -> bool:
        """Whether anything follows the landing."""
        return merge.options.push or bool(merge.options.export_patch)

    def after_merge(self, git: Git, merge: Merge) -> Merge:
        """Write the patch and push base where that was asked for; the merge with what went wrong."""
        troubles = self._patch_troubles(git, merge)
        if merge.options.push:
            try:
                remotes.push(git, merge.options.remote, refs.HEADS + merge.base_branch)
            except AmpsmError as error:
                troubles.append(error)
        return _told(merge, troubles)

    def after_kill(self, git: Git, merge: Merge) -> Merge:
        """Make up for what a killed process left to do: the patch is written, a missing push is only told.

        Who knows what base has become since; whether that goes out is for its user to say.
        """
        troubles = self._patch_troubles(git, merge)
        if merge.options.push and not _was_pushed(git, merge):
            remote, branch = merge.options.remote, merge.base_branch
            troubles.append(
                AmpsmError(
                    f"The process was killed before {branch} was pushed to {remote}; "
                    f"push it by hand: git push {remote} {branch}",
                    code="push_unfinished",
                )
            )
        return _told(merge, troubles)

    def _patch_troubles(self, git: Git, merge: Merge) -> list[AmpsmError]:
        if merge.options.export_patch:
            try:
                newest = merge.commit_sha or merge.session_sha
                patches.write_series(git, merge.base_sha, newest, Path(merge.options.export_patch))
            except AmpsmError as error:
                return [error]
        return []


def _was_pushed(git: Git, merge: Merge) -> bool:
    """Whether git's own note of the remote's branch, made by a push, has what landed."""
    seen = refs.resolve(git, f"{refs.REMOTES}{merge.options.remote}/{merge.base_branch}")
    landed = merge.commit_sha
    return seen is not None and landed is not None and refs.is_ancestor(git, landed, seen)


def _told(merge: Merge, troubles: list[AmpsmError]) -> Merge:
    if not troubles:
        return merge
    told = {"code": troubles[0].code, "reason": "; ".join(each.message for each in troubles)}
    return merge.model_copy(update=told)
