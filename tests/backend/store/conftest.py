"""A database for each test, and the nouns that the tests are about."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.store.database import Database, open_database

Make = Callable[..., Session]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database would be: a folder that does not exist, with a name that needs care."""
    return tmp_path / "app 100% ü#?" / "sessions.sqlite"


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in it, to copy: making one takes a hundred times as long."""
    made = tmp_path_factory.mktemp("blank") / "sessions.sqlite"
    open_database(made).close()
    return made


@pytest.fixture
def db(path: Path, blank: Path) -> Iterator[Database]:
    """An open, empty database."""
    path.parent.mkdir()
    shutil.copyfile(blank, path)
    with open_database(path) as database:
        yield database


def make_session(id_: str = "s1", **fields: object) -> Session:
    """A session as `new` would make it."""
    known = {
        "id": id_,
        "name": f"Session {id_}",
        "status": SessionStatus.IDLE,
        "prompt": "Add a file",
        "repo_root": "/repos/one",
        "base_branch": "main",
        "base_commit": "0" * 40,
        "branch": f"amp/{id_}/20261120-101502",
        "worktree_path": f"/repos/one/.worktrees/{id_}",
        "created_at": utc_now(),
    }
    return Session.model_validate({**known, **fields})


def everyone_lives(_owner: str) -> bool:
    """The liveness of owners in tests that are not about it."""
    return True


def nobody_lives(_owner: str) -> bool:
    """The liveness of owners after a crash."""
    return False
