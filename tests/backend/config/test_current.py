"""The settings that a long-running process works with."""

import os
from pathlib import Path

import pytest

from ampsm_app.backend.config.current import Current
from ampsm_app.backend.domain.errors import ConfigError


@pytest.fixture
def file(private_home: Path) -> Path:
    path = private_home / ".ampsm" / "config.yaml"
    path.parent.mkdir()
    path.write_text("amp:\n  timeout: 100\n")
    return path


def test_what_did_not_change_is_made_once(file: Path) -> None:
    current = Current(os.environ)
    assert current.loaded() is current.loaded()
    assert current.redactor() is current.redactor()


def test_a_change_of_the_file_takes_effect_at_once_even_at_the_same_time_and_size(file: Path) -> None:
    current = Current(os.environ)
    before, stat = current.loaded(), file.stat()
    fresh = file.with_name("fresh")
    fresh.write_text("amp:\n  timeout: 200\n")
    os.utime(fresh, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    fresh.replace(file)
    assert (before.settings.amp.timeout, current.loaded().settings.amp.timeout) == (100, 200)
    file.unlink()
    assert current.loaded().settings.amp.timeout != 200


def test_a_variable_takes_effect_at_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    current = Current(os.environ)
    assert current.redactor().redact("say hunter2hunter2") == "say hunter2hunter2"
    monkeypatch.setenv("MY_PASSWORD", "hunter2hunter2")
    monkeypatch.setenv("AMP_SERVER_URL", "https://localhost:1")
    assert current.redactor().redact("say hunter2hunter2") == "say [redacted]"
    assert current.loaded().origin("amp.server_url") == "environment"


def test_a_secret_that_is_set_later_is_hidden_from_then_on(file: Path) -> None:
    current = Current(os.environ)
    assert current.redactor().redact("abcdefgh12345678") == "abcdefgh12345678"
    file.with_name("secrets.json").write_text('{"AMP_API_KEY": "abcdefgh12345678"}')
    assert current.redactor().redact("abcdefgh12345678") == "[redacted]"


def test_a_broken_file_is_told_each_time(file: Path) -> None:
    current = Current(os.environ)
    file.write_text("amp: [")
    for _ in range(2):
        with pytest.raises(ConfigError):
            current.loaded()
