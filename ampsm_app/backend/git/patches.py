"""Commits as a mailbox of patches, which `git am` takes."""

from pathlib import Path

from ampsm_app.backend.git.runner import Git


def write_series(git: Git, base: str, tip: str, path: Path) -> int:
    """Write the commits of `base..tip` to `path`, replacing it in one step; how many these are."""
    raw = git.read("format-patch", "--stdout", "--binary", "--full-index", "--no-signature", f"{base}..{tip}")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(raw)
    fresh.replace(path)
    return int(git.text("rev-list", "--count", "--no-merges", f"{base}..{tip}"))
