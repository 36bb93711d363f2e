"""A server of this machine with a certificate of its own making."""

import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from threading import Thread

import pytest


def make_certificate(folder: Path) -> Path:
    """A key and a certificate for localhost in one file; skips where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    both = folder / "server.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    argv = ["openssl", "req", "-x509", *key, "-days", "2", *subject, "-keyout", str(folder / "key")]
    subprocess.run([*argv, "-out", str(both)], check=True, capture_output=True)
    both.write_text((folder / "key").read_text() + both.read_text())
    return both


class TlsServer:
    """Answers every request with 401 and remembers the first lines of those that trusted it."""

    def __init__(self, certificate: Path) -> None:
        self.requests: list[str] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._open = True
        self._thread = Thread(target=self._serve)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """End it."""
        self._open = False
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while self._open:
            try:
                self._answer()
            except OSError:
                continue

    def _answer(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(2)
        with connection, self._context.wrap_socket(connection, server_side=True) as secure:
            asked = secure.recv(65536)
            if asked:
                self.requests.append(asked.split(b"\r\n")[0].decode())
                body = b'{"error":{"message":"Unauthorized"}}'
                head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n"
                secure.sendall(head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
