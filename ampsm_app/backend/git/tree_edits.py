"""Trees that differ from another in some paths, made without a worktree."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ampsm_app.backend.exec.temporary import temporary_folder
from ampsm_app.backend.git.runner import Git, encode, nul_list


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What a tree has at a path: an octal mode and the id of a blob, or of a submodule's commit."""

    mode: str
    oid: str


def entries_of(git: Git, tree: str, paths: Iterable[str]) -> dict[str, TreeEntry]:
    """The entries at these paths, and those below them where a path is a folder."""
    asked = list(dict.fromkeys(paths))
    if not asked:
        return {}
    found: dict[str, TreeEntry] = {}
    for line in nul_list(git.read("ls-tree", "-r", "-z", "--full-tree", tree, "--", *asked)):
        info, _, path = line.partition("\t")
        mode, _, oid = info.split(" ")
        found[path] = TreeEntry(mode, oid)
    return found


def names_beside(git: Git, tree: str, path: str) -> set[str]:
    """The paths of what stands in the same folder of a tree, files and folders."""
    folder, slash, _ = path.rpartition("/")
    listed = git.read(
        "ls-tree", "-z", "--name-only", "--full-tree", tree, "--", *([folder + slash] if folder else [])
    )
    return set(nul_list(listed))


def edit_tree(git: Git, tree: str, changes: Mapping[str, TreeEntry | None]) -> str:
    """The tree with other entries at some paths; None removes."""
    if not changes:
        return tree
    # Removals first: a file may take the place of a folder.
    ordered = sorted(changes.items(), key=lambda change: change[1] is not None)
    nothing = TreeEntry("0", "0" * len(tree))
    lines = [f"{(each or nothing).mode} {(each or nothing).oid}\t{path}" for path, each in ordered]
    with temporary_folder("tree") as folder:
        env = {"GIT_INDEX_FILE": os.fspath(Path(folder) / "index")}
        whole = ("-c", "core.splitIndex=false")
        git.write(*whole, "read-tree", tree, env=env)
        script = encode("".join(f"{line}\0" for line in lines))
        git.write(*whole, "update-index", "-z", "--index-info", stdin=script, env=env)
        return git.write(*whole, "write-tree", "--missing-ok", env=env).decode().strip()
