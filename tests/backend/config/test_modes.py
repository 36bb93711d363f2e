"""Which agent runs: option over session over environment over settings."""

from pathlib import Path

import pytest

from ampsm_app.backend.config.modes import EffectiveMode, deciding_variables, effective_mode
from ampsm_app.backend.config.settings import Loaded, load
from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.domain.sessions import AgentChoice

CLI, SERVER = "AMP_CLI_PATH", "AMP_SERVER_URL"
LOCAL, OTHER = "https://localhost:7002", "http://127.0.0.1:9"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


@pytest.fixture
def bin_dir(tmp_path: Path) -> str:
    return str(tmp_path / "bin")


def settings(path: Path, text: str = "", **env: str) -> Loaded:
    """The settings of a file and an environment."""
    path.write_text(text)
    return load(path, env)


def test_production_with_the_discovered_binary_by_default(path: Path) -> None:
    assert effective_mode(settings(path)) == EffectiveMode("production", None, None, "default")


def test_a_path_alone_names_the_binary_of_production(path: Path, bin_dir: str) -> None:
    loaded = settings(path, f"ampPath: {bin_dir}/amp")
    assert effective_mode(loaded) == EffectiveMode("production", f"{bin_dir}/amp", None, "default")
    switched = settings(path, f"amp: {{mode: production, cli_path: {bin_dir}/amp}}")
    assert effective_mode(switched).cli_path is None


def test_the_settings_choose_where_nobody_else_does(path: Path, bin_dir: str) -> None:
    both = f"cli_path: {bin_dir}/amp, server_url: '{LOCAL}'"
    local_cli = effective_mode(settings(path, f"amp: {{mode: local-cli, {both}}}"))
    assert local_cli == EffectiveMode("local-cli", f"{bin_dir}/amp", None, "settings")
    local_server = effective_mode(settings(path, f"amp: {{mode: local-server, {both}}}"))
    assert local_server == EffectiveMode("local-server", None, LOCAL, "settings")
    assert effective_mode(settings(path, f"amp: {{mode: demo, {both}}}")).mode == "demo"


def test_the_environment_decides_over_the_settings(path: Path, bin_dir: str) -> None:
    text = f"amp: {{mode: demo, cli_path: /file/amp, server_url: '{OTHER}'}}"
    cli = effective_mode(settings(path, text, AMP_CLI_PATH=f"{bin_dir}/amp"))
    assert cli == EffectiveMode("local-cli", f"{bin_dir}/amp", None, "environment", (CLI,))
    server = effective_mode(settings(path, text, AMP_SERVER_URL=LOCAL))
    assert server == EffectiveMode("local-server", None, LOCAL, "environment", (SERVER,))
    both = effective_mode(settings(path, text, AMP_CLI_PATH=f"{bin_dir}/amp", AMP_SERVER_URL=LOCAL))
    assert both == EffectiveMode("local-server", f"{bin_dir}/amp", LOCAL, "environment", (CLI, SERVER))


def test_empty_variables_decide_nothing(path: Path) -> None:
    assert effective_mode(settings(path, AMP_CLI_PATH="", AMP_SERVER_URL="")).origin == "default"
    assert deciding_variables({"AMP_CLI_PATH": "", "AMP_SERVER_URL": LOCAL}) == ("AMP_SERVER_URL",)


def test_the_sessions_own_choice_stands_over_the_environment(path: Path, bin_dir: str) -> None:
    loaded = settings(path, AMP_SERVER_URL=LOCAL)
    assert effective_mode(loaded, session=AgentChoice(mode="demo")).mode == "demo"
    pinned = AgentChoice(mode="local-cli", cli_path=f"{bin_dir}/mine")
    assert effective_mode(loaded, session=pinned) == EffectiveMode(
        "local-cli", f"{bin_dir}/mine", None, "session"
    )


def test_an_option_stands_over_everything(path: Path, bin_dir: str) -> None:
    loaded = settings(path, AMP_CLI_PATH=f"{bin_dir}/env")
    session = AgentChoice(mode="demo")
    assert effective_mode(loaded, AgentChoice(mode="production"), session) == EffectiveMode(
        "production", None, None, "option"
    )
    assert effective_mode(loaded, AgentChoice(cli_path=f"{bin_dir}/mine"), session) == EffectiveMode(
        "local-cli", f"{bin_dir}/mine", None, "option"
    )


def test_a_server_alone_uses_the_discovered_binary_unless_one_is_named_beside_it(
    path: Path, bin_dir: str
) -> None:
    option = AgentChoice(server_url=LOCAL)
    text = f"amp: {{cli_path: {bin_dir}/file}}"
    assert effective_mode(settings(path, text), option).cli_path is None
    beside = settings(path, text, AMP_CLI_PATH=f"{bin_dir}/env")
    assert effective_mode(beside, option) == EffectiveMode(
        "local-server", f"{bin_dir}/env", LOCAL, "option", (CLI,)
    )


def test_a_binary_alone_stays_on_the_server_that_the_environment_names(path: Path, bin_dir: str) -> None:
    loaded = settings(path, AMP_SERVER_URL=LOCAL)
    chosen = effective_mode(loaded, AgentChoice(cli_path=f"{bin_dir}/mine"))
    assert chosen == EffectiveMode("local-server", f"{bin_dir}/mine", LOCAL, "option", (SERVER,))


def test_a_mode_by_name_takes_its_parts_from_below(path: Path, bin_dir: str) -> None:
    loaded = settings(path, f"amp: {{cli_path: {bin_dir}/file, server_url: '{OTHER}'}}")
    assert effective_mode(loaded, AgentChoice(mode="local-cli")).cli_path == f"{bin_dir}/file"
    assert effective_mode(loaded, AgentChoice(mode="local-server")).server_url == OTHER
    named = effective_mode(loaded, AgentChoice(mode="local-server", server_url=LOCAL))
    assert (named.server_url, named.cli_path) == (LOCAL, None)


def test_what_a_mode_still_needs_is_named(path: Path) -> None:
    loaded = settings(path)
    assert effective_mode(loaded, AgentChoice(mode="local-cli")).missing == "amp.cli_path"
    assert effective_mode(loaded, AgentChoice(mode="local-server")).missing == "amp.server_url"
    assert effective_mode(loaded).missing is None


def test_a_contradiction_is_refused(path: Path) -> None:
    with pytest.raises(InvalidInput, match="mode production takes neither"):
        effective_mode(settings(path), AgentChoice(mode="production", cli_path="/bin/amp"))


def test_paths_work_from_any_folder_and_bare_names_are_left_to_the_search_path(
    path: Path, private_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = settings(path)
    for given, used in [
        ("~/bin/amp", str(private_home / "bin" / "amp")),
        (str(Path("tools") / "main.js"), str(tmp_path / "tools" / "main.js")),
        ("amp-nightly", "amp-nightly"),
    ]:
        assert effective_mode(loaded, AgentChoice(cli_path=given)).cli_path == used
