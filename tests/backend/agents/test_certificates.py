"""Trust in a local server's own certificate, and in nothing else."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from ampsm_app.backend.agents.certificates import is_loopback, loopback_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    both = tmp_path / "server.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    argv = ["openssl", "req", "-x509", *key, "-days", "2", *subject, "-keyout", str(tmp_path / "key")]
    subprocess.run([*argv, "-out", str(both)], check=True, capture_output=True)
    both.write_text((tmp_path / "key").read_text() + both.read_text())
    return both


@pytest.fixture
def server(certificate: Path) -> Iterator[int]:
    """A TLS server with a certificate of its own making."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    stopped = False

    def serve() -> None:
        while not stopped:
            try:
                connection, _ = listener.accept()
                connection.settimeout(2)
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                continue

    thread = Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    stopped = True
    thread.join()
    listener.close()


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
