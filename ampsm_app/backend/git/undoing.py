"""Brings a checkout back to the commit it was on after a git that was moving it has been killed.

Each path is judged by its content: what is as it was stays; what was moved already, half-written or missing
is put back; anything else is the user's edit and is left alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.git.judging import Verdict, judge, reachable
from ampsm_app.backend.git.obstacles import changes_between
from ampsm_app.backend.git.raw_diff import GITLINK, NOTHING, RawChange
from ampsm_app.backend.git.runner import Git, encode, nul_list


@dataclass(frozen=True, slots=True)
class Undone:
    """Paths that were put back, and paths with the user's own edits, which were left as they are."""

    restored: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    mode: str
    oid: str
    sparse: bool


_NO_ENTRY = _Entry(NOTHING, "", sparse=False)


def undo(git: Git, old: str, new: str) -> Undone:
    """Bring index and files of the checkout that `git` stands in from `new`, or halfway to it, back to `old`.

    Only for a checkout whose HEAD is `old` and in which no git is at work any more. Can be repeated.
    """
    changes = changes_between(git, old, new)
    entries = _entries(git)
    staged = [each.path for each in changes if not _is_ours(entries.get(each.path, _NO_ENTRY), each)]
    _index_back(git, changes, entries)
    on_disk = [each for each in changes if not _never_on_disk(git, each, entries)]
    verdicts = judge(git, new, on_disk)
    restored = _attributes_back(git, new, on_disk, verdicts)
    rest = [each for each in _moved(on_disk, verdicts) if each.path not in restored]
    restored += _files_back(git, rest)
    for each in changes:
        if each.old_mode == NOTHING:
            _remove_empty_folders(git.cwd, each.path)
    if restored:
        _tidy(git)
    left = {path for path, verdict in verdicts.items() if verdict != "as it was"} - set(restored)
    return Undone(tuple(restored), tuple(sorted(left | set(staged))))


def _tidy(git: Git) -> None:
    git.attempt("update-index", "-q", "--refresh")
    if git.text("config", "--type=bool", "--get", "core.sparseCheckout", ok=(0, 1)) == "true":
        # An entry that was removed and came back no longer knows that its file was left out.
        git.attempt("sparse-checkout", "reapply")


def _is_ours(entry: _Entry, change: RawChange) -> bool:
    """Whether the index has what it had, or what git put there, and not something that the user staged."""
    return _is(entry, change.old_mode, change.old_oid) or _is(entry, change.new_mode, change.new_oid)


def _is(entry: _Entry, mode: str, oid: str) -> bool:
    return entry.mode == mode and (mode == NOTHING or entry.oid == oid)


def _index_back(git: Git, changes: Sequence[RawChange], entries: dict[str, _Entry]) -> None:
    """Give the index entries that were moved already their old values again."""
    moved = [each for each in changes if _is(entries.get(each.path, _NO_ENTRY), each.new_mode, each.new_oid)]
    if not moved:
        return
    # Removals first: a file may have become a folder.
    moved.sort(key=lambda each: each.old_mode != NOTHING)
    lines = [
        f"{each.old_mode if each.old_mode != NOTHING else 0} {each.old_oid}\t{each.path}" for each in moved
    ]
    git.write("update-index", "-z", "--index-info", stdin=encode("".join(f"{line}\0" for line in lines)))
    sparse = [each.path for each in moved if entries.get(each.path, _NO_ENTRY).sparse]
    kept_out = encode("".join(f"{path}\0" for path in sparse))
    if sparse:
        git.write("update-index", "-z", "--skip-worktree", "--stdin", stdin=kept_out)


def _entries(git: Git) -> dict[str, _Entry]:
    found: dict[str, _Entry] = {}
    for line in nul_list(git.read("ls-files", "-s", "-t", "-z")):
        info, _, path = line.partition("\t")
        tag, mode, oid, stage = info.split(" ")
        found[path] = _Entry(mode if stage == "0" else "unmerged", oid, sparse=tag == "S")
    return found


def _never_on_disk(git: Git, change: RawChange, entries: dict[str, _Entry]) -> bool:
    """Submodules are not moved with their entries, and a sparse checkout leaves files out."""
    sparse = entries.get(change.path, _NO_ENTRY).sparse and not (git.cwd / change.path).exists()
    return sparse or GITLINK in (change.old_mode, change.new_mode)


def _attributes_back(
    git: Git, new: str, changes: Sequence[RawChange], verdicts: dict[str, Verdict]
) -> list[str]:
    """Put attributes back first: content can only be compared under those that it was written with."""
    attributes = [each for each in _moved(changes, verdicts) if Path(each.path).name == ".gitattributes"]
    restored = _files_back(git, attributes)
    if restored:
        verdicts.update(
            judge(git, new, [each for each in changes if verdicts[each.path] == "somebody's edit"])
        )
    return restored


def _moved(changes: Iterable[RawChange], verdicts: dict[str, Verdict]) -> list[RawChange]:
    return [each for each in changes if verdicts[each.path] == "moved"]


def _files_back(git: Git, changes: Sequence[RawChange]) -> list[str]:
    """Put files back as the index has them; returns the paths where that could be done."""
    done: list[str] = []
    for each in changes:
        if each.old_mode == NOTHING:
            (git.cwd / each.path).unlink(missing_ok=True)
            # Where the folder was a file before, it must make place for it.
            _remove_empty_folders(git.cwd, each.path)
            done.append(each.path)
    back = [each.path for each in changes if each.old_mode != NOTHING and _is_free(git.cwd, each.path)]
    if back:
        names = encode("".join(f"{path}\0" for path in back))
        git.write("checkout-index", "-f", "-u", "-q", "-z", "--stdin", stdin=names)
    return done + back


def _is_free(root: Path, path: str) -> bool:
    """Whether a file can be written without removing a folder, with what the user has in it, for it."""
    place = root / path
    return reachable(root, path) and (place.is_symlink() or not place.is_dir())


def _remove_empty_folders(root: Path, path: str) -> None:
    """The folders above a path that git made for it and that are empty."""
    for above in Path(path).parents:
        try:
            (root / above).rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return
