"""Where the binary is looked for, in which order, and what is said of each place."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from ampsm_app.backend.agents.demo import demo_argv
from ampsm_app.backend.agents.discovery import Finder
from ampsm_app.backend.domain.errors import AgentError
from ampsm_app.backend.exec.executor import Executor


class Machine:
    """A home and an environment of their own to look in."""

    def __init__(self, root: Path, executor: Executor) -> None:
        self.root = root
        self.environment: dict[str, str] = {"PATH": str(root / "bin")}
        self.executor = executor

    def program(self, path: str, text: str = "#!/bin/sh\n", mode: int = 0o755) -> str:
        """Make a program."""
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text)
        full.chmod(mode)
        return str(full)

    def finder(self, platform: str = "linux") -> Finder:
        """Something that looks in this machine only."""
        return Finder(
            self.executor, environment=self._environment, home=lambda: self.root / "home", platform=platform
        )

    def _environment(self) -> Mapping[str, str]:
        return self.environment


@pytest.fixture
def machine(tmp_path: Path, executor: Executor) -> Machine:
    return Machine(tmp_path / "machine", executor)


def test_the_order(machine: Machine) -> None:
    on_path = machine.program("bin/amp")
    assert machine.finder().find().argv == (on_path,)
    local = machine.program("home/.local/bin/amp")
    assert machine.finder().find().argv == (local,)
    own = machine.program("home/.amp/bin/amp")
    assert machine.finder().find().argv == (own,)
    machine.environment["AMP_BIN"] = machine.program("elsewhere/my amp")
    assert machine.finder().find().argv == (machine.environment["AMP_BIN"],)
    named = machine.program("named/amp")
    found = machine.finder().find(mode="local-cli", cli_path=named, origin="AMP_CLI_PATH")
    assert (found.argv, found.path, found.source) == ((named,), Path(named), "AMP_CLI_PATH")


def test_each_place_is_remembered(machine: Machine) -> None:
    machine.program("home/.amp/bin/amp", mode=0o644)
    machine.program("bin/amp")

    places = machine.finder().find().places

    assert [(place.source, place.found, place.note) for place in places] == [
        ("~/.amp/bin", False, "not executable"),
        ("~/.local/bin", False, "no such file"),
        ("PATH", True, "found"),
    ]


def test_a_named_path_is_used_or_nothing_is(machine: Machine) -> None:
    machine.program("bin/amp")

    wrong = machine.finder().find(cli_path="/no/such/amp", origin="amp.cli_path")
    assert (wrong.argv, len(wrong.places)) == ((), 1)
    machine.environment["AMP_BIN"] = "/gone/amp"
    assert machine.finder().find().argv == ()


def test_nothing_found_is_an_error_that_names_every_place(machine: Machine) -> None:
    with pytest.raises(AgentError) as caught:
        machine.finder().find().required()

    assert (caught.value.code, caught.value.exit_status) == ("agent_not_found", 6)
    assert "~/.amp/bin: no such file" in caught.value.message
    assert "PATH: no amp in it" in caught.value.message


def test_a_javascript_file_runs_under_node(machine: Machine) -> None:
    script = machine.program("amp/dist/main.js", mode=0o644)
    without = machine.finder().find(cli_path=script)
    assert (without.argv, without.places[0].note) == ((), "needs node, which is not in PATH")

    node = machine.program("bin/node")
    assert machine.finder().find(cli_path=script).argv == (node, script)


def test_variables_of_the_users_own_settings_count(machine: Machine) -> None:
    named = machine.program("x/amp")

    assert machine.finder().find(own_environment={"AMP_BIN": named}).source == "AMP_BIN"


def test_a_home_folder_and_a_bare_name(machine: Machine, private_home: Path) -> None:
    tool = private_home / "tools" / "amp"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    assert machine.finder().find(cli_path="~/tools/amp").argv == (str(tool),)

    dev = machine.program("bin/amp-dev")
    machine.environment["AMP_BIN"] = "amp-dev"
    assert machine.finder().find().argv == (dev,)


def test_a_relative_path_is_relative_to_where_the_user_stands_now(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = machine.program("here/tools/amp")
    monkeypatch.chdir(machine.root / "here")

    assert machine.finder().find(cli_path="./tools/amp").argv == (named,)
    assert machine.finder().find(cli_path="tools/gone").places[0].path == str(
        machine.root / "here/tools/gone"
    )


def test_the_demo_agent_is_built_in(machine: Machine) -> None:
    found = machine.finder().find(mode="demo", cli_path="/ignored")

    assert (found.argv, found.source) == (demo_argv(), "demo")
    assert found.path is not None
    assert found.path.is_file()


def test_on_macos_the_login_shell_is_asked_for_its_path_once(machine: Machine) -> None:
    amp = machine.program("homebrew/amp")
    counter = machine.root / "asked"
    machine.environment["SHELL"] = machine.program(
        "bin/zsh",
        f"#!/bin/sh\necho asked >> '{counter}'\necho 'Welcome!'\necho 'PATH={machine.root}/homebrew:/bin'\n",
    )
    finder = machine.finder("darwin")

    found = [finder.find(), finder.find()]

    assert [each.argv for each in found] == [(amp,), (amp,)]
    assert found[0].search_path == f"{machine.root}/homebrew:/bin"
    assert found[0].places[-1].source == "PATH of the login shell"
    assert counter.read_text() == "asked\n"


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho PATH\n"])
def test_a_login_shell_that_does_not_answer_is_no_harm(machine: Machine, text: str) -> None:
    machine.environment["SHELL"] = machine.program("bin/zsh", text)

    assert machine.finder("darwin").find().argv == ()
    machine.environment["SHELL"] = os.devnull
    assert machine.finder("darwin").find().argv == ()
