"""Steps that are skipped until their inputs change."""

from pathlib import Path

import project
import pytest


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout of its own."""
    monkeypatch.setattr(project, "ROOT", tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.ts").write_text("one")
    return tmp_path


def test_a_step_is_fresh_until_a_file_of_its_inputs_changes(checkout: Path) -> None:
    def stamp() -> project.Stamp:
        return project.Stamp("step", project.digest(checkout / "src"), checkout / "stamps")

    assert not stamp().is_fresh()
    stamp().set()
    assert stamp().is_fresh()
    (checkout / "src" / "a.ts").write_text("two")
    assert not stamp().is_fresh()
    stamp().set()
    (checkout / "src" / "b.ts").write_text("new")
    assert not stamp().is_fresh()
    stamp().set()
    stamp().clear()
    assert not stamp().is_fresh()


def test_what_was_made_is_no_input(checkout: Path) -> None:
    before = project.digest(checkout / "src")
    for made in ("node_modules/x.js", "dist/x.js", "__pycache__/x.pyc"):
        (checkout / "src" / made).parent.mkdir()
        (checkout / "src" / made).write_text("made")
    assert project.digest(checkout / "src") == before


def test_a_missing_input_and_another_command_count(checkout: Path) -> None:
    assert project.digest(checkout / "src", checkout / "nothing") == project.digest(checkout / "src")
    assert project.digest(checkout / "src", extra="--strict") != project.digest(checkout / "src")
