"""The words of a squashed commit. Pure."""

import textwrap
from collections.abc import Mapping, Sequence

from ampsm_app.backend.git.commits import CommitInfo, with_trailers

_WIDTH = 72
_SHOWN = 8


def squash_message(
    subject: str,
    commits: Sequence[CommitInfo],
    *,
    changed: Sequence[str] = (),
    trailers: Mapping[str, str] | None = None,
) -> str:
    """`subject` cut to one line, the subjects of what was squashed, the files it changed, trailers.

    Merge commits are left out, what was said twice is listed once, and a single commit that would only
    repeat the subject is not listed.
    """
    first = one_line(subject)
    told = dict.fromkeys(each.subject.strip() for each in commits if not each.is_merge)
    listed = [each for each in told if each]
    if len(listed) == 1 and _repeats(listed[0], first):
        listed = []
    parts = [first, "\n".join(f"- {each}" for each in listed), _files(changed)]
    return with_trailers("\n\n".join(part for part in parts if part), trailers or {})


def _repeats(listed: str, subject: str) -> bool:
    """Whether a commit's subject, with or without a prefix, says no more than another; either may be cut."""
    forms = [listed.rstrip("…. "), listed.partition(": ")[2].rstrip("…. ")]
    said = subject.rstrip("…. ")
    return any(form and (form.startswith(said) or said.startswith(form)) for form in forms)


def _files(changed: Sequence[str]) -> str:
    """How many files, and the first of them by name."""
    if not changed:
        return ""
    shown = ", ".join(" ".join(path.split()) for path in changed[:_SHOWN])
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    lines = textwrap.wrap(f"Changes {shown}{more}", _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def one_line(text: str, width: int = _WIDTH) -> str:
    """The text on one line of at most `width` characters, cut between words where there is a place for it."""
    joined = " ".join(text.split())
    if len(joined) <= width:
        return joined
    cut = joined[: width - 1]
    at_word, _, _ = cut.rpartition(" ")
    return (at_word if len(at_word) > width // 2 else cut).rstrip() + "…"
