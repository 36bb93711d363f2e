"""Events: whatever happens, in the specification's wire names. One log holds them all, numbered by `seq`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from ampsm_app.backend.domain.merges import Merge
from ampsm_app.backend.domain.model import Model, PathText, UtcTime
from ampsm_app.backend.domain.sessions import Check, Outcome, SessionStatus, SessionSummary
from ampsm_app.backend.domain.usage import CostKind, Usage


class SessionChanged(Model):
    """A session was created or any of its fields changed; the whole row, as lists show it."""

    type: Literal["session_changed"] = "session_changed"
    session: SessionSummary
    previous_status: SessionStatus | None = None


class SessionDeleted(Model):
    """A session was moved to the trash."""

    type: Literal["session_deleted"] = "session_deleted"
    trash_path: str | None = None


class IterationStarted(Model):
    """A turn began at commit `git_sha`."""

    type: Literal["iteration_start"] = "iteration_start"
    iteration_number: int
    git_sha: str
    prompt: str = ""
    model: str = "default"
    mode: str = "production"


class IterationEnded(Model):
    """A turn is over: committed, checked, recorded."""

    type: Literal["iteration_end"] = "iteration_end"
    iteration_number: int
    status: SessionStatus
    outcome: Outcome
    git_sha: str
    commit_sha: str | None
    changed_files: int
    duration_ms: int
    exit_code: int | None
    message: str | None = None


class ThreadStarted(Model):
    """The agent named the thread it works in."""

    type: Literal["thread_started"] = "thread_started"
    thread_id: str
    model: str | None = None
    tools: tuple[str, ...] = ()


class UserMessage(Model):
    """What was sent to the agent."""

    type: Literal["user_message"] = "user_message"
    message: str
    thread_id: str | None = None


class AssistantMessage(Model):
    """A text of the agent. `parent_tool_use_id` names the call whose sub-agent said it."""

    type: Literal["assistant_message"] = "assistant_message"
    text: str
    message_id: str | None = None
    parent_tool_use_id: str | None = None


class AssistantThinking(Model):
    """A thinking block of the agent."""

    type: Literal["assistant_thinking"] = "assistant_thinking"
    text: str
    message_id: str | None = None
    parent_tool_use_id: str | None = None


class ToolStarted(Model):
    """The agent called a tool; `ToolCalled` follows with the same id."""

    type: Literal["tool_start"] = "tool_start"
    tool_use_id: str
    tool_name: str
    args: dict[str, Any] = {}
    parent_tool_use_id: str | None = None


class ToolCalled(Model):
    """A tool call that ended (or never answered: `success` is then None)."""

    type: Literal["tool_call"] = "tool_call"
    tool_use_id: str
    tool_name: str
    args: dict[str, Any] = {}
    start_time: UtcTime | None = None
    end_time: UtcTime | None = None
    duration_ms: int | None = None
    success: bool | None
    result: str = ""
    parent_tool_use_id: str | None = None


class FileEdited(Model):
    """A file that git found changed after a turn; lines are counts, the diff is cut at 64 KiB."""

    type: Literal["file_edit"] = "file_edit"
    path: PathText
    lines_added: int
    lines_deleted: int
    operation: Literal["create", "modify", "delete", "rename"]
    old_path: PathText | None = None
    diff: str | None = None


class LlmUsed(Model):
    """What one model used in the turn; the events of a turn sum to the turn's truth."""

    type: Literal["llm_usage"] = "llm_usage"
    model: str
    usage: Usage
    cost_usd: float | None
    cost_kind: CostKind
    latency_ms: int | None = None
    sub_agent: bool = False


class AgentOutput(Model):
    """A line of the agent that is no known message: plain text, an unknown type, standard error."""

    type: Literal["agent_output"] = "agent_output"
    stream: Literal["stdout", "stderr"]
    text: str


class CheckRan(Model):
    """The check script ran: after a turn, by hand, or on the merged result."""

    type: Literal["test_result"] = "test_result"
    command: str
    check: Check
    reason: Literal["iteration", "manual", "merge"]


class GitOperated(Model):
    """A git operation of ours that moved something."""

    type: Literal["git_operation"] = "git_operation"
    operation: str
    sha_before: str | None
    sha_after: str | None
    files_changed: int = 0
    insertions: int = 0
    deletions: int = 0
    conflicted: bool = False
    duration_ms: int = 0
    message: str | None = None


class MergeChanged(Model):
    """A merge of the session took a step."""

    type: Literal["merge_changed"] = "merge_changed"
    merge: Merge


class StopRequested(Model):
    """Someone asked for the running turn to end."""

    type: Literal["stop_requested"] = "stop_requested"


class ErrorHappened(Model):
    """Something went wrong that the user should read."""

    type: Literal["error"] = "error"
    code: str
    message: str
    hint: str | None = None


EventData = Annotated[
    SessionChanged
    | SessionDeleted
    | IterationStarted
    | IterationEnded
    | ThreadStarted
    | UserMessage
    | AssistantMessage
    | AssistantThinking
    | ToolStarted
    | ToolCalled
    | FileEdited
    | LlmUsed
    | AgentOutput
    | CheckRan
    | GitOperated
    | MergeChanged
    | StopRequested
    | ErrorHappened,
    Field(discriminator="type"),
]


class Event(Model):
    """An entry of the log. `seq` is the order in which events were committed, without gaps in meaning."""

    seq: int
    session_id: str | None
    iteration_id: str | None
    timestamp: UtcTime
    data: EventData
