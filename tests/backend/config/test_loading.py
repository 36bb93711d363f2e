"""Settings come from the file, the environment and options, each over the last, and say where from."""

from pathlib import Path

import pytest

from ampsm_app.backend.config.settings import Settings, load
from ampsm_app.backend.domain.errors import ConfigError

SEEDS = """\
git:
  default_base_branch: "main"
  commit_prefix: "amp:"
amp:
  default_model: "claude-3-5-sonnet"
  timeout: "300s"
notifications:
  desktop: true
telemetry:
  enabled: true
  export_formats: ["jsonl", "csv"]
ui:
  theme: "gruvbox"
  auto_update: true
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def failure(file: Path, text: str, env: dict[str, str] | None = None) -> ConfigError:
    """What loading `text` complains about."""
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file, env or {})
    return caught.value


def test_without_a_file_everything_is_at_its_default(file: Path) -> None:
    loaded = load(file, {})
    assert loaded.settings == Settings()
    assert loaded.origins == {}
    assert loaded.settings.amp.timeout == 1800
    assert loaded.settings.git.default_base_branch is None


def test_settings_are_read_from_the_users_home(private_home: Path) -> None:
    (private_home / ".ampsm").mkdir()
    (private_home / ".ampsm" / "config.yaml").write_text("ui: {theme: high-contrast}")
    assert load().settings.ui.theme == "high-contrast"


def test_the_documented_example_loads(file: Path) -> None:
    file.write_text(SEEDS)
    settings = load(file, {}).settings
    assert settings.git.default_base_branch == "main"
    assert settings.amp.default_model == "claude-3-5-sonnet"
    assert settings.amp.timeout == 300
    assert settings.telemetry.export_formats == ("jsonl", "csv")
    assert settings.ui.auto_update is True


def test_environment_overrules_the_file_and_options_overrule_both(file: Path) -> None:
    file.write_text("amp: {cli_path: /file/amp, default_model: from-file}\nlogs: {level: error}\n")
    env = {"AMP_CLI_PATH": "/env/amp", "AMPSM_LOG_LEVEL": "DEBUG"}
    loaded = load(file, env, {"amp.default_model": "from-option", "amp.mode": None})
    assert loaded.settings.amp.cli_path == "/env/amp"
    assert loaded.settings.logs.level == "debug"
    assert loaded.settings.amp.default_model == "from-option"
    assert loaded.origin("amp.cli_path") == "environment"
    assert loaded.origin("amp.default_model") == "option"
    assert loaded.origin("amp.mode") == "default"


def test_an_empty_variable_counts_as_unset(file: Path) -> None:
    file.write_text("amp: {cli_path: /file/amp}")
    loaded = load(file, {"AMP_CLI_PATH": ""})
    assert loaded.settings.amp.cli_path == "/file/amp"
    assert loaded.origin("amp.cli_path") == "file"


def test_older_spellings_are_understood_and_todays_win(file: Path) -> None:
    file.write_text(
        "ampPath: /old/amp\nampArgs: --verbose --label 'two words'\nenableJSONLogs: false\n"
        "ampEnv: {AMP_BIN: /bin/amp, AMP_ENABLE_JSONL: true}\namp: {cli_path: /new/amp}\n"
    )
    amp = load(file, {}).settings.amp
    assert amp.cli_path == "/new/amp"
    assert amp.args == ("--verbose", "--label", "two words")
    assert amp.json_logs is False
    assert amp.env == {"AMP_BIN": "/bin/amp", "AMP_ENABLE_JSONL": "true"}


def test_arguments_and_json_switch_kept_in_the_agents_environment_count(file: Path) -> None:
    file.write_text("amp: {env: {AMP_ARGS: --verbose, AMP_ENABLE_JSONL: false}}")
    assert load(file, {}).settings.amp.args == ("--verbose",)
    assert load(file, {}).settings.amp.json_logs is False
    assert load(file, {"AMP_ARGS": "--quiet"}).settings.amp.args == ("--quiet",)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("300", 300),
        ("'300s'", 300),
        ("5m", 300),
        ("1h", 3600),
        ("1.5h", 5400),
        ("0.5", 0.5),
        ("' 2 M '", 120),
    ],
)
def test_durations_are_seconds_or_carry_their_unit(file: Path, written: str, seconds: float) -> None:
    file.write_text(f"amp: {{timeout: {written}}}")
    assert load(file, {}).settings.amp.timeout == seconds


@pytest.mark.parametrize("written", ["0", "-5", "5 days", "''", "true", ".inf", "[1]"])
def test_what_is_no_duration_is_refused_with_its_line(file: Path, written: str) -> None:
    error = failure(file, f"amp:\n  mode: demo\n  timeout: {written}\n")
    assert str(error).startswith(f"{file}:3: amp.timeout: ")
    assert error.details["line"] == 3


def test_models_and_prices_of_ones_own(file: Path) -> None:
    file.write_text(
        "amp:\n  models: {gpt-4.1: {args: [--model, gpt-4.1]}}\n"
        "  prices:\n    gpt-4.1: {input: 2, output: 8.5}\n"
    )
    amp = load(file, {}).settings.amp
    assert amp.models["gpt-4.1"].args == ("--model", "gpt-4.1")
    assert amp.prices["gpt-4.1"].output == 8.5
    assert "amp.prices.gpt-4.1.output" in load(file, {}).origins


def test_unknown_key_is_named_with_its_line_and_the_nearest_known(file: Path) -> None:
    error = failure(file, "# mine\namp:\n  mode: demo\n  timeuot: 5m\n")
    assert str(error) == f"{file}:4: unknown setting amp.timeuot"
    assert error.hint == "did you mean amp.timeout?"
    assert error.exit_status == 2


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("git: [1\nui: {}\n", 2, "expected"),
        ("git:\n\tcommit_prefix: x\n", 2, "cannot start"),
        ("git:\n  commit_prefix: a\n  commit_prefix: b\n", 3, "second time"),
        ("- git\n", 1, "name: value"),
        ("ui:\n  theme: purple\n", 2, "ui.theme: Input should be 'gruvbox'"),
        ("git:\n  manual_commits: maybe\n", 2, "git.manual_commits"),
        ("amp: demo\n", 1, "group of settings"),
        ("\namp:\n  prices:\n    m: {input: 1}\n", 4, "amp.prices.m.output: Field required"),
        ("amp: {server_url: localhost}\n", 1, "amp.server_url"),
        ("telemetry:\n  export_formats: [jsonl, word]\n", 2, "telemetry.export_formats.1"),
        ("backups: {keep_days: 0}\n", 1, "backups.keep_days"),
        ("git: &a\n  commit_prefix: *b\n", 2, "alias"),
    ],
)
def test_a_file_that_cannot_be_used_is_reported_with_its_line(
    file: Path, text: str, line: int, words: str
) -> None:
    error = failure(file, text)
    assert str(error).startswith(f"{file}:{line}: ")
    assert words in str(error)


def test_a_wrong_variable_is_named(file: Path) -> None:
    error = failure(file, "", {"AMPSM_LOG_LEVEL": "loud"})
    assert str(error).startswith("AMPSM_LOG_LEVEL: logs.level: ")


def test_a_wrong_option_is_named(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"^amp\.timeout: a duration"):
        load(file, {}, {"amp.timeout": "soon"})


def test_a_file_in_another_encoding_is_reported(file: Path) -> None:
    file.write_bytes(b"git: {commit_prefix: \xff\xfe}")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(file, {})


def test_empty_groups_and_values_mean_nothing_and_a_byte_order_mark_is_no_matter(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfamp:\nui:\n  theme:\n")
    assert load(file, {}).settings == Settings()
    file.write_text("# nothing but words\n")
    assert load(file, {}).settings == Settings()


def test_numbers_are_taken_where_a_text_is_meant(file: Path) -> None:
    file.write_text("git: {default_base_branch: 2024}\namp: {env: {RETRIES: 3}}")
    settings = load(file, {}).settings
    assert settings.git.default_base_branch == "2024"
    assert settings.amp.env == {"RETRIES": "3"}
