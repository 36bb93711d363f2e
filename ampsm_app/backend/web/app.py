"""The Flask application: the page, its files, and a health check. Everything else goes over the socket."""

import secrets
from importlib.resources import files
from pathlib import Path

from flask import Flask, Response, abort, g, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from ampsm_app.backend.web.security import Gate, cookie_name, security_headers

NONCE_PLACEHOLDER = "__CSP_NONCE__"


def frontend_folder() -> Path:
    """Where the built page lies, in a checkout, a wheel and a bundle."""
    return Path(str(files("ampsm_app") / "frontend" / "dist"))


def make_app(gate: Gate, folder: Path) -> Flask:
    """An application that serves `folder` to whoever passed the gate."""
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def admit() -> AnyResponse | None:
        g.nonce = secrets.token_urlsafe(16)
        if request.path == "/health":
            return None
        token = request.args.get("token")
        if request.path == "/" and token is not None and gate.redeem(token):
            answer = redirect("/", 303)
            answer.set_cookie(cookie_name(request), gate.cookie, httponly=True, samesite="Strict", path="/")
            return answer
        if not gate.admits(request):
            abort(403)
        return None

    @app.after_request
    def protect(answer: Response) -> Response:
        for name, value in security_headers(g.get("nonce", "")).items():
            answer.headers[name] = value
        return answer

    @app.get("/health")
    def health() -> dict[str, bool]:
        return {"ok": True}

    @app.get("/")
    def page() -> Response:
        text = (folder / "index.html").read_text(encoding="utf-8").replace(NONCE_PLACEHOLDER, g.nonce)
        return Response(text, mimetype="text/html", headers={"Cache-Control": "no-store"})

    @app.get("/<path:name>")
    def asset(name: str) -> Response:
        answer = send_from_directory(folder, name)
        if name.startswith("assets/"):
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer

    return app
