"""Who may talk to the server: one page, opened with a token that works once, from our own address."""

import hmac
import secrets
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Request

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gate:
    """Tokens and the cookie they are exchanged for. The two never have the same value."""

    def __init__(self) -> None:
        self.cookie = secrets.token_urlsafe(32)
        # Guards the tokens: two requests with one token must not both pass.
        self._lock = threading.Lock()
        self._tokens: set[str] = set()

    def issue(self) -> str:
        """A token that opens the page once."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens.add(token)
        return token

    def redeem(self, token: str) -> bool:
        """Whether the token was valid; it is not any more."""
        with self._lock:
            match = next((each for each in self._tokens if _same(each, token)), None)
            if match is None:
                return False
            self._tokens.discard(match)
            return True

    def admits(self, request: Request) -> bool:
        """Whether the request carries the cookie."""
        return _same(request.cookies.get(cookie_name(request), ""), self.cookie)


def cookie_name(request: Request) -> str:
    """The name of the cookie: browsers keep one jar for all ports of an address, and two servers may run."""
    return f"ampsm-{request.environ['SERVER_PORT']}"


class OriginGuard:
    """Answers 421 to any Host and 403 to any Origin but our own, before anything else sees the request.

    It must be wrapped around everything, the socket included: a page that rebinds its DNS name to this
    machine sends its own name as Host, and a foreign page that connects a socket its own Origin.
    """

    def __init__(self, app: WsgiApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = frozenset(f"http://{host}" for host in hosts)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("HTTP_HOST", "") not in self._hosts:
            return _refuse(start_response, "421 Misdirected Request")
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and origin not in self._origins:
            return _refuse(start_response, "403 Forbidden")
        return self._app(environ, start_response)


def security_headers(nonce: str) -> dict[str, str]:
    """Headers of every answer. Styles may be added by the editor component, with the page's nonce only."""
    policy = (
        "default-src 'none'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _same(given: str, ours: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), ours.encode())


def _refuse(start_response: Callable[..., Any], status: str) -> list[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]
