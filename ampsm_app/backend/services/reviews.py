"""Looking at what a session changed: as a list, file by file, as a patch, and as the worktree's status."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.domain.merges import CommitLine
from ampsm_app.backend.domain.requests import DiffQuery
from ampsm_app.backend.domain.review import ChangedFile, ChangeList, FileDiff, WorkingFile
from ampsm_app.backend.domain.sessions import Iteration, Session
from ampsm_app.backend.git import backup_format, commits, diffs, file_diffs, point_content, refs
from ampsm_app.backend.git.commits import CommitInfo
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.scratch import scratch
from ampsm_app.backend.git.status import read_status
from ampsm_app.backend.services.authorship import Authorship
from ampsm_app.backend.services.choosing import paths_of
from ampsm_app.backend.services.messages import is_ours
from ampsm_app.backend.services.resources import Resources
from ampsm_app.backend.services.states import NOW, compared
from ampsm_app.backend.services.worktrees import Worktrees
from ampsm_app.backend.store import backups, iterations, sessions


@dataclass(frozen=True)
class StatusView:
    """What a session's worktree stands on; `unfinished` names an operation that waits for its user."""

    branch: str
    head: str
    unfinished: str | None
    files: tuple[WorkingFile, ...]
    commits: tuple[CommitLine, ...]


class Reviews:
    """Reads worktrees; nothing in a repository changes, not even its index."""

    def __init__(self, resources: Resources, worktrees: Worktrees) -> None:
        self._resources = resources
        self._worktrees = worktrees
        self._authorship = Authorship(resources)

    def changes(self, query: DiffQuery) -> ChangeList:
        """The files that differ; against base each says whether the agent or the user changed it."""
        session = self._session(query)
        with self._sides(session, query.against) as sides:
            found = diffs.change_list(sides, query.against, ignore_whitespace=query.ignore_whitespace)
        if query.against not in {"base", "committed"}:
            return found
        authors = self._authors(session)
        files = tuple(each.model_copy(update={"by": _author(authors, each)}) for each in found.files)
        return found.model_copy(update={"files": files})

    def file(self, query: DiffQuery) -> FileDiff:
        """Both texts of one file with git's own hunks."""
        if query.path is None:
            raise InvalidInput("No file was named.", hint="give its path")
        session = self._session(query)
        with self._sides(session, query.against, query.path) as sides:
            return file_diffs.file_diff(
                sides,
                query.path,
                context=query.context,
                ignore_whitespace=query.ignore_whitespace,
                signs_only=query.signs_only,
            )

    def patch(self, query: DiffQuery) -> bytes:
        """All of it as a unified diff."""
        session = self._session(query)
        paths = [query.path] if query.path else []
        with self._sides(session, query.against) as sides:
            return diffs.patch(
                sides, paths=paths, context=query.context, ignore_whitespace=query.ignore_whitespace
            )

    def status(self, session_id: str) -> StatusView:
        """The worktree of a session, and the commits of its branch, oldest first."""
        session = self._present(session_id)
        git = self._resources.worktree_git(session)
        state = read_status(git, context_dir=session.context_dir)
        authors = self._authorship.of(session, paths_of(state.entries))
        files = tuple(each.model_copy(update={"by": authors[each.path]}) for each in state.files)
        return StatusView(
            branch=state.branch or "",
            head=state.head or "",
            unfinished=state.state,
            files=files,
            commits=commit_lines(session_commits(git, session), session.id),
        )

    def _session(self, query: DiffQuery) -> Session:
        if not query.against.startswith(("point:", "commits:")) or NOW in query.against:
            return self._present(query.session_id)
        # What is in the repository is shown of a session that is in the trash, too.
        with self._resources.database.read() as connection:
            return sessions.get(connection, query.session_id)

    def _present(self, session_id: str) -> Session:
        with self._resources.database.read() as connection:
            session = sessions.get(connection, session_id)
        self._worktrees.ensure_present(session)
        return session

    @contextmanager
    def _sides(self, session: Session, against: str, only: str | None = None) -> Iterator[diffs.Sides]:
        git = self._resources.worktree_git(session)
        ours = session.context_dir
        kind, _, which = against.partition(":")
        match kind:
            case "base":
                with diffs.against_base(git, base_of(git, session), context_dir=ours, only=only) as sides:
                    yield sides
            case "committed":
                yield diffs.committed(git, base_of(git, session))
            case "staged":
                with diffs.staged(git) as sides:
                    yield sides
            case "unstaged":
                with diffs.unstaged(git, context_dir=ours, only=only) as sides:
                    yield sides
            case "commit":
                yield diffs.of_commit(git, which)
            case "point":
                with self._of_point(session, which) as sides:
                    yield sides
            case "commits":
                with compared(self._resources, session, which) as sides:
                    yield sides
            case "iteration":
                yield self._of_iterations(git, session, which, which)
            case "iterations":
                first, _, last = which.partition("..")
                yield self._of_iterations(git, session, first, last)
            case _:
                raise InvalidInput(
                    f"{against!r} is no change of a session.",
                    hint="base, committed, staged, unstaged, iteration:N, iterations:N..M, commit:SHA, "
                    "commits:OLD..NEW or point:ID",
                )

    @contextmanager
    def _of_point(self, session: Session, which: str) -> Iterator[diffs.Sides]:
        """What was not committed when a restore point was taken, against the commit it stood on."""
        with self._resources.database.read() as connection:
            point = backups.find(connection, session.id, which)
        with scratch(self._resources.main_git(session)) as apart:
            tree = point_content.tree_of_point(apart, backup_format.load(apart, point.ref))
            head = point.head or diffs.empty_tree(tree)
            yield diffs.between(apart, head, tree, from_label=point.head[:10], to_label="point")

    def _of_iterations(self, git: Git, session: Session, first: str, last: str) -> diffs.Sides:
        begin, end = self._iteration(session, first), self._iteration(session, last)
        tip = end.commit_sha or end.start_sha
        labels = {"from_label": f"before iteration {first}", "to_label": f"iteration {last}"}
        return diffs.between(git, begin.start_sha, tip, **labels)

    def _iteration(self, session: Session, number: str) -> Iteration:
        if not number.isdigit():
            raise InvalidInput(f"{number!r} is no number of an iteration.")
        with self._resources.database.read() as connection:
            found = iterations.numbered(connection, session.id, int(number))
        if found.outcome is None:
            raise NotFound(f"Iteration {number} still runs.", hint="its change is shown once it has ended")
        return found

    def _authors(self, session: Session) -> dict[str, set[str]]:
        """Who changed each path since base: `agent` by the session's own commits, `user` by any other way."""
        git = self._resources.worktree_git(session)
        authors: dict[str, set[str]] = {}
        changed = diffs.names_by_commit(git, f"{base_of(git, session)}..HEAD")
        for commit in session_commits(git, session):
            if commit.is_merge:
                continue
            who = "agent" if is_ours(commit.trailers, session.id) else "user"
            for path in changed.get(commit.sha, ()):
                authors.setdefault(path, set()).add(who)
        state = read_status(git, context_dir=session.context_dir, renames=False)
        for path, author in self._authorship.of(session, paths_of(state.entries)).items():
            authors.setdefault(path, set()).update(("agent", "user") if author == "both" else (author,))
        return authors


def session_commits(git: Git, session: Session) -> list[CommitInfo]:
    """The commits of a session's branch that its base does not have, oldest first."""
    return commits.log(git, "--topo-order", "--reverse", f"{base_of(git, session)}..HEAD")


def base_of(git: Git, session: Session) -> str:
    """What a session is compared with: its base branch as it is now, else the commit it started from."""
    for ref in (refs.HEADS, refs.REMOTES, refs.TAGS):
        if (found := refs.resolve(git, ref + session.base_branch, kind="commit")) is not None:
            return found
    return session.base_commit


def commit_lines(found: list[CommitInfo], session_id: str) -> tuple[CommitLine, ...]:
    """Commits as the faces show them."""
    return tuple(
        CommitLine(
            sha=each.sha,
            subject=each.subject,
            body=each.body,
            author=each.author_name,
            time=each.authored_at,
            by_agent=is_ours(each.trailers, session_id),
        )
        for each in found
    )


def _author(authors: dict[str, set[str]], file: ChangedFile) -> str | None:
    who = authors.get(file.path, set()) | authors.get(file.old_path or "", set())
    return "both" if len(who) > 1 else next(iter(who), None)
