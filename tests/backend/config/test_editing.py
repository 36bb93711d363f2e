"""Changing settings: one value at a time, comments kept, nothing written unless it is right."""

import json
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ampsm_app.backend.config.settings import get, listing, load, set_value, unset
from ampsm_app.backend.domain.errors import ConfigError

COMMENTED = """\
# My settings.

amp:   # the agent
  mode: demo   # for now
  args:
    - --verbose   # chatty

# How it looks.
ui: {theme: gruvbox, auto_update: true}  # dark

git:
  # Team rule:
  commit_prefix: 'amp:'
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".ampsm" / "config.yaml"


def write(file: Path, text: str) -> None:
    """Put a settings file in place by hand."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def test_the_first_setting_makes_the_file(file: Path) -> None:
    changed = set_value("amp.timeout", "5m", file, {})
    assert changed.key == "amp.timeout"
    assert changed.path == file
    assert file.read_text() == 'amp:\n  timeout: "5m"\n'
    assert load(file, {}).settings.amp.timeout == 300


@pytest.mark.parametrize(
    ("key", "text", "old", "new"),
    [
        ("amp.mode", "production", "mode: demo ", 'mode: "production" '),
        ("amp.args", "--quiet", "\n    - --verbose   # chatty", ' "--quiet"'),
        ("ui.theme", "high-contrast", "theme: gruvbox", 'theme: "high-contrast"'),
        ("ui.auto_update", "no", "auto_update: true", "auto_update: false"),
        ("git.commit_prefix", "agent:", "'amp:'", '"agent:"'),
        ("amp.timeout", "1h", "# chatty\n", '# chatty\n  timeout: "1h"\n'),
        ("git.manual_commits", "include", "'amp:'\n", "'amp:'\n  manual_commits: \"include\"\n"),
        ("backups.keep_days", "7", "'amp:'\n", "'amp:'\nbackups:\n  keep_days: 7\n"),
        ("ui.theme", "", "{theme: gruvbox, ", "{"),
        ("ui.auto_update", "", ", auto_update: true", ""),
        ("amp.mode", "", "  mode: demo   # for now\n", ""),
        ("amp.args", "", "  args:\n    - --verbose   # chatty\n", ""),
        ("git.commit_prefix", "", "git:\n  # Team rule:\n  commit_prefix: 'amp:'\n", ""),
    ],
)
def test_a_change_touches_nothing_but_its_value(file: Path, key: str, text: str, old: str, new: str) -> None:
    write(file, COMMENTED)
    set_value(key, text, file, {})
    assert file.read_text() == COMMENTED.replace(old, new)


def test_a_group_without_values_takes_one(file: Path) -> None:
    write(file, "amp:\nui:\n  theme: system\n")
    set_value("amp.models.gpt-4.1.args", '["--model", "gpt-4.1"]', file, {})
    assert load(file, {}).settings.amp.models["gpt-4.1"].args == ("--model", "gpt-4.1")
    assert load(file, {}).settings.ui.theme == "system"
    set_value("ui.auto_update", "true", file, {})
    write(file, "ui: {}")
    set_value("ui.theme", "system", file, {})
    assert file.read_text() == 'ui: {theme: "system"}'


def test_line_ends_of_another_system_are_kept(file: Path) -> None:
    write(file, "")
    file.write_bytes(b"amp:\r\n  mode: demo\r\n\r\n# dark\r\nui: {theme: gruvbox}\r\n")
    set_value("amp.mode", "production", file, {})
    unset("ui.theme", file, {})
    assert file.read_bytes() == b'amp:\r\n  mode: "production"\r\n\r\n# dark\r\n'


def test_older_keys_are_set_under_todays_name_only(file: Path) -> None:
    write(file, "ampPath: /old/amp\nampEnv:\n  AMP_BIN: /old/bin\n  OTHER: x\n")
    assert set_value("ampPath", "/new/amp", file, {}).key == "amp.cli_path"
    assert set_value("ampEnv.AMP_BIN", "/new/bin", file, {}).key == "amp.env.AMP_BIN"
    assert "/old" not in file.read_text()
    amp = load(file, {}).settings.amp
    assert (amp.cli_path, amp.env) == ("/new/amp", {"OTHER": "x", "AMP_BIN": "/new/bin"})


def test_switches_and_lists_can_be_typed_as_people_do(file: Path) -> None:
    set_value("enableJSONLogs", "false", file, {})
    set_value("ampArgs", "--verbose --timeout 300", file, {})
    set_value("telemetry.export_formats", "jsonl, csv", file, {})
    loaded = load(file, {})
    assert loaded.settings.amp.json_logs is False
    assert loaded.settings.amp.args == ("--verbose", "--timeout", "300")
    assert loaded.settings.telemetry.export_formats == ("jsonl", "csv")


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("amp.timeot", "5m", "unknown setting amp.timeot"),
        ("amp..mode", "demo", "unknown setting"),
        ("amp", "demo", "group of settings"),
        ("amp.models.mine", "x", "group of settings"),
        ("amp.timeout", "soon", "a duration is"),
        ("ui.auto_update", "perhaps", "boolean"),
        ("amp.args", "'unclosed", "No closing quotation"),
        ("amp.prices.m.input", "1", "amp.prices.m.output: Field required"),
    ],
)
def test_a_wrong_key_or_value_is_refused_and_nothing_is_written(
    file: Path, key: str, text: str, words: str
) -> None:
    write(file, COMMENTED)
    with pytest.raises(ConfigError, match=words):
        set_value(key, text, file, {})
    assert file.read_text() == COMMENTED


def test_a_broken_file_is_reported_and_never_overwritten(file: Path) -> None:
    write(file, "amp: ]\nui: {theme: system}\n")
    with pytest.raises(ConfigError, match=r"config\.yaml:1: "):
        set_value("ui.theme", "gruvbox", file, {})
    with pytest.raises(ConfigError, match=r"config\.yaml:1: "):
        unset("ui.theme", file, {})
    assert file.read_text() == "amp: ]\nui: {theme: system}\n"


def test_a_file_that_uses_anchors_is_left_alone_rather_than_damaged(file: Path) -> None:
    text = "amp:\n  models:\n    a: &shared\n      args: --model a\n    b: *shared\n"
    write(file, text)
    with pytest.raises(ConfigError, match="cannot be changed safely"):
        set_value("amp.models.b.args", "--model b", file, {})
    assert file.read_text() == text


def test_the_variable_that_overrules_a_setting_is_named(file: Path) -> None:
    assert set_value("ampPath", "/mine", file, {"AMP_CLI_PATH": "/env"}).overruled_by == "AMP_CLI_PATH"
    assert set_value("ampPath", "/mine", file, {"AMP_CLI_PATH": ""}).overruled_by is None


def test_a_secret_goes_to_a_private_file_and_is_never_shown(file: Path) -> None:
    write(file, "ampEnv: {AMP_TOKEN: typed-by-hand, AMP_BIN: /bin/amp}\n")
    changed = set_value("ampEnv.AMP_TOKEN", "s3cret-value", file, {})
    assert changed.secret
    assert changed.path == file.with_name("secrets.json")
    assert "s3cret-value" not in file.read_text()
    assert "AMP_TOKEN" not in file.read_text()
    if sys.platform != "win32":
        assert stat.S_IMODE(changed.path.stat().st_mode) == 0o600
    loaded = load(file, {})
    assert loaded.settings.amp.env == {"AMP_BIN": "/bin/amp", "AMP_TOKEN": "s3cret-value"}
    assert get(loaded, "ampEnv.AMP_TOKEN") == "[redacted]"
    assert get(loaded, "amp.env") == {"AMP_BIN": "/bin/amp", "AMP_TOKEN": "[redacted]"}
    assert "s3cret-value" not in json.dumps([shown.value for shown in listing(loaded)])


def test_a_secret_can_be_forgotten(file: Path) -> None:
    set_value("ampEnv.AMP_TOKEN", "s3cret-value", file, {})
    set_value("ampEnv.AMP_API_KEY", "another-value", file, {})
    unset("ampEnv.AMP_TOKEN", file, {})
    assert load(file, {}).settings.amp.env == {"AMP_API_KEY": "another-value"}
    unset("amp.env", file, {})
    assert load(file, {}).settings.amp.env == {}


def test_unsetting_what_is_not_set_changes_nothing(file: Path) -> None:
    unset("amp.timeout", file, {})
    assert not file.exists()
    write(file, COMMENTED)
    unset("amp.timeout", file, {})
    assert file.read_text() == COMMENTED


@pytest.mark.skipif(sys.platform == "win32", reason="needs permissions and links of POSIX")
def test_a_linked_settings_file_stays_linked_and_keeps_its_permissions(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.yaml"
    real.write_text("ui: {theme: system}\n")
    real.chmod(0o640)
    file.parent.mkdir()
    file.symlink_to(real)
    set_value("ui.theme", "gruvbox", file, {})
    assert file.is_symlink()
    assert real.read_text() == 'ui: {theme: "gruvbox"}\n'
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_changes_made_at_once_are_all_kept(file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: set_value(f"amp.env.NAME_{n}", f"value {n}", file, {}), range(24)))
    assert load(file, {}).settings.amp.env == {f"NAME_{n}": f"value {n}" for n in range(24)}
    assert sorted(path.name for path in file.parent.iterdir()) == [".config.yaml.lock", "config.yaml"]


def test_listing_shows_value_default_and_origin(file: Path) -> None:
    write(file, "amp: {timeout: 300, models: {mine: {args: --model mine}}}")
    shown = {entry.key: entry for entry in listing(load(file, {"AMP_CLI_PATH": "/env/amp"}))}
    assert (shown["amp.timeout"].value, shown["amp.timeout"].default) == ("5m", "30m")
    assert shown["amp.timeout"].origin == "file"
    assert shown["amp.cli_path"].origin == "environment"
    assert shown["git.commit_prefix"].origin == "default"
    assert shown["amp.models.mine.args"].value == ["--model", "mine"]
    assert get(load(file, {}), "ui") == {"theme": "gruvbox", "auto_update": False}
