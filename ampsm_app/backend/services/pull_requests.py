"""Pull requests by GitHub's command line: one for each branch of a session; later pushes go to the same."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ampsm_app.backend.domain.errors import AmpsmError, Conflict, NotFound
from ampsm_app.backend.domain.merges import Merge
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.exec.command import Command, Completed
from ampsm_app.backend.git import refs, remotes
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.three_way import ThreeWay
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.store import merges

_GH_S = 120.0
# What gh exits with where nobody is logged in.
_NO_LOGIN = 4


@dataclass(frozen=True)
class Request:
    """A pull request: its address, and whether it was there before."""

    url: str
    existed: bool
    trouble: str | None = None


class PullRequests:
    """Pushes a session's branch and opens its request, or finds the one that is open."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def missing(self, git: Git, remote: str) -> AmpsmError | None:
        """What a pull request cannot do without, as far as that can be seen from here."""
        if self._gh is None:
            return NotFound(
                "Pull requests are opened by GitHub's command line, gh, which is not installed.",
                hint="https://cli.github.com, then: gh auth login",
                code="no_gh",
            )
        if not remotes.is_known(git, remote):
            return NotFound(
                f"The repository has no remote {remote!r} to push to.",
                hint=f"git remote add {remote} ADDRESS, or name another one: --remote",
                code="no_remote",
            )
        return None

    def push(self, git: Git, session: Session, merge: Merge, about_to_push: Callable[[], None]) -> Request:
        """Push the branch; open a request with the merge's message, unless there is an open one.

        `about_to_push` is called once nothing stands in the way any more. Raises `NotFound` (`no_gh`,
        `no_remote`), `AmpsmError` (`gh_login`, `pull_request_failed`), `Conflict` (`remote_moved`) where
        somebody else has pushed to the branch, `GitError` (`push_failed`).
        """
        if missing := self.missing(git, merge.options.remote):
            raise missing
        found = self._view(git, session.branch)
        lease = self._lease(git, session, merge)
        about_to_push()
        self._push(git, session, merge, lease)
        if found is not None:
            return Request(str(found["url"]), True, self._edit(git, merge, found))
        return Request(self._create(git, session, merge), False)

    def _lease(self, git: Git, session: Session, merge: Merge) -> str | None:
        """The commit that our push may replace; None where it only adds to what is there."""
        there = remotes.remote_tip(git, merge.options.remote, refs.HEADS + session.branch)
        if there is None:
            return None
        # What others pushed may not even be here.
        known = refs.resolve(git, there, kind="commit") is not None
        if known and refs.is_ancestor(git, there, merge.session_sha):
            return None
        with self._resources.database.read() as connection:
            pushed = {each.pushed_sha for each in merges.of_session(connection, session.id)}
        if there in pushed:
            return there
        raise Conflict(
            f"{merge.options.remote} has other commits on {session.branch}, which this session did not push.",
            hint="fetch and look at them; rebase the session onto them to keep them",
            code="remote_moved",
        )

    def _push(self, git: Git, session: Session, merge: Merge, lease: str | None) -> None:
        try:
            remotes.push(git, merge.options.remote, refs.HEADS + session.branch, lease=lease)
        except AmpsmError as error:
            if error.details.get("why") in ("moved", "rejected"):
                error.code = "remote_moved"
            raise

    def _view(self, git: Git, branch: str) -> dict[str, Any] | None:
        """The open request of the branch. Raises where gh cannot say."""
        done = self._run(git, "pr", "view", branch, "--json", "url,state,baseRefName")
        said = _words(done)
        if done.exit_code == 0:
            try:
                found: dict[str, Any] = json.loads(done.stdout)
            except ValueError:
                raise _failed(said) from None
            return found if found.get("state") == "OPEN" else None
        if "no pull requests found" in said.lower():
            return None
        if done.exit_code == _NO_LOGIN or "gh auth login" in said:
            raise AmpsmError(
                "GitHub's command line is not logged in.", hint="gh auth login, then again", code="gh_login"
            )
        raise _failed(said)

    def _create(self, git: Git, session: Session, merge: Merge) -> str:
        title, _, body = (merge.message or session.name).partition("\n")
        fields = ("--head", session.branch, "--base", merge.base_branch, "--title", title, "--body-file", "-")
        done = self._run(git, "pr", "create", *fields, stdin=body.strip().encode())
        said = _words(done)
        if done.exit_code == 0:
            return next((word for word in reversed(said.split()) if word.startswith("https://")), "")
        # Somebody may have opened it meanwhile.
        found = self._view(git, session.branch) if "already exists" in said else None
        if found is None:
            raise _failed(f"{said} (the branch was pushed)")
        return str(found["url"])

    def _edit(self, git: Git, merge: Merge, found: dict[str, Any]) -> str | None:
        """Give an open request what was chosen anew, its words and its base; why that failed."""
        fields: list[str] = []
        title, _, body = (merge.options.message or "").partition("\n")
        if title:
            fields += ["--title", title, "--body-file", "-"]
        if found.get("baseRefName") != merge.base_branch:
            fields += ["--base", merge.base_branch]
        if not fields:
            return None
        done = self._run(git, "pr", "edit", str(found["url"]), *fields, stdin=body.strip().encode())
        return None if done.exit_code == 0 else _words(done)[-500:]

    def _run(self, git: Git, *args: str, stdin: bytes = b"") -> Completed:
        assert self._gh is not None
        unset = frozenset({"AMP_API_KEY"})
        env = {"GH_PROMPT_DISABLED": "1", "NO_COLOR": "1"}
        command = Command((self._gh, *args), git.cwd, env=env, unset=unset, stdin=stdin, timeout_s=_GH_S)
        return self._resources.executor.run(command)

    @property
    def _gh(self) -> str | None:
        return shutil.which("gh", path=self._resources.environ.get("PATH"))


def request_words(merge: Merge, merged: ThreeWay, request: Request) -> dict[str, object]:
    """What has to be said of a merge whose request was opened all the same: its code and reason."""
    if request.trouble is not None:
        reason = f"Pushed, but its words or base stayed: {request.trouble}"
        return {"code": "pull_request_failed", "reason": reason}
    if merged.is_clean:
        return {"code": None, "reason": None}
    paths = ", ".join(each.path for each in merged.conflicts[:5])
    reason = f"It conflicts with {merge.base_branch} ({paths}), so that there was no merged result to check."
    return {"code": "conflicts", "reason": reason}


def _words(done: Completed) -> str:
    return (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace").strip()


def _failed(said: str) -> AmpsmError:
    return AmpsmError(
        f"gh could not open a pull request: {said[-1000:]}",
        hint="see gh auth status and git remote -v",
        code="pull_request_failed",
    )
