"""Why git would not make a commit, read from what it said (always in English: `LC_ALL=C.UTF-8`)."""

from typing import Literal

Refusal = Literal["hook", "signing", "identity", "nothing", "failed"]

_IDENTITY = (
    "please tell me who you are",
    "empty ident name",
    "unable to auto-detect",
    "no email was given",
    "no name was given",
    "name consists only of disallowed characters",
)
_SIGNING = (
    "failed to sign",
    "gpg: ",
    "cannot run gpg",
    "user.signingkey",
    "gpg.format",
    "gpg.ssh",
    "failed to write commit object",
    "couldn't load public key",
)

IDENTITY_HINT = 'Set git config --global user.name "Your Name" and user.email you@example.org.'
SIGNING_HINT = "Check commit.gpgsign, user.signingkey and whether the key can be used without a question."


def refusal(said: str) -> Refusal:
    """The reason that git's words give; `failed` where they give none that we know."""
    words = said.lower()
    if any(part in words for part in _IDENTITY):
        return "identity"
    if any(part in words for part in _SIGNING):
        return "signing"
    if "aborted by hook" in words:
        return "hook"
    return "failed"
