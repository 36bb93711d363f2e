"""What a side really has at a conflicted path."""

from ampsm_app.backend.git.markers import is_marked
from ampsm_app.backend.git.objects import read_objects
from ampsm_app.backend.git.resolution import Resolution
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.sides import OneSide, is_file
from ampsm_app.backend.git.tree_edits import TreeEntry, entries_of


def own_file(git: Git, state: Resolution, side: OneSide, path: str, entry: TreeEntry) -> TreeEntry:
    """A side's `entry`, or its own file where git merged into a renamed one before it met the conflict."""
    if not is_file(entry) or not is_marked(read_objects(git, [entry.oid])[0] or b""):
        return entry
    commit = state.base_sha if side == "base" else state.session_sha
    return entries_of(git, commit, [path]).get(path, entry)
