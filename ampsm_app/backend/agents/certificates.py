"""Trust in the self-signed certificate of a server on this machine, without trusting any other more."""

import ipaddress
import os
import socket
import ssl
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

_ANSWER_S = 3.0


def loopback_certificate(
    server_url: str, folder: Path, environment: Mapping[str, str] | None = None
) -> Path | None:
    """A PEM file for `NODE_EXTRA_CA_CERTS` that holds the server's own certificate, or None.

    None where the address is not of this machine, not https, does not answer, or is trusted already. What
    the user has in `NODE_EXTRA_CA_CERTS` is kept in the file. The file stands in `folder`, 0600.
    """
    parts = urlsplit(server_url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not is_loopback(host):
        return None
    try:
        port = parts.port or 443
        if _trusted(host, port):
            return None
        pem = ssl.get_server_certificate((host, port), timeout=_ANSWER_S)
    except (OSError, ValueError):
        return None
    known = _known((os.environ if environment is None else environment).get("NODE_EXTRA_CA_CERTS"))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"server-{sha256(server_url.encode()).hexdigest()[:16]}.pem"
    draft = target.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(known + pem, "utf-8")
    draft.replace(target)
    return target


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _trusted(host: str, port: int) -> bool:
    context = ssl.create_default_context()
    with socket.create_connection((host, port), timeout=_ANSWER_S) as connection:
        try:
            with context.wrap_socket(connection, server_hostname=host):
                return True
        except ssl.SSLCertVerificationError:
            return False


def _known(path: str | None) -> str:
    try:
        text = Path(path).read_text("utf-8") if path else ""
    except (OSError, ValueError):
        return ""
    return text if text.endswith("\n") or not text else f"{text}\n"
