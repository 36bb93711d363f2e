"""Commits as a mailbox of patches, which `git am` takes."""

import re
from contextlib import suppress
from pathlib import Path

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.git.commits import commit_tree, log
from ampsm_app.backend.git.refs import merge_base
from ampsm_app.backend.git.replay import Replayed, replay
from ampsm_app.backend.git.runner import Git

# No setting of the user may make them unreadable: colours, prefixes, attachments, headers, cover letters.
_PLAIN = (
    *("-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false"),
    *("-c", "diff.suppressBlankEmpty=false", "-c", "diff.submodule=short"),
    *("-c", "format.useAutoBase=false", "-c", "format.notes=false", "-c", "diff.context=3"),
)
_ARGS = (
    *("format-patch", "--stdout", "--binary", "--full-index", "--no-signature", "--no-attach", "--no-thread"),
    *("--no-cover-letter", "--no-color", "--no-ext-diff", "--no-textconv", "--no-to", "--no-cc"),
    *("--no-add-header", "--no-from", "--no-base", "--find-renames", "--always", "--topo-order"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=none", "--numbered"),
)
# Lines of a message at which `git am` takes the patch to begin.
_LIKE_A_PATCH = re.compile(r"^(?=---\s*$|diff -|Index: )", re.MULTILINE)


def write_series(git: Git, base: str, tip: str, path: Path) -> int:
    """Write the commits of `base..tip` to `path`, replacing it in one step; how many these are.

    Applied to `base` in order they give exactly `tip`'s content, also where merges stand between: then the
    history is made straight for it, or, where that cannot be done, all of it is one patch. Raises
    `InvalidInput` with code `cannot_write`.
    """
    straight = _readable(git, base, _straight(git, base, tip))
    raw = git.read(*_PLAIN, *_ARGS, f"{base}..{straight}")
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(raw)
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.", code="cannot_write") from error
    return int(git.text("rev-list", "--count", f"{base}..{straight}"))


def _straight(git: Git, base: str, tip: str) -> str:
    """A tip with the same content whose commits stand in one line on `base`."""
    commits = list(reversed(log(git, "--topo-order", f"{base}..{tip}")))
    if not any(each.is_merge for each in commits) and merge_base(git, base, tip) == base:
        return tip
    tree = git.text("rev-parse", f"{tip}^{{tree}}")
    made = replay(git, [each for each in commits if not each.is_merge], base, sign=False)
    if isinstance(made, Replayed) and git.text("rev-parse", f"{made.tip}^{{tree}}") == tree:
        return made.tip
    last = log(git, "-1", tip)[0]
    return commit_tree(git, tree, [base], last.message, like=last, sign=False)


def _readable(git: Git, base: str, tip: str) -> str:
    """The same line of commits with messages that survive being sent; a line may be indented for it."""
    commits = list(reversed(log(git, "--topo-order", f"{base}..{tip}")))
    if not any(_LIKE_A_PATCH.search(each.message) for each in commits):
        return tip
    parent = base
    for each in commits:
        message = _LIKE_A_PATCH.sub(" ", each.message)
        parent = commit_tree(git, each.tree, [parent], message, like=each, sign=False)
    return parent
