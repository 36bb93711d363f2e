"""What is kept by key: probed agents, view state, trusted set-ups."""

import sqlite3
from contextlib import closing

import pytest

from ampsm_app.backend.store import probes, settings, trust
from ampsm_app.backend.store.database import Database


def test_a_probe_is_kept_until_the_next(db: Database) -> None:
    with db.read() as connection:
        assert probes.get(connection, "amp|1|2") is None
    with db.write() as connection:
        probes.put(connection, "amp|1|2", {"version": "1", "flags": ["--mode"]})
        probes.put(connection, "amp|1|2", {"version": "2", "path": "\udcff"})

    with db.read() as connection:
        assert probes.get(connection, "amp|1|2") == {"version": "2", "path": "\udcff"}
        assert probes.get(connection, "amp|1|3") is None


@pytest.mark.parametrize("value", [1, 0, -2.5, "dark", "5", "", True, False, [1, "a"], {"w": 1280}, "ü"])
def test_any_json_value_is_view_state(db: Database, value: object) -> None:
    with db.write() as connection:
        settings.put(connection, "key", "before")
        settings.put(connection, "key", value)

    with db.read() as connection:
        kept = settings.get(connection, "key")
        assert kept == value
        assert type(kept) is type(value)


def test_view_state_is_forgotten_with_none(db: Database) -> None:
    with db.write() as connection:
        settings.put(connection, "theme", "light")
        settings.put(connection, "rail", {"open": True})
        settings.put(connection, "theme", None)

    with db.read() as connection:
        assert settings.read_all(connection) == {"rail": {"open": True}}
        assert settings.get(connection, "theme", "gruvbox") == "gruvbox"


def test_a_corrupt_value_counts_as_none(db: Database) -> None:
    with db.write() as connection:
        settings.put(connection, "theme", "light")
        settings.put(connection, "size", 3)
        probes.put(connection, "amp", {})
    with closing(sqlite3.connect(db.path)) as plain:
        plain.execute("UPDATE settings SET value = '{' WHERE key = 'theme'")
        plain.execute("UPDATE probes SET value = '[' WHERE key = 'amp'")
        plain.commit()

    with db.read() as connection:
        assert settings.read_all(connection) == {"size": 3}
        assert probes.get(connection, "amp") is None


def test_trust_is_for_one_set_up_of_one_repository(db: Database) -> None:
    with db.write() as connection:
        trust.grant(connection, "/repos/one", "abc")
        trust.grant(connection, "/repos/one", "abc")

    with db.read() as connection:
        assert trust.is_trusted(connection, "/repos/one", "abc")
        assert not trust.is_trusted(connection, "/repos/one", "abd")
        assert not trust.is_trusted(connection, "/repos/two", "abc")
