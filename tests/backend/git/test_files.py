"""Folders move and go whatever is in them."""

import os
from pathlib import Path

import pytest

from ampsm_app.backend.git.files import delete_tree, move, tree_size

ELSEWHERE = Path("/dev/shm")


def fill(folder: Path) -> None:
    (folder / "sub" / "read only").mkdir(parents=True)
    (folder / "sub" / "read only" / "file").write_text("x" * 100)
    (folder / "link").symlink_to("/nowhere")
    (folder / "run").write_text("x")
    (folder / "run").chmod(0o755)
    (folder / "sub" / "read only").chmod(0o555)


def test_a_read_only_folder_is_deleted_and_links_are_not_followed(tmp_path: Path) -> None:
    fill(tmp_path / "folder")
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    assert tree_size(tmp_path / "folder") == 101 + len("/nowhere")
    delete_tree(tmp_path / "folder")
    delete_tree(tmp_path / "link")
    delete_tree(tmp_path / "never there")
    assert [each.name for each in tmp_path.iterdir() if each.name != "home"] == ["kept"]


@pytest.mark.skipif(
    not ELSEWHERE.is_dir() or ELSEWHERE.stat().st_dev == Path("/tmp").stat().st_dev, reason="needs two disks"
)
def test_moving_to_another_disk_copies_everything(tmp_path: Path) -> None:
    source, target = tmp_path / "folder", ELSEWHERE / f"ampsm-test-{os.getpid()}" / "target"
    fill(source)
    (target.parent / "target.partial").mkdir(parents=True)
    try:
        move(source, target)
        assert not source.exists()
        assert (target / "link").readlink() == Path("/nowhere")
        assert (target / "run").stat().st_mode & 0o777 == 0o755
        assert (target / "sub" / "read only" / "file").read_text() == "x" * 100
        assert [each.name for each in target.parent.iterdir()] == ["target"]
        move(target / "link", tmp_path / "link")
        assert (tmp_path / "link").is_symlink()
    finally:
        delete_tree(target.parent)
