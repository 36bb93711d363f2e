"""The words of a squashed commit. Pure."""

from collections.abc import Mapping, Sequence

from ampsm_app.backend.git.commits import CommitInfo, with_trailers

_WIDTH = 72


def squash_message(
    subject: str, commits: Sequence[CommitInfo], *, trailers: Mapping[str, str] | None = None
) -> str:
    """`subject` cut to one line, then the subjects of what was squashed (merge commits left out), trailers.

    A commit that would only repeat the subject is not listed.
    """
    first = one_line(subject)
    listed = [f"- {each.subject}" for each in commits if not each.is_merge and each.subject.strip()]
    body = "\n".join(listed) if listed != [f"- {first}"] else ""
    return with_trailers(f"{first}\n\n{body}" if body else first, trailers or {})


def one_line(text: str, width: int = _WIDTH) -> str:
    """The text on one line of at most `width` characters, cut between words where there is a place for it."""
    joined = " ".join(text.split())
    if len(joined) <= width:
        return joined
    cut = joined[: width - 1]
    at_word, _, _ = cut.rpartition(" ")
    return (at_word if len(at_word) > width // 2 else cut).rstrip() + "…"
