"""Makes a new worktree ready for work: the files to copy or link, the script to run, the submodules."""

import hashlib
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from ampsm_app.backend.domain.errors import AmpsmError, Conflict, InvalidInput
from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git import submodules
from ampsm_app.backend.git.layout import git_dir
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.services.cancelling import Cancel
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.scripts import run_script
from ampsm_app.backend.store import trust

FILE = ".ampsm.yaml"


class SetupFailed(AmpsmError):
    """The worktree could not be made ready; an outcome `environment`, never the agent's fault."""

    default_code = "setup"


class SetupPlan(Model):
    """The `setup` part of a repository's `.ampsm.yaml`, as of a commit."""

    copy_files: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    script: str | None = None
    submodules: bool = False
    timeout_s: float | None = None
    text: str = ""

    @property
    def digest(self) -> str:
        """What the user trusts: the file's content."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_plan(git: Git, commit: str) -> SetupPlan | None:
    """The set-up that the repository asks for at `commit` (a base, never a session's branch), if any."""
    done = git.attempt("cat-file", "blob", f"{commit}:{FILE}")
    if done.exit_code != 0:
        return None
    text = done.stdout.decode("utf-8", "replace")
    setup = _parse(text)
    return SetupPlan(text=text, **setup) if setup else None


def _parse(text: str) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from ampsm_app.backend.config.settings import parse_duration

    try:
        document = YAML(typ="safe").load(text) or {}
        setup = dict(document.get("setup") or {})
    except (YAMLError, AttributeError, TypeError, ValueError) as error:
        raise InvalidInput(f"{FILE} of the base commit cannot be read: {error}", code="setup_file") from error
    known = {"copy", "link", "script", "submodules", "timeout"}
    if unknown := set(setup) - known:
        raise InvalidInput(
            f"{FILE}: unknown key setup.{sorted(unknown)[0]}",
            hint=f"known are {', '.join(sorted(known))}",
            code="setup_file",
        )
    fields: dict[str, Any] = {
        "copy_files": tuple(setup.get("copy") or ()),
        "link": tuple(setup.get("link") or ()),
        "script": setup.get("script"),
        "submodules": bool(setup.get("submodules", False)),
    }
    if "timeout" in setup:
        fields["timeout_s"] = parse_duration(setup["timeout"])
    return fields if any(fields.values()) else {}


class Setup:
    """Set-up of worktrees, run once for each and only after the user trusted the file."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        # What a commit holds never changes.
        self._plans: dict[str, SetupPlan | None] = {}

    def plan(self, git: Git, commit: str) -> SetupPlan | None:
        """What `read_plan` says of a commit; a commit is read once."""
        if commit not in self._plans:
            self._plans[commit] = read_plan(git, commit)
        return self._plans[commit]

    def trusted(self, repo_root: Path, plan: SetupPlan) -> bool:
        """Whether the user has trusted this very file for this repository."""
        with self._resources.database.read() as connection:
            return trust.is_trusted(connection, str(repo_root), plan.digest)

    def require_trust(self, repo_root: Path, plan: SetupPlan | None, *, grant: bool) -> None:
        """Raise `Conflict` (`setup_untrusted`) unless the set-up is trusted, now or before."""
        if plan is None or self.trusted(repo_root, plan):
            return
        if not grant:
            raise Conflict(
                f"{repo_root.name} asks for a set-up of new worktrees that you have not trusted yet.",
                hint=f"read {FILE} in the base commit, then say --trust-setup",
                code="setup_untrusted",
                setup=plan.text,
                digest=plan.digest,
            )
        with self._resources.database.write() as connection:
            trust.grant(connection, str(repo_root), plan.digest)

    def ensure(self, session: Session, *, grant: bool = False) -> None:
        """Make the session's worktree ready if it is not yet; raises `SetupFailed` with what was said."""
        git = self._resources.worktree_git(session)
        plan = self.plan(git, session.base_commit)
        if plan is not None:
            self.run_once(session, plan, git, grant=grant)

    def run_once(
        self,
        session: Session,
        plan: SetupPlan,
        git: Git,
        *,
        grant: bool = False,
        cancel: Cancel | None = None,
    ) -> None:
        """Run the set-up in the worktree that `git` stands in, unless this very one was run there before."""
        marker = git_dir(git.cwd) / "ampsm-setup"
        if marker.is_file() and marker.read_text() == plan.digest:
            return
        self.require_trust(Path(session.repo_root), plan, grant=grant)
        self._run(session, plan, git, cancel)
        marker.write_text(plan.digest)

    def _run(self, session: Session, plan: SetupPlan, git: Git, cancel: Cancel | None) -> None:
        root, worktree = Path(session.repo_root), git.cwd
        for name in plan.copy_files:
            _bring(root, worktree, name, link=False)
        for name in plan.link:
            _bring(root, worktree, name, link=True)
        if plan.submodules:
            submodules.init(git)
        if plan.script:
            done = run_script(
                self._resources,
                plan.script,
                worktree,
                session_id=session.id,
                timeout_s=plan.timeout_s or self._resources.settings().setup.timeout,
                env={"AMPSM_SETUP": "1", "AMPSM_REPO": str(root)},
                cancel=cancel,
            )
            if done.exit_code != 0 or done.timed_out:
                why = "took too long" if done.timed_out else f"ended with {done.exit_code}"
                raise SetupFailed(
                    f"The set-up script of {root.name} {why}: {done.output[-2000:].strip()}",
                    hint=f"try it by hand in {worktree}; the script is in {FILE} of the base commit",
                )


def _bring(root: Path, worktree: Path, name: str, *, link: bool) -> None:
    """Copy or link one named path; nothing outside the repository, through no symlink out of it."""
    parts = PurePosixPath(name)
    source = (root / parts).resolve()
    target = worktree / parts
    inside = not parts.is_absolute() and source.is_relative_to(root.resolve())
    if not inside or not target.parent.resolve().is_relative_to(worktree.resolve()):
        raise SetupFailed(
            f"{FILE} names {name!r}, which lies outside the repository.", hint="name paths in it"
        )
    if not source.exists() or target.exists() or target.is_symlink():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if link:
        target.symlink_to(source, target_is_directory=source.is_dir())
    elif source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)
