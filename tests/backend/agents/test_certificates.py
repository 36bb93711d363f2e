"""Trust in a local server's own certificate, and in nothing else."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampsm_app.backend.agents.certificates import is_loopback, loopback_certificate
from tests.backend.agents.tls import TlsServer, make_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path)


@pytest.fixture
def server(certificate: Path) -> Iterator[int]:
    listening = TlsServer(certificate)
    yield listening.port
    listening.close()


def test_a_self_signed_server_of_this_machine(server: int, certificate: Path, tmp_path: Path) -> None:
    made = loopback_certificate(f"https://localhost:{server}/", tmp_path / "data", {})

    assert made is not None
    assert made.read_text().strip() in certificate.read_text()
    assert made.stat().st_mode & 0o777 == 0o600
    context = ssl.create_default_context(cafile=str(made))
    with socket.create_connection(("127.0.0.1", server)) as plain:
        context.wrap_socket(plain, server_hostname="localhost").close()


def test_what_the_user_trusts_already_stays(server: int, tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text("-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----")

    made = loopback_certificate(f"https://127.0.0.1:{server}", tmp_path, {"NODE_EXTRA_CA_CERTS": str(own)})

    assert made is not None
    assert made.read_text().startswith(own.read_text() + "\n-----BEGIN CERTIFICATE-----")


def test_other_servers_are_left_to_the_usual_checks(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for url in (
        f"https://127.0.0.1:{port}",
        f"http://127.0.0.1:{port}",
        "https://ampcode.example/",
        "x",
        "https://",
    ):
        assert loopback_certificate(url, tmp_path / "data", {}) is None
    assert not (tmp_path / "data").exists()


def test_which_hosts_can_only_be_this_machine() -> None:
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.8.9.1", "::1", "amp.localhost"))
    assert not any(
        is_loopback(host) for host in ("localhost.evil.org", "10.0.0.1", "0.0.0.0", "", "example.org")
    )
