"""Changing some entries of a worktree's index: each call is one git, which changes all of them or none."""

from collections.abc import Iterable, Mapping

from ampsm_app.backend.domain.errors import Conflict, GitError
from ampsm_app.backend.git.runner import Git, encode
from ampsm_app.backend.git.tree_edits import TreeEntry


def add_paths(git: Git, paths: Iterable[str]) -> None:
    """Make these paths in the index what they are in the worktree; a missing one leaves the index.

    Names mean exactly themselves. Raises `Conflict` with code `index_locked`.
    """
    listed = b"".join(encode(path) + b"\0" for path in paths)
    if listed:
        # Mixed line endings are the user's to judge, not a reason to fail.
        plain = (
            "-c",
            "core.safecrlf=false",
            "update-index",
            "--add",
            "--remove",
            "--replace",
            "-z",
            "--stdin",
        )
        _update(git, plain, listed)


def set_entries(git: Git, entries: Mapping[str, TreeEntry | None]) -> None:
    """Give paths in the index these entries, None takes them out; files stay as they are.

    Raises `Conflict` with code `index_locked`.
    """
    if not entries:
        return
    length = max(len(each.oid) if each else 0 for each in entries.values())
    if not length:
        listed = "".join(f"{path}\0" for path in entries)
        _update(git, ("update-index", "--force-remove", "-z", "--stdin"), encode(listed))
        return
    # Removals first: a file may take the place of a folder.
    ordered = sorted(entries.items(), key=lambda item: item[1] is not None)
    nothing = TreeEntry("0", "0" * length)
    lines = [f"{(each or nothing).mode} {(each or nothing).oid}\t{path}\0" for path, each in ordered]
    _update(git, ("update-index", "-z", "--index-info"), encode("".join(lines)))


def _update(git: Git, args: tuple[str, ...], stdin: bytes) -> None:
    try:
        git.write(*args, stdin=stdin)
    except GitError as error:
        if "index.lock" not in str(error.details.get("stderr")):
            raise
        raise Conflict(
            f"Another git works in {git.cwd}: its index is locked.",
            hint="Wait until it is done, then try again.",
            code="index_locked",
        ) from error
