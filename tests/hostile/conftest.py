"""A machine with a repository, and commands as real processes."""

from collections.abc import Iterator

import pytest

from tests.kills.machine import Machine
from tests.kills.processes import await_quiet
from tests.kills.scenes import make_repository
from tests.kills.zygote import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    process = Zygote()
    yield process
    process.close()


@pytest.fixture
def machine(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("hostile"), zygote)
    make_repository(made)
    yield made
    assert await_quiet(made.root) == []
