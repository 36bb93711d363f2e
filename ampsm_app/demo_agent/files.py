"""What the demo agent does to files, each as one call of a tool."""

import re
from collections.abc import Callable
from pathlib import Path

from ampsm_app.demo_agent.calls import Call, ToolError, bash
from ampsm_app.demo_agent.script import Step

_DEFAULT_TEXT = "Made by the demo agent.\n"


def create(step: Step, folder: Path) -> list[Call]:
    """Write a file, over what was there."""
    return [_create(folder, step.path, _DEFAULT_TEXT if step.text is None else _with_newline(step.text))]


def many(step: Step, folder: Path) -> list[Call]:
    """Write a number of files into a folder."""
    base = f"{step.path.rstrip('/')}/" if step.path else ""
    names = [f"{base}file-{number}.txt" for number in range(1, int(step.number) + 1)]
    return [_create(folder, name, _with_newline(step.text or Path(name).stem)) for name in names]


def append(step: Step, folder: Path) -> list[Call]:
    """Add a line at the end of a file, which need not exist."""
    path, line = folder / step.path, _with_newline(step.text or "")

    def perform() -> str:
        before = _text_of(path) if path.exists() else ""
        _write(path, _with_newline(before) + line)
        return f"Appended to {step.path}"

    return [_edit(path, f"Appending to {step.path}.", "", line, perform)]


def replace(step: Step, folder: Path) -> list[Call]:
    """Replace every occurrence of a text in a file."""
    path, old = folder / step.path, step.text or ""

    def perform() -> str:
        before = _text_of(path)
        if old not in before:
            raise ToolError(f"Could not find {old!r} in {step.path}")
        _write(path, before.replace(old, step.other))
        return f"Edited {step.path}"

    return [_edit(path, f"Editing {step.path}.", old, step.other, perform)]


def resolve(step: Step, folder: Path) -> list[Call]:
    """Keep both sides of every conflict in the files named."""
    names = (name.strip("`\"'") for name in re.split(r",\s*|\s+and\s+", step.text or ""))
    return [_resolve(folder / name, name) for name in names if name]


def read(step: Step, folder: Path) -> list[Call]:
    """Read a file."""
    path = folder / step.path
    return [Call(f"Reading {step.path}.", "Read", {"path": str(path)}, lambda: _text_of(path))]


def delete(step: Step, folder: Path) -> list[Call]:
    """Delete a file."""

    def perform() -> str:
        try:
            (folder / step.path).unlink()
        except OSError as error:
            raise ToolError(f"Could not delete {step.path}: {error.strerror}") from error
        return ""

    return [bash(f"Deleting {step.path}.", f"rm {step.path}", perform)]


def rename(step: Step, folder: Path) -> list[Call]:
    """Give a file another name."""
    target = folder / step.other

    def perform() -> str:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            (folder / step.path).rename(target)
        except OSError as error:
            raise ToolError(f"Could not rename {step.path}: {error.strerror}") from error
        return ""

    return [bash(f"Renaming {step.path} to {step.other}.", f"mv {step.path} {step.other}", perform)]


def keep_both_sides(text: str) -> str:
    """The text without conflict markers and common ancestors, the lines of both sides one after the other."""
    kept: list[str] = []
    ancestor = False
    for line in text.splitlines(keepends=True):
        marker = line.rstrip("\r\n")
        if re.match(r"<{7}( |$)|>{7}( |$)|={7}$", marker):
            ancestor = False
        elif re.match(r"\|{7}( |$)", marker):
            ancestor = True
        elif not ancestor:
            kept.append(line)
    return "".join(kept)


def _create(folder: Path, name: str, content: str) -> Call:
    path = folder / name

    def perform() -> str:
        _write(path, content)
        return f"Created {name}"

    return Call(f"Creating {name}.", "create_file", {"path": str(path), "content": content}, perform)


def _resolve(path: Path, name: str) -> Call:
    def perform() -> str:
        _write(path, keep_both_sides(_text_of(path)))
        return f"Kept both sides in {name}"

    return _edit(path, f"Resolving the conflict in {name}.", "<<<<<<<", "", perform)


def _edit(path: Path, intent: str, old: str, new: str, perform: Callable[[], str]) -> Call:
    return Call(intent, "edit_file", {"path": str(path), "old_str": old, "new_str": new}, perform)


def _with_newline(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "\n"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise ToolError(f"Could not write {path}: {error.strerror}") from error


def _text_of(path: Path) -> str:
    # Any bytes survive: what is no UTF-8 comes back as it was.
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise ToolError(f"Could not read {path}: {error.strerror}") from error
