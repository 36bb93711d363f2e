"""A session's timeline: what happened to it, in order, and the states it can be compared with or taken to."""

from typing import Literal

from pydantic import Field

from ampsm_app.backend.domain.model import Model, UtcTime

TimelineKind = Literal[
    "created", "iteration", "commit", "check", "status", "stop", "merge", "git", "point", "error"
]
Tone = Literal["ok", "warn", "bad", "busy", "quiet", "plain"]
Actor = Literal["agent", "user", "us"]


class TimelineQuery(Model):
    """A session's timeline; the newest `limit` entries of it."""

    id: str = Field(min_length=1)
    limit: int = Field(default=2_000, ge=1, le=20_000)


class TimelineEntry(Model):
    """A step of a session. `id` stays the same: `iteration:3`, `commit:SHA`, `point:ID` or `event:SEQ`.

    `word` is how it ended (`completed`, `merged`), `operation` what git was made to do, `seq` the event that
    tells more. `before` and `after` are commits; counts are None where nobody counted them. `against` is the
    `DiffQuery` that shows what the step changed, None where it changed nothing. `state` is a commit or a
    point's id that `commits:OLD..NEW` takes; `restorable`: the session can go back to it, by the restore
    point `point` where there is one, else to that commit.
    """

    id: str
    kind: TimelineKind
    time: UtcTime
    title: str
    detail: str = ""
    word: str = ""
    tone: Tone = "plain"
    actor: Actor = "us"
    operation: str | None = None
    iteration: int | None = None
    seq: int | None = None
    before: str | None = None
    after: str | None = None
    files: int | None = None
    lines_added: int | None = None
    lines_deleted: int | None = None
    against: str | None = None
    state: str | None = None
    restorable: bool = False
    point: str | None = None
