"""What follows a merge: pushing base, writing the series as a patch; or a pull request instead of it."""

import shutil
from pathlib import Path

from ampsm_app.backend.domain.errors import AmpsmError, NotFound
from ampsm_app.backend.domain.merges import Merge
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.exec.command import Command
from ampsm_app.backend.git import patches, remotes
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.merge_targets import Target
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges

_GH_S = 120.0


class Publishing:
    """Tells others. A failure here never undoes what has landed; it is told beside it."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def after_merge(self, git: Git, session: Session, merge: Merge, target: Target) -> Merge:
        """Write the patch and push base where that was asked for; the merge with what went wrong."""
        troubles: list[AmpsmError] = []
        if merge.options.export_patch:
            try:
                self.export_patch(git, merge, Path(merge.options.export_patch))
            except AmpsmError as error:
                troubles.append(error)
        if merge.options.push:
            try:
                remotes.push(git, merge.options.remote, target.ref)
            except AmpsmError as error:
                troubles.append(error)
        if not troubles:
            return merge
        told = {"code": troubles[0].code, "reason": "; ".join(each.message for each in troubles)}
        merge = merge.model_copy(update=told)
        with self._resources.database.write() as connection:
            merges.save(connection, merge)
        return merge

    def export_patch(self, git: Git, merge: Merge, path: Path) -> None:
        """Write all commits that the merge put on base as one mailbox, which `git am` takes."""
        patches.write_series(git, merge.base_sha, merge.commit_sha or merge.session_sha, path)

    def open_pull_request(self, git: Git, session: Session, merge: Merge) -> str:
        """Push the session's branch and open a pull request with `gh`; its address.

        Raises `NotFound` (`no_gh`) without gh; a request that is open already is given instead of a second.
        """
        gh = shutil.which("gh", path=self._resources.environ.get("PATH"))
        if gh is None:
            raise NotFound(
                "Pull requests are opened by GitHub's command line, gh, which is not installed.",
                hint="https://cli.github.com, then: gh auth login",
                code="no_gh",
            )
        remotes.push(git, merge.options.remote, f"refs/heads/{session.branch}")
        title, _, body = (merge.message or session.name).partition("\n")
        fields = ("--head", session.branch, "--base", merge.base_branch, "--title", title, "--body-file", "-")
        argv = (gh, "pr", "create", *fields)
        done = self._resources.executor.run(
            Command(
                argv,
                git.cwd,
                unset=frozenset({"AMP_API_KEY"}),
                stdin=body.strip().encode(),
                timeout_s=_GH_S,
            )
        )
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
        address = next((word for word in reversed(said.split()) if word.startswith("https://")), "")
        if done.exit_code != 0 and "already exists" not in said:
            raise AmpsmError(
                f"gh could not open a pull request: {said[-1000:]}",
                hint="the branch was pushed; see gh auth status",
                code="pull_request_failed",
            )
        return address
