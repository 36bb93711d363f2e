"""One machine for each worker of pytest; its scenes are made once."""

from collections.abc import Iterator

import pytest

from tests.kills.machine import Machine
from tests.kills.stage import Stage
from tests.kills.zygote import Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    process = Zygote()
    yield process
    process.close()


@pytest.fixture(scope="session")
def stage(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(Machine(tmp_path_factory.mktemp("kills"), zygote))


@pytest.fixture(scope="session")
def stage_machine(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine without scenes."""
    return Machine(tmp_path_factory.mktemp("stops"), zygote)
