"""What a page sends and gets over the socket, beside the models of the domain."""

from typing import Any, Literal

from pydantic import Field

from ampsm_app.backend.domain.events import Event
from ampsm_app.backend.domain.health import AgentHealth
from ampsm_app.backend.domain.merges import (
    CommitLine,
    ConflictKind,
    ManualCommits,
    Merge,
    MergeChoices,
    MergeOptions,
    PredictedConflict,
)
from ampsm_app.backend.domain.model import Model, PathText
from ampsm_app.backend.domain.review import Loss, RestorePoint, WorkingFile
from ampsm_app.backend.domain.sessions import Iteration, Mode, SessionSummary

Theme = Literal["dark", "light", "contrast", "system"]


class Nothing(Model):
    """No field at all."""


class SessionRef(Model):
    """One session, by its id."""

    id: str = Field(min_length=1)


class Snapshot(Model):
    """What a page needs to show itself; everything later than `seq` comes as events.

    `sessions` holds the first `SNAPSHOT_SESSIONS` that are not archived (those that wait for the user or
    work, then the newest); the page asks `session:list` for the rest where `total` is greater.
    """

    seq: int
    version: str
    sessions: tuple[SessionSummary, ...]
    total: int
    mode: AgentHealth
    modes: tuple[AgentHealth, ...]
    view: dict[str, Any]
    theme: Theme
    recent_repos: tuple[str, ...]
    platform: Literal["linux", "darwin", "win32"]
    home: str


class Follow(Model):
    """Where this connection's cursor into the event log stands."""

    after_seq: int = Field(ge=0, lt=2**53)


class Position(Model):
    """The newest `seq` of the event log."""

    seq: int


class SessionList(Model):
    """Sessions as they were at `seq`."""

    sessions: tuple[SessionSummary, ...]
    seq: int


class SessionDetail(Model):
    """A session with its turns; `busy` says that a turn or a merge holds it."""

    session: SessionSummary
    iterations: tuple[Iteration, ...]
    merge: Merge | None
    busy: bool


class Stopped(Model):
    """Whether something ran that was ended."""

    stopped: bool


class Rename(SessionRef):
    """A session's new name."""

    name: str = Field(min_length=1)


class Archive(SessionRef):
    """Whether a session is put out of sight."""

    archived: bool


class ForcedRef(SessionRef):
    """One session; `force` accepts the loss that an answer without it names."""

    force: bool = False


class Deleted(Model):
    """A session moved to the trash, what that lost, and the point that brings it back."""

    deleted: bool
    loss: Loss
    point: RestorePoint | None


class CleanedUp(Model):
    """Worktree and branch removed, what that lost, and the point that brings them back."""

    cleaned: bool
    loss: Loss
    point: RestorePoint | None


class Notes(SessionRef):
    """Notes that the next turn is sent."""

    notes: str


class OpenIn(SessionRef):
    """A program to open the session's worktree in, or a file of it, at a line where the program can."""

    what: Literal["editor", "files", "terminal"]
    path: PathText | None = None
    line: int | None = Field(default=None, ge=1)


class RepoPath(Model):
    """A folder that may be a repository, as typed."""

    path: str


class PickFolder(Model):
    """Where the native folder dialog starts."""

    start: str | None = None


class PickedFolder(Model):
    """The folder that was chosen, None where the dialog was closed."""

    path: str | None


class WatchWorktree(Model):
    """The session whose worktree this page looks at, if any: its changes are pushed as `worktree`."""

    id: str | None = None


class GitStatus(Model):
    """The worktree of a session; `state` names an unfinished operation (`merge`, `rebase`, …)."""

    branch: str
    head: str
    state: str | None
    files: tuple[WorkingFile, ...]
    commits: tuple[CommitLine, ...]


class EventPage(Model):
    """Events in order of `seq`; `more` says that there are others beyond the page."""

    events: tuple[Event, ...]
    more: bool


class OutputQuery(Model):
    """A piece of an iteration's raw output; offset and limit are characters."""

    iteration_id: str
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=200_000, ge=1, le=1_000_000)


class OutputPiece(Model):
    """Raw output of the agent; `next_offset` is None at the end, `size` the length of all of it."""

    text: str
    next_offset: int | None
    size: int


class PreflightQuery(SessionRef):
    """A merge to look at before it is made; `fetch` asks base's remote first."""

    options: MergeOptions = MergeOptions()
    fetch: bool = False


class StartMerge(SessionRef):
    """A merge to make."""

    options: MergeOptions = MergeOptions()


class ContinueMerge(SessionRef):
    """A merge to go on with; what is chosen here replaces what it began with."""

    choices: MergeChoices = MergeChoices()


class CheckMerge(SessionRef):
    """A merged result to check, without merging."""

    options: MergeOptions = MergeOptions()


class ConflictRef(SessionRef):
    """One conflicted path of a session's merge."""

    path: str


class ConflictTexts(Model):
    """The sides of a conflicted file and what it is now; None where a side has no such file or no text."""

    path: str
    kind: ConflictKind
    ancestor: str | None
    base: str | None
    session: str | None
    result: str | None
    binary: bool


class Squash(SessionRef):
    """How to squash a session; None takes the session's name and the setting."""

    message: str | None = None
    manual_commits: ManualCommits | None = None


class Squashed(Model):
    """The squashed branch and the way back."""

    commit_sha: str
    backup_ref: str
    commits: tuple[CommitLine, ...]


class Rebase(SessionRef):
    """The ref to rebase a session onto."""

    onto: str = Field(min_length=1)


class Rebased(Model):
    """A rebased branch, or the paths that stand in the way (then nothing moved)."""

    status: Literal["rebased", "conflict", "up_to_date"]
    commit_sha: str
    conflicts: tuple[PredictedConflict, ...] = ()
    backup_ref: str | None


class SetMode(Model):
    """The mode that turns run in from now on."""

    mode: Mode
    cli_path: str | None = None
    server_url: str | None = None


class HealthQuery(Model):
    """An agent to look at; None is the present mode's. `refresh` probes again."""

    mode: Mode | None = None
    refresh: bool = False


class SetView(Model):
    """One piece of the page's state, kept for the next window."""

    key: str = Field(min_length=1, max_length=200)
    value: Any
