"""Opening a worktree, or a file of it, in the user's own programs."""

from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import InvalidInput, NotFound
from ampsm_app.backend.services.editors import editor_command, needs_terminal
from tests.support.web import until
from tests.support.world import World


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        (("/usr/bin/code", "--wait"), ("/usr/bin/code", "--wait", "/w", "--goto", "/w/f:7")),
        (("zed",), ("zed", "/w/f:7")),
        (("pycharm",), ("pycharm", "--line", "7", "/w/f")),
        (("kate",), ("kate", "-l", "7", "/w/f")),
        (("nvim",), ("nvim", "+7", "/w/f")),
        (("some-editor", "-x"), ("some-editor", "-x", "/w/f")),
        (("mine", "--at={line}", "{folder}", "{file}"), ("mine", "--at=7", "/w", "/w/f")),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(
    editor: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert editor_command(editor, "/w", "/w/f", 7) == expected


def test_without_a_line_or_a_file_there_is_less_to_say() -> None:
    assert editor_command(("zed",), "/w", "/w/f") == ("zed", "/w/f")
    assert editor_command(("code",), "/w", "/w/f") == ("code", "/w", "--goto", "/w/f")
    assert editor_command(("code",), "/w") == ("code", "/w")
    assert editor_command(("mine", "{file}"), "/w") == ("mine", "/w")
    assert needs_terminal(("vim",))
    assert needs_terminal(("emacs", "-nw"))
    assert not needs_terminal(("emacs",))


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the user's editor was given."""
    told, editor = tmp_path / "told", tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\necho "$PWD|$*" > "{told}.part"\nmv "{told}.part" "{told}"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"'{editor}' --now")
    return told


def test_a_file_is_opened_in_the_editor(world: World, told: Path) -> None:
    session = world.done("Create the file src/a.txt.")
    world.core.opening.open(session.id, "editor", path="src/a.txt", line=3)
    until(told.exists)
    worktree = session.worktree_path
    assert told.read_text() == f"{worktree}|--now {worktree}/src/a.txt\n"


def test_only_a_file_of_the_worktree_is_opened(world: World, told: Path) -> None:
    session = world.new("Do nothing.")
    for path in ("../../README.md", "/etc/passwd"):
        with pytest.raises(InvalidInput):
            world.core.opening.open(session.id, "editor", path=path)
    with pytest.raises(NotFound):
        world.core.opening.open(session.id, "editor", path="gone.txt")
    assert not told.exists()


def test_a_missing_editor_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    session = world.new("Do nothing.")
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    with pytest.raises(NotFound) as missing:
        world.core.opening.open(session.id, "editor")
    assert missing.value.code == "no_program"
    assert "no-such-editor" in missing.value.message
    assert "editor.command" in (missing.value.hint or "")
