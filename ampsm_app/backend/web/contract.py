"""Every request that a page may send over the socket: its name, what it takes, and what it answers.

The one registry of the socket. Handlers are attached to these names, and `build/contract.py` makes the
frontend's types of it, so a request that is not declared here exists on neither side. Each request is
acknowledged with `{"ok": <answer>}` or `{"error": {code, message, hint, details}}`.
"""

from dataclasses import dataclass
from typing import Any

from ampsm_app.backend.domain.health import AgentHealth, HealthReport
from ampsm_app.backend.domain.merges import (
    Merge,
    Preflight,
)
from ampsm_app.backend.domain.model import Model
from ampsm_app.backend.domain.requests import (
    AskAgent,
    DiffQuery,
    EventQuery,
    IterateRequest,
    NewSession,
    Resolve,
    SessionFilter,
)
from ampsm_app.backend.domain.review import ChangeList, FileDiff, RepoInfo, RestorePoint
from ampsm_app.backend.domain.sessions import Check, Iteration, SessionSummary
from ampsm_app.backend.domain.staging import CherryPick, CommitRequest, Rollback, StageChange
from ampsm_app.backend.domain.time_machine import (
    PinPoint,
    PointContent,
    PointRef,
    RepoFilter,
    RestoreFile,
    SpaceClean,
    SpaceQuery,
    SpaceReport,
    TrashEmptied,
    TrashEmpty,
    TrashEntry,
    TrashRef,
    TrashRestored,
)
from ampsm_app.backend.domain.timeline import TimelineEntry, TimelineQuery
from ampsm_app.backend.web.messages import (
    Archive,
    CheckMerge,
    CleanedUp,
    ConflictRef,
    ConflictTexts,
    ContinueMerge,
    Deleted,
    EventPage,
    Follow,
    ForcedRef,
    GitStatus,
    HealthQuery,
    Notes,
    Nothing,
    OpenIn,
    OutputPiece,
    OutputQuery,
    PickedFolder,
    PickFolder,
    Position,
    PreflightQuery,
    Rebase,
    Rebased,
    Rename,
    RepoPath,
    SessionDetail,
    SessionList,
    SessionRef,
    SetMode,
    SetView,
    Snapshot,
    Squash,
    Squashed,
    StartMerge,
    Stopped,
    WatchWorktree,
)
from ampsm_app.backend.web.staging_messages import Committed, Discarded, Picked, RolledBack

EVENTS_PUSH = "events"
# `{id}`: something changed in the worktree that this connection asked to watch.
WORKTREE_PUSH = "worktree"
MAX_BATCH = 500
MAX_UNACKNOWLEDGED = 4
SNAPSHOT_SESSIONS = 500


@dataclass(frozen=True, slots=True)
class SocketRequest:
    """A request by name. `response` is a type that pydantic can serialise.

    `mutating` ones change something: a page awaits the answer before it sends the next.
    """

    name: str
    request: type[Model]
    response: Any
    mutating: bool = False


CONTRACT: tuple[SocketRequest, ...] = (
    SocketRequest("app:snapshot", Nothing, Snapshot),
    SocketRequest("events:follow", Follow, Position),
    SocketRequest("events:page", EventQuery, EventPage),
    SocketRequest("session:list", SessionFilter, SessionList),
    SocketRequest("session:get", SessionRef, SessionDetail),
    SocketRequest("session:create", NewSession, SessionSummary, mutating=True),
    SocketRequest("session:start", IterateRequest, Iteration, mutating=True),
    SocketRequest("session:stop", SessionRef, Stopped, mutating=True),
    SocketRequest("session:rename", Rename, SessionSummary, mutating=True),
    SocketRequest("session:archive", Archive, SessionSummary, mutating=True),
    SocketRequest("session:delete", ForcedRef, Deleted, mutating=True),
    SocketRequest("session:notes", Notes, SessionSummary, mutating=True),
    SocketRequest("session:check", SessionRef, Check, mutating=True),
    SocketRequest("session:open", OpenIn, Nothing),
    SocketRequest("repo:inspect", RepoPath, RepoInfo),
    SocketRequest("repo:pick", PickFolder, PickedFolder),
    SocketRequest("diff:list", DiffQuery, ChangeList),
    SocketRequest("diff:file", DiffQuery, FileDiff),
    SocketRequest("git:status", SessionRef, GitStatus),
    SocketRequest("git:stage", StageChange, GitStatus, mutating=True),
    SocketRequest("git:unstage", StageChange, GitStatus, mutating=True),
    SocketRequest("git:discard", StageChange, Discarded, mutating=True),
    SocketRequest("git:commit", CommitRequest, Committed, mutating=True),
    SocketRequest("git:rollback", Rollback, RolledBack, mutating=True),
    SocketRequest("git:cherry-pick", CherryPick, Picked, mutating=True),
    SocketRequest("worktree:watch", WatchWorktree, Nothing),
    SocketRequest("timeline:list", TimelineQuery, tuple[TimelineEntry, ...]),
    SocketRequest("iteration:output", OutputQuery, OutputPiece),
    SocketRequest("merge:preflight", PreflightQuery, Preflight),
    SocketRequest("merge:start", StartMerge, Merge, mutating=True),
    SocketRequest("merge:state", SessionRef, Merge | None),
    SocketRequest("merge:conflict", ConflictRef, ConflictTexts),
    SocketRequest("merge:resolve", Resolve, Merge, mutating=True),
    SocketRequest("merge:worktree", SessionRef, Merge, mutating=True),
    SocketRequest("merge:ask", AskAgent, Iteration, mutating=True),
    SocketRequest("merge:check", CheckMerge, Nothing, mutating=True),
    SocketRequest("merge:continue", ContinueMerge, Merge, mutating=True),
    SocketRequest("merge:abort", SessionRef, Merge, mutating=True),
    SocketRequest("merge:undo", SessionRef, Merge, mutating=True),
    SocketRequest("merge:squash", Squash, Squashed, mutating=True),
    SocketRequest("merge:rebase", Rebase, Rebased, mutating=True),
    SocketRequest("merge:cleanup", ForcedRef, CleanedUp, mutating=True),
    SocketRequest("history:list", SessionRef, tuple[RestorePoint, ...]),
    SocketRequest("history:holds", PointRef, PointContent),
    SocketRequest("history:restore", PointRef, RestorePoint, mutating=True),
    SocketRequest("history:restore-file", RestoreFile, RestorePoint, mutating=True),
    SocketRequest("history:pin", PinPoint, RestorePoint, mutating=True),
    SocketRequest("trash:list", RepoFilter, tuple[TrashEntry, ...]),
    SocketRequest("trash:restore", TrashRef, TrashRestored, mutating=True),
    SocketRequest("trash:empty", TrashEmpty, TrashEmptied, mutating=True),
    SocketRequest("space:show", SpaceQuery, SpaceReport),
    SocketRequest("space:clean", SpaceClean, SpaceReport, mutating=True),
    SocketRequest("mode:set", SetMode, AgentHealth, mutating=True),
    SocketRequest("agent:health", HealthQuery, AgentHealth),
    SocketRequest("view:set", SetView, Nothing, mutating=True),
    SocketRequest("doctor:run", Nothing, HealthReport),
)
