"""Where the program keeps its things, on each platform."""

from pathlib import Path

import pytest

from ampsm_app.backend.config import paths


def environment(root: Path, **folders: str) -> dict[str, str]:
    """An environment whose home is `<root>/home` and whose named folders are below `root` too."""
    home = str(root / "home")
    return {"HOME": home, "USERPROFILE": home} | {name: str(root / path) for name, path in folders.items()}


@pytest.mark.parametrize(
    ("platform", "folders", "expected"),
    [
        ("linux", {}, "home/.config/ampsm/sessions.sqlite"),
        ("linux", {"XDG_CONFIG_HOME": "xdg"}, "xdg/ampsm/sessions.sqlite"),
        ("darwin", {}, "home/Library/Application Support/ampsm/sessions.sqlite"),
        ("win32", {"APPDATA": "roaming"}, "roaming/ampsm/sessions.sqlite"),
    ],
)
def test_database_stands_where_the_platform_keeps_configuration(
    tmp_path: Path, platform: str, folders: dict[str, str], expected: str
) -> None:
    assert paths.database_path(environment(tmp_path, **folders), platform) == tmp_path / expected


def test_database_can_be_put_elsewhere_by_the_environment(tmp_path: Path) -> None:
    env = environment(tmp_path, AMPSM_DB_PATH="mine.db")
    assert paths.database_path(env) == tmp_path / "mine.db"
    assert paths.database_path({**env, "AMPSM_DB_PATH": "~/mine.db"}) == tmp_path / "home" / "mine.db"


def test_relative_database_path_is_seen_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    env = {**environment(tmp_path), "AMPSM_DB_PATH": "mine.db"}
    assert paths.database_path(env) == tmp_path / "mine.db"


def test_empty_and_relative_folder_variables_count_as_unset(tmp_path: Path) -> None:
    expected = tmp_path / "home/.config/ampsm/sessions.sqlite"
    for xdg in ("", "relative"):
        env = {**environment(tmp_path), "AMPSM_DB_PATH": "", "XDG_CONFIG_HOME": xdg}
        assert paths.database_path(env, "linux") == expected


def test_two_databases_share_no_data_folder(tmp_path: Path) -> None:
    assert paths.data_dir(tmp_path / "a.sqlite") != paths.data_dir(tmp_path / "b.sqlite")


def test_settings_and_logs_belong_to_the_user(tmp_path: Path, private_home: Path) -> None:
    env = environment(tmp_path, LOCALAPPDATA="local")
    assert paths.settings_path() == private_home / ".ampsm" / "config.yaml"
    assert paths.log_dir(env, "linux") == tmp_path / "home/.local/state/ampsm/log"
    assert paths.log_dir(env, "darwin") == tmp_path / "home/Library/Logs/ampsm"
    assert paths.log_dir(env, "win32") == tmp_path / "local/ampsm/Logs"
