"""What the product could not do, as one tree.

AmpsmError                        code             exit status
├── InvalidInput                  invalid_input    2
│   └── ConfigError               config           2
├── NotFound                      not_found        3
├── Conflict                      conflict         4
│   └── SessionBusy               busy             4
├── GitError                      git              5
├── AgentError                    agent            6
└── StoreError                    store            7

Exit status 1 belongs to answers ("the check failed"), which are data and never raised.
"""

from typing import Any, ClassVar


class AmpsmError(Exception):
    """Could not do what was asked. The message says what was tried and on what, the hint the next step."""

    default_code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1

    def __init__(
        self, message: str, *, hint: str | None = None, code: str | None = None, **details: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code
        self.details = details

    def as_dict(self) -> dict[str, Any]:
        """The `error` object of the machine interface: code, message, hint, details."""
        return {"code": self.code, "message": self.message, "hint": self.hint, "details": self.details}


class InvalidInput(AmpsmError):
    """What the caller gave cannot be used."""

    default_code = "invalid_input"
    exit_status = 2


class ConfigError(InvalidInput):
    """The settings file or a setting cannot be used."""

    default_code = "config"


class NotFound(AmpsmError):
    """What the caller named does not exist."""

    default_code = "not_found"
    exit_status = 3


class Conflict(AmpsmError):
    """What the caller asked for contradicts the present state."""

    default_code = "conflict"
    exit_status = 4


class SessionBusy(Conflict):
    """Another turn or merge holds the session."""

    default_code = "busy"


class GitError(AmpsmError):
    """Git refused or failed; `details` hold the command's arguments, exit status and standard error."""

    default_code = "git"
    exit_status = 5


class AgentError(AmpsmError):
    """There is no agent that can be used."""

    default_code = "agent"
    exit_status = 6


class StoreError(AmpsmError):
    """The database cannot be used."""

    default_code = "store"
    exit_status = 7
