"""Who may talk to the server, and what every answer forbids."""

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from socketio.exceptions import ConnectionError as Refused  # type: ignore[import-untyped]

from ampsm_app.backend.domain.errors import InvalidInput
from ampsm_app.backend.web.server import Server
from tests.backend.web.conftest import Site
from tests.support.web import Headers, Visitor, enter, get, visiting
from tests.support.world import World


def token(url: str) -> str:
    return url.partition("token=")[2]


def test_a_token_opens_the_page_once_and_is_exchanged_for_a_cookie(site: Site) -> None:
    url = site.server.page_url()

    first = get(site.port, f"/?token={token(url)}")
    assert (first.status, first.headers["Location"]) == (303, "/")
    kept = str(first.headers["Set-Cookie"])
    assert "HttpOnly" in kept
    assert "SameSite=Strict" in kept
    assert token(url) not in kept

    assert get(site.port, f"/?token={token(url)}").status == 403
    assert get(site.port, f"/?token={site.server.gate.cookie}").status == 403
    assert get(site.port, "/", {"Cookie": kept.partition(";")[0]}).status == 200


def test_two_servers_in_one_browser_do_not_take_each_others_cookies(site: Site, folder: Path) -> None:
    other = Server(site.world.core, folder=folder)
    try:
        theirs = enter(other.start())
        jar = {"Cookie": f"{site.cookie['Cookie']}; {theirs['Cookie']}"}
        assert get(site.port, "/", jar).status == 200
        assert get(other.port, "/", jar).status == 200
        assert get(other.port, "/", site.cookie).status == 403
    finally:
        other.stop()


@pytest.mark.parametrize("cookie", [{}, {"Cookie": "ampsm=x"}, {"Cookie": "ampsm-{port}=\xfc"}])
def test_without_the_cookie_there_is_nothing(site: Site, cookie: Headers) -> None:
    wrong = {name: value.format(port=site.port) for name, value in cookie.items()}
    for path in ("/", "/assets/page.js", "/nothing"):
        answer = get(site.port, path, wrong)
        assert answer.status == 403
        assert b"export" not in answer.body
    with pytest.raises(Refused):
        Visitor(site.port, wrong).connect()


def test_only_its_health_is_told_to_anybody(site: Site) -> None:
    assert json.loads(get(site.port, "/health").body) == {"ok": True}


@pytest.mark.parametrize("path", ["/", "/health", "/assets/page.js", "/socket.io/?EIO=4&transport=polling"])
def test_another_host_or_origin_is_refused_before_anything_else(site: Site, path: str) -> None:
    for host in ("evil.example", f"evil.example:{site.port}", "127.0.0.1", ""):
        assert site.get(path, {"Host": host}).status == 421
    for origin in ("http://evil.example", f"https://127.0.0.1:{site.port}", "null", "http://127.0.0.1"):
        assert site.get(path, {"Origin": origin}).status == 403
    own = f"localhost:{site.port}"
    assert site.get(path, {"Host": own, "Origin": f"http://{own}"}).status == 200


def test_a_foreign_page_cannot_connect_a_socket(site: Site) -> None:
    with pytest.raises(Refused):
        Visitor(site.port, {**site.cookie, "Origin": "http://evil.example"}).connect()


def test_every_answer_has_a_strict_policy_with_a_nonce_of_its_own(site: Site) -> None:
    nonces = set()
    for path in ("/", "/", "/assets/page.js", "/nothing"):
        answer = site.get(path)
        policy = {name: rest for name, _, rest in (each.strip().partition(" ") for each in policy_of(answer))}
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        found = re.fullmatch(r"'self' 'nonce-([\w-]{20,})'", policy["style-src"])
        assert found is not None
        nonces.add(found[1])
        if path == "/":
            assert f'content="{found[1]}"' in answer.text
            assert answer.headers["Cache-Control"] == "no-store"
    assert len(nonces) == 4


def policy_of(answer: object) -> list[str]:
    return str(answer.headers["Content-Security-Policy"]).split(";")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/..\\secret.txt",
        "//etc/passwd",
        "/assets/%00",
        "/assets/",
    ],
)
def test_nothing_outside_the_built_page_is_served(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status in {308, 404}
    assert b"secret" not in answer.body


def test_files_with_a_hash_in_their_name_are_kept_by_the_browser(site: Site) -> None:
    answer = site.get("/assets/page.js")
    assert answer.text == "export {};"
    assert "javascript" in answer.headers["Content-Type"]
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_token_and_the_cookie_are_never_logged(
    site: Site,
    visit: Callable[[], Visitor],
    everything_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    url = site.server.page_url()
    enter(url)
    get(site.port, f"/?token={token(url)}")
    visit().ok("app:snapshot")
    visit().ask("no:such")

    captured = capfd.readouterr()
    logged = everything_logged.text + captured.out + captured.err
    assert token(url) not in logged
    assert site.server.gate.cookie not in logged


def test_an_address_that_others_reach_must_be_asked_for(world: World, folder: Path) -> None:
    with pytest.raises(InvalidInput, match="not an address of this machine"):
        Server(world.core, host="0.0.0.0", folder=folder)


def test_a_page_that_was_not_built_says_how(world: World, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not built") as caught:
        Server(world.core, folder=tmp_path).start()
    assert caught.value.hint == "make app"


def test_a_stopped_server_lets_go_of_its_port_and_its_visitors(world: World, folder: Path) -> None:
    server = Server(world.core, folder=folder)
    cookie = enter(server.start())
    port = server.port
    with visiting(port, cookie) as visitor:
        visitor.ok("events:follow", {"after_seq": 0})
        server.stop()
        visitor.wait_until_gone()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
