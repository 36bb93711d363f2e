"""A process is more than its number."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from ampsm_app.backend.exec.identity import ProcessIdentity


def test_this_process_is_alive_and_survives_being_written_down() -> None:
    identity = ProcessIdentity.current()

    assert identity.pid == os.getpid()
    assert identity.alive()
    assert ProcessIdentity.parse(str(identity)) == identity


def test_a_process_that_ended_is_not_alive_even_before_its_status_is_taken() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        identity = ProcessIdentity.of(process.pid)
        assert identity is not None
        assert identity.alive()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert not identity.alive()

    assert not identity.alive()
    assert ProcessIdentity.of(process.pid) is None


def test_the_same_number_is_not_the_same_process() -> None:
    identity = ProcessIdentity.current()

    assert not replace(identity, create_time=1.0).alive()
    assert not replace(identity, boot_id="another boot").alive()


@pytest.mark.parametrize("text", ["", "12", "a:b:c", "1:2:3:4"])
def test_what_is_no_identity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|literal|convert"):
        ProcessIdentity.parse(text)
