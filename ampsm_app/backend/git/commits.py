"""Commits: reading them, making them from trees, and committing the index as the user would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.git.refusals import IDENTITY_HINT, SIGNING_HINT, Refusal, refusal
from ampsm_app.backend.git.runner import Git, decode, encode, git_failed

_TRAILERS = "%(trailers:only=true,unfold=true,separator=%x1E,key_value_separator=%x1F)"
_FIELDS = ("%H", "%T", "%P", "%an", "%ae", "%ad", "%ct", "%s", "%B", _TRAILERS)
_FORMAT = "--format=tformat:" + "%x00".join(_FIELDS)
# Our messages are UTF-8, whatever the user's own commits are encoded in.
_UTF8 = ("-c", "i18n.commitEncoding=UTF-8")
# A key that needs a question answered is a failure: there is nobody at this terminal.
_NO_QUESTIONS = {"GPG_TTY": "", "SSH_ASKPASS_REQUIRE": "never"}


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit. `author_date` is git's raw `seconds zone`; values of a repeated trailer stand on lines."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    author_date: str
    committed_at: datetime
    subject: str
    message: str
    trailers: Mapping[str, str]

    @property
    def authored_at(self) -> datetime:
        """When it was written."""
        return datetime.fromtimestamp(int(self.author_date.split()[0]), UTC)

    @property
    def body(self) -> str:
        """The message after its subject, trailers included."""
        return self.message.strip().partition("\n\n")[2].strip("\n")

    @property
    def is_merge(self) -> bool:
        """Whether it joins several histories."""
        return len(self.parents) > 1


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What came of `git commit`: the new commit and its tree, or why there is none and what was said."""

    sha: str | None
    tree: str | None
    code: Refusal | None
    output: str


def log(git: Git, *range_args: str) -> list[CommitInfo]:
    """Commits in `git log`'s order, newest first, for arguments such as `main..HEAD` or `-1`, `HEAD`."""
    # Without the dashes a file of the same name makes a branch ambiguous.
    end = () if "--" in range_args else ("--",)
    plain = ("--date=raw", "--no-show-signature", "--encoding=UTF-8", "--no-color")
    raw = git.read("log", "-z", _FORMAT, *plain, *range_args, *end)
    parts = raw.split(b"\0")[:-1]
    return [_info(parts[at : at + len(_FIELDS)]) for at in range(0, len(parts), len(_FIELDS))]


def signs_commits(git: Git) -> bool:
    """Whether the user signs commits here (`commit.gpgsign`)."""
    return git.text("config", "--type=bool", "--get", "commit.gpgsign", ok=(0, 1)) == "true"


def commit_tree(
    git: Git,
    tree: str,
    parents: Sequence[str],
    message: str,
    *,
    like: str | CommitInfo | None = None,
    sign: bool | None = None,
) -> str:
    """A new commit object with this content; no ref moves and no hook runs.

    Author and author's date are those of `like`. `sign` None signs where the user does. Raises `GitError`
    with code `signing` or `identity`.
    """
    signed = signs_commits(git) if sign is None else sign
    args = ["commit-tree", tree, *(part for parent in parents for part in ("-p", parent))]
    if signed:
        args.append("-S")
    env = {**_NO_QUESTIONS, **(_author(git, like) if like is not None else {})}
    done = git.attempt(*_UTF8, *args, "-F", "-", stdin=encode(message), env=env)
    if done.exit_code != 0 or done.timed_out:
        raise _not_committed(git, tuple(args), done, signed=signed)
    return decode(done.stdout).strip()


def commit(
    git: Git,
    message: str,
    *,
    trailers: Mapping[str, str] | None = None,
    amend: bool = False,
    timeout_s: float = 600,
) -> CommitResult:
    """Commit the index as the user would: own hooks, identity and signing, never a question.

    `amend` makes it instead of the last commit, whose author stays. A refusal is data; what was staged stays
    staged.
    """
    done = git.attempt(
        *_UTF8,
        *("commit", "-q", "--cleanup=whitespace", "--no-edit", *(["--amend"] if amend else []), "-F", "-"),
        stdin=encode(with_trailers(message, trailers or {})),
        env=_NO_QUESTIONS,
        timeout_s=timeout_s,
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.exit_code != 0 or done.timed_out:
        return CommitResult(None, None, _why(git, done, said), said)
    sha, tree = git.text("rev-parse", "HEAD", "HEAD^{tree}").split("\n")
    return CommitResult(sha, tree, None, said)


def with_trailers(message: str, trailers: Mapping[str, str]) -> str:
    """The message with its trailers as a last paragraph; values are put on one line."""
    lines = [f"{key}: {' '.join(value.split())}" for key, value in trailers.items() if value.strip()]
    text = message.strip() + "\n"
    return text + "\n" + "\n".join(lines) + "\n" if lines else text


def _why(git: Git, done: Completed, said: str) -> Refusal:
    if done.timed_out or done.exit_code != 1:
        return refusal(said)
    if "would make\nit empty" in said:
        return "nothing"
    # A hook's refusal and an empty index both end in 1, and git adds no word of its own to the hook's.
    unchanged = git.attempt("diff", "--cached", "--quiet", "--ignore-submodules=none").exit_code == 0
    merging = git.attempt("rev-parse", "-q", "--verify", "MERGE_HEAD").exit_code == 0
    return "nothing" if unchanged and not merging else "hook"


def _author(git: Git, like: str | CommitInfo) -> dict[str, str]:
    info = log(git, "-1", like)[0] if isinstance(like, str) else like
    return {
        "GIT_AUTHOR_NAME": info.author_name or info.author_email or "unknown",
        "GIT_AUTHOR_EMAIL": info.author_email,
        "GIT_AUTHOR_DATE": f"@{info.author_date}",
    }


def _not_committed(git: Git, args: tuple[str, ...], done: Completed, *, signed: bool) -> GitError:
    failed = git_failed(args, git.cwd, done)
    why = refusal(str(failed.details["stderr"]))
    if why == "identity":
        failed.code, failed.hint = "identity", IDENTITY_HINT
    elif signed and (why == "signing" or done.timed_out):
        failed.code, failed.hint = "signing", SIGNING_HINT
    return failed


def _info(fields: list[bytes]) -> CommitInfo:
    sha, tree, parents, name, email, date, committed, subject, message, trailers = map(decode, fields)
    return CommitInfo(
        sha=sha,
        tree=tree,
        parents=tuple(parents.split()),
        author_name=name,
        author_email=email,
        author_date=date,
        committed_at=datetime.fromtimestamp(int(committed), UTC),
        subject=subject,
        message=message.rstrip("\n") + "\n",
        trailers=_trailers(trailers),
    )


def _trailers(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.split("\x1e"):
        key, separator, value = line.partition("\x1f")
        if separator:
            found[key] = f"{found[key]}\n{value}" if key in found else value
    return found
