"""What we see of a repository, and what we suggest for it."""

from pathlib import Path

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.requests import SessionFilter
from ampsm_app.backend.domain.review import BranchInfo, RepoInfo
from ampsm_app.backend.git import bases, refs
from ampsm_app.backend.git.repository import Repository, discover, identity, uncommitted_count
from ampsm_app.backend.git.suggestions import suggest_script
from ampsm_app.backend.services.resources import Resources, alive
from ampsm_app.backend.services.setup import Setup, SetupPlan, read_plan
from ampsm_app.backend.store import sessions

_MOST_BRANCHES = 500


class Repositories:
    """Repositories that sessions can be made in."""

    def __init__(self, resources: Resources, setup: Setup) -> None:
        self._resources = resources
        self._setup = setup

    def inspect(self, path: str) -> RepoInfo:
        """What a session in the repository at `path` would start from. Raises `NotFound`."""
        if not path.strip():
            raise InvalidInput("No repository was named.", hint="type the path of one")
        place = discover(self._resources.executor, Path(path).expanduser())
        git = place.git
        configured = self._resources.settings().git.default_base_branch
        base = bases.detect_base(git, configured)
        commit = refs.resolve(git, base, kind="commit") if base else None
        plan = read_plan(git, commit) if commit else None
        return RepoInfo(
            root=str(place.root),
            name=place.root.name,
            common_dir=str(place.common_dir),
            bare=place.bare,
            head_branch=refs.current_branch(git),
            default_base=base,
            branches=self._branches(place),
            uncommitted_files=uncommitted_count(place),
            identity=identity(git),
            git_version=place.git_version,
            suggested_script=suggest_script(git, commit) if commit else None,
            setup=plan.text if plan else None,
            setup_hash=plan.digest if plan else None,
            setup_trusted=plan is not None and self._setup.trusted(place.root, plan),
            sessions=self._session_count(place.root),
            submodules=commit is not None and _has(place, commit, ".gitmodules"),
            notes=_notes(place, commit, plan),
        )

    def _branches(self, place: Repository) -> tuple[BranchInfo, ...]:
        mine = tuple(f"{prefix}/" for prefix in ("amp", "amp-sessions", "amp-work"))
        found = (each for each in refs.branches(place.git) if not each.name.startswith(mine))
        return tuple(list(found)[:_MOST_BRANCHES])

    def _session_count(self, root: Path) -> int:
        with self._resources.database.read() as connection:
            return len(sessions.summary_rows(connection, SessionFilter(repo=str(root)), alive=alive))


def _has(place: Repository, commit: str, path: str) -> bool:
    return place.git.attempt("cat-file", "-e", f"{commit}:{path}").exit_code == 0


def _notes(place: Repository, commit: str | None, plan: SetupPlan | None) -> tuple[str, ...]:
    notes = []
    if commit is None:
        notes.append("There is no commit to start from yet, or no base was detected: choose one.")
    if place.bare:
        notes.append("The repository is bare: worktrees stand inside of it.")
    if plan is not None and plan.script:
        notes.append("New worktrees are set up by a script of the repository, once you trust it.")
    return tuple(notes)
