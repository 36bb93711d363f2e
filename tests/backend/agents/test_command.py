"""What is run for a turn: arguments, input and environment in every generation and mode."""

import json
from pathlib import Path

import pytest

from ampsm_app.backend.agents.amp import Amp
from ampsm_app.backend.agents.base import AgentProfile, ExtraArgs, Request
from ampsm_app.backend.agents.demo import Demo
from ampsm_app.backend.agents.registry import agent_for, load_agent
from ampsm_app.backend.domain.errors import AgentError, ConfigError, InvalidInput, NotFound
from ampsm_app.backend.exec.command import Command
from tests.backend.agents.conftest import NEWEST, OF_2025, OF_JANUARY

CWD = Path("/repo")


def command(request: Request, profile: AgentProfile = NEWEST) -> Command:
    return Amp().command(profile, request, CWD)


@pytest.mark.parametrize(
    ("profile", "argv"),
    [
        (OF_2025, ("/opt/amp-2025", "--execute", "--dangerously-allow-all")),
        (
            OF_JANUARY,
            ("node", "/opt/amp-january/main.js", "--execute", "--stream-json", "--dangerously-allow-all"),
        ),
        (NEWEST, ("/opt/amp", "--execute", "--stream-json-thinking", "--dangerously-allow-all")),
    ],
)
def test_a_first_turn(profile: AgentProfile, argv: tuple[str, ...]) -> None:
    built = command(Request("Make it so"), profile)

    assert built.argv == argv
    assert built.stdin == b"Make it so"
    assert built.cwd == CWD


def test_the_prompt_is_never_an_argument() -> None:
    built = command(Request("--help me ; rm -rf / \ud83d é"))

    assert not any("help me" in word for word in built.argv)
    assert built.stdin == "--help me ; rm -rf / ? é".encode()


def test_a_further_turn_of_a_thread() -> None:
    built = command(
        Request("go on", thread_id="T-1", model="high"), OF_2025.model_copy(update={"modes": ("high",)})
    )

    assert built.argv[:5] == ("/opt/amp-2025", "threads", "continue", "T-1", "--execute")
    assert built.argv[-2:] == ("--mode", "high")


def test_the_users_arguments_come_last_as_they_are() -> None:
    extra = (ExtraArgs(("--verbose",), "ampArgs"), ExtraArgs(("--label", "a b"), "AMP_ARGS"))

    assert command(Request("x", model="low", extra_args=extra)).argv[-5:] == (
        "--mode",
        "low",
        "--verbose",
        "--label",
        "a b",
    )


def test_without_json_logs_no_stream_is_asked_for() -> None:
    built = command(Request("x", json_stream=False))

    assert not any(word.startswith("--stream") for word in built.argv)


def test_tools_may_be_kept_on_a_leash() -> None:
    assert "--dangerously-allow-all" not in command(Request("x", allow_all=False)).argv


def test_a_live_conversation() -> None:
    built = command(Request("hello\nthere", live=True))

    assert "--stream-json-input" in built.argv
    assert built.stdin == Amp().encode("hello\nthere")
    with pytest.raises(AgentError, match="cannot hold a live conversation"):
        command(Request("x", live=True), OF_2025)


def test_a_message_is_one_line_of_json() -> None:
    encoded = Amp().encode("a\nb “c” \ud800")

    assert encoded.count(b"\n") == 1
    assert json.loads(encoded)["message"]["content"] == [{"type": "text", "text": "a\nb “c” ?"}]


def test_production_means_production() -> None:
    built = command(Request("x", env={"AMP_URL": "https://elsewhere", "AMP_API_KEY": "k"}))

    assert built.env == {"AMP_API_KEY": "k"}
    assert "AMP_URL" in built.unset


def test_a_local_binary_keeps_its_server() -> None:
    assert "AMP_URL" not in command(Request("x", mode="local-cli")).unset
    built = command(Request("x", mode="local-cli", server_url="https://localhost:7002"))
    assert built.env == {"AMP_URL": "https://localhost:7002"}


def test_a_local_server_with_its_certificate() -> None:
    request = Request(
        "x", mode="local-server", server_url="https://localhost:7002", certificate=Path("/data/cert.pem")
    )

    assert command(request).env == {
        "AMP_URL": "https://localhost:7002",
        "NODE_EXTRA_CA_CERTS": "/data/cert.pem",
    }
    with pytest.raises(ConfigError):
        command(Request("x", mode="local-server"))


def test_the_demo_agent_gets_no_key() -> None:
    built = command(Request("x", mode="demo", env={"AMP_API_KEY": "k", "OTHER": "o"}))

    assert built.env == {"OTHER": "o"}
    assert {"AMP_URL", "AMP_API_KEY"} <= built.unset


def test_what_an_outer_amp_left_is_dropped() -> None:
    assert {"AMP_PWD", "AMP_CURRENT_THREAD_ID"} <= command(Request("x")).unset


def test_a_path_of_the_login_shell_reaches_the_agent() -> None:
    profile = NEWEST.model_copy(update={"search_path": "/opt/homebrew/bin:/bin"})

    assert command(Request("x"), profile).env["PATH"] == "/opt/homebrew/bin:/bin"
    assert command(Request("x", env={"PATH": "/mine"}), profile).env["PATH"] == "/mine"


def test_nothing_starts_with_a_wrong_model_or_a_broken_binary() -> None:
    with pytest.raises(InvalidInput):
        command(Request("x", model="gpt-5"), OF_JANUARY)
    with pytest.raises(AgentError) as caught:
        command(Request("x"), NEWEST.model_copy(update={"problem": "it is gone"}))
    assert caught.value.exit_status == 6


def test_agents_by_name_and_by_path() -> None:
    assert agent_for("production").name == "amp"
    assert isinstance(agent_for("demo"), Demo)
    assert load_agent("ampsm_app.backend.agents.demo:Demo").name == "demo"
    for name in ("nobody", "no.such.module:Agent", "json:Nothing"):
        with pytest.raises(NotFound):
            load_agent(name)
