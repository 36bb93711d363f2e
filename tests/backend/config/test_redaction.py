"""No secret is shown, logged or stored; files about to be committed are searched for them."""

import base64
import json
import os
import random
import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsm_app.backend.config.redaction import Found, Redactor, redactor_for
from ampsm_app.backend.config.secrets import is_secret_name
from ampsm_app.backend.config.tree import AmpSettings, Settings


def token(alphabet: str, length: int) -> str:
    """A token that no scanner of this repository takes for a real one, because it is made here and now."""
    return "".join(random.Random(length).choices(alphabet, k=length))


ALNUM, HEX = string.ascii_letters + string.digits, "0123456789abcdef"
PEM = "\n".join(["A" + token(ALNUM + "+/", 63)] * 8)
PGP = f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{PEM}\n-----END PGP PRIVATE KEY BLOCK-----"
SHAPES = {
    "AWS access key": "AKIA" + token(string.ascii_uppercase + string.digits, 16),
    "AWS secret key": "aws_secret_access_key = " + token(ALNUM + "/+", 40),
    "GitHub token": "ghp_" + token(ALNUM, 36),
    "GitHub token, fine-grained": "github_pat_" + token(ALNUM + "_", 82),
    "GitLab token": "glpat-" + token(ALNUM, 20),
    "Slack token": "xoxb-" + token(string.digits, 12) + "-" + token(ALNUM, 24),
    "Slack webhook": "https://hooks.slack.com/services/T" + token(ALNUM, 8) + "/B" + token(ALNUM, 8) + "/x1",
    "Stripe key": "sk_live_" + token(ALNUM, 24),
    "API key": "sk-" + token(ALNUM, 48),
    "API key, project": "sk-proj-" + token(ALNUM + "_-", 120),
    "API key, other": "sk-ant-api03-" + token(ALNUM + "_-", 95),
    "Amp token": "sgamp_user_" + token(ALNUM, 40),
    "Sourcegraph token": "sgp_" + token(HEX, 40),
    "Google key": "AIza" + token(ALNUM, 35),
    "npm token": "npm_" + token(ALNUM, 36),
    "PyPI token": "pypi-AgEIcHlwaS5vcmc" + token(ALNUM, 80),
    "SendGrid key": "SG." + token(ALNUM, 22) + "." + token(ALNUM, 43),
    "JSON web token": ".".join(
        base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
        for part in ('{"alg":"HS256","typ":"JWT"}', '{"sub":"1234567890"}', token(ALNUM, 32))
    ),
    "Azure storage key": "AccountKey=" + token(ALNUM, 86) + "==",
    "private key": f"-----BEGIN RSA PRIVATE KEY-----\n{PEM}\n-----END RSA PRIVATE KEY-----",
    "private key, PGP": PGP,
}
ONLY_HIDDEN = {
    "login token": "https://ampcode.com/auth?authToken=" + token(ALNUM, 30) + "&x=1",
    "password in a URL": "https://user:" + token(ALNUM, 12) + "@example.org/x.git",
    "authorization header": "Authorization: Bearer " + token(ALNUM, 30),
}
HONEST = [
    "task-1234567890abcdefghijklmnop risk-averse disk-usage-of-the-whole-machine-2024",
    "<div class='sk-circle-fade-dot sk-folding-cube-with-a-long-name'>",
    "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
    "-----BEGIN PUBLIC KEY-----\n" + PEM + "\n-----END PUBLIC KEY-----",
    "const token = process.env.API_KEY; keyboard.focus(); authToken=request.token",
    "postgres://user:password@localhost:5432/app  http://host:8080/a@b",
    "see https://example.org/a?b=c#d and git@github.com:owner/repo.git",
    "d41d8cd98f00b204e9800998ecf8427e 550e8400-e29b-41d4-a716-446655440000",
]


@pytest.mark.parametrize(
    "name",
    [
        "AMP_API_KEY", "GITHUB_TOKEN", "client-secret", "DB_PASSWORD", "AWS_CREDENTIALS", "KEY", "apiKey",
        "OPENAI_APIKEY", "PGPASSWORD", "TOKEN2", "SSH_PASSPHRASE", "NPM_AUTHTOKEN", "clientSecret",
        "SIGNING_KEYS",
    ],
)  # fmt: skip
def test_names_that_say_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "KEYRING",
        "KEYBOARD_LAYOUT",
        "MONKEY",
        "TOKENIZERS_PARALLELISM",
        "SECRETARY",
        "HOTKEYS",
        "TURKEY",
    ],
)
def test_names_that_only_sound_like_it(name: str) -> None:
    assert not is_secret_name(name)


def test_values_of_secret_variables_are_hidden_in_every_spelling() -> None:
    secret = 'pä"ss/wo+rd\\ 42'
    redactor = Redactor({"DB_PASSWORD": secret, "LANG": "C.UTF-8 is long enough"})
    for spelled in (
        secret,
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        json.dumps(json.dumps({"password": secret})),
        json.dumps(secret).replace("/", "\\/"),
        "https://host/?p=" + quote(secret, safe=""),
        "https://host/?p=p%c3%a4%22ss%2fwo%2brd%5c%2042",
        base64.b64encode(secret.encode()).decode(),
        base64.b64encode(b"user:" + secret.encode()).decode(),
        base64.urlsafe_b64encode(b"me:" + secret.encode() + b":tail").decode(),
    ):
        assert "[redacted]" in redactor.redact(f"before {spelled} after"), spelled
    assert redactor.redact("C.UTF-8 is long enough") == "C.UTF-8 is long enough"


def test_short_values_are_no_secrets() -> None:
    assert Redactor({"API_KEY": "1234567"}).redact("1234567") == "1234567"
    assert Redactor({"API_KEY": "12345678"}).redact("12345678") == "[redacted]"


def test_a_secret_that_is_part_of_another_leaves_nothing_of_it() -> None:
    redactor = Redactor({"A_TOKEN": "abcdefgh", "B_TOKEN": "abcdefgh-and-more"})
    assert redactor.redact("x abcdefgh-and-more y abcdefgh z") == "x [redacted] y [redacted] z"


def test_secrets_of_the_agents_environment_are_hidden_too() -> None:
    settings = Settings(
        amp=AmpSettings(env={"AMP_TOKEN": "from-the-settings", "AMP_BIN": "/usr/local/bin/amp"})
    )
    redactor = redactor_for(settings, {"AMP_API_KEY": "from-the-shell"})
    shown = redactor.redact("from-the-settings from-the-shell /usr/local/bin/amp")
    assert shown == "[redacted] [redacted] /usr/local/bin/amp"


@pytest.mark.parametrize("shape", SHAPES | ONLY_HIDDEN)
def test_well_known_shapes_are_hidden_and_json_stays_json(shape: str) -> None:
    secret = (SHAPES | ONLY_HIDDEN)[shape]
    redactor = Redactor({})
    assert "[redacted]" in redactor.redact(f"export X={secret}")
    line = json.dumps({"type": "user", "text": f'first\n{secret}\n"{secret}" end', "n": 1})
    shown = redactor.redact(line)
    assert json.loads(shown)["n"] == 1
    for part in secret.replace("=", " ").replace("@", " ").split():
        if len(part) > 40 and "://" not in part:
            assert part not in shown
    assert shown.count("[redacted]") >= 2


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_with_a_secret_is_found_with_its_line_and_kind(shape: str) -> None:
    found = Redactor({}).find(f"# config\n\nvalue = '{SHAPES[shape]}'\nother = 1\n")
    assert found == [Found(3, shape.partition(",")[0])]


def test_a_file_with_a_value_of_the_environment_is_found() -> None:
    redactor = Redactor({"DEPLOY_TOKEN": "correct-horse-battery"})
    assert redactor.find("a\nb = 'correct-horse-battery'\n") == [Found(2, "the value of DEPLOY_TOKEN")]


@pytest.mark.parametrize("text", [*HONEST, *ONLY_HIDDEN.values()])
def test_honest_files_are_not_held_back(text: str) -> None:
    assert Redactor({}).find(text) == []


@pytest.mark.parametrize("text", [text for text in HONEST if "://" not in text and "authToken=" not in text])
def test_honest_text_is_shown_as_it_is(text: str) -> None:
    assert Redactor({}).redact(text) == text


def test_values_made_of_texts_are_hidden_inside_and_out() -> None:
    redactor = Redactor({"API_KEY": "canary-value"})
    value = {"a": ["canary-value", 1, None, True], "canary-value": {"b": ("x canary-value",)}}
    assert redactor.redact_json(value) == {
        "a": ["[redacted]", 1, None, True],
        "[redacted]": {"b": ("x [redacted]",)},
    }


def test_a_key_that_arrives_line_by_line_is_hidden_to_its_end() -> None:
    lines = Redactor({}).lines()
    text = f"cat key\n{SHAPES['private key']}\ndone\n"
    shown = b"".join(lines.feed(line.encode()) for line in text.splitlines(keepends=True)).decode()
    assert PEM.splitlines()[0] not in shown
    assert shown.startswith("cat key\n")
    assert shown.endswith("-----END RSA PRIVATE KEY-----\ndone\n")
    assert shown.count("\n") == text.count("\n")


def test_output_after_a_key_without_end_is_shown_again() -> None:
    lines = Redactor({}).lines()
    lines.feed(b"-----BEGIN PRIVATE KEY-----\n")
    assert lines.feed(b'{"type": "assistant"}\n') == b'{"type": "assistant"}\n'
    assert lines.feed(b"plain\n") == b"plain\n"


def test_a_secret_with_several_lines_is_hidden_when_read_line_by_line() -> None:
    redactor = Redactor({"SERVICE_KEY": "first line of the key\nsecond line of the key\n"})
    assert redactor.redact("x second line of the key y") == "x [redacted] y"


@given(st.text())
def test_text_without_secrets_comes_back_unchanged(text: str) -> None:
    redactor = Redactor({"API_KEY": "canary-value-5d1f"})
    assert redactor.redact(text) == text or "://" in text


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_around_a_secret_survive(before: bytes, after: bytes) -> None:
    redactor = Redactor({"API_KEY": "canary-value-5d1f"})
    shown = redactor.redact_bytes(before + b"canary-value-5d1f" + after)
    assert shown == before + b"[redacted]" + after or b"://" in shown


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ", " eyJaaaaaaaaaa.eyJaaaa", "sk-", " sk-aaaaaaaaaaaaaaaaaaa", "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----" + "a" * 39 + " ", "://a:b", "AKIA" + "A" * 16 + " ", "secretkey = ",
        "authorization: bearer ", "authToken=", "xoxb-", "a", "\0",
    ],
)  # fmt: skip
def test_a_hostile_line_takes_time_by_its_length_only(piece: str) -> None:
    # A pattern that looks back and forth would need hours for these lines, and the test's time limit ends it.
    line = (piece.encode() * (2_000_000 // len(piece))) + b" canary-value-5d1f"
    assert Redactor({"API_KEY": "canary-value-5d1f"}).redact_bytes(line).endswith(b" [redacted]")


def test_the_processes_own_environment_can_be_used_as_it_is() -> None:
    assert Redactor(os.environ).redact("nothing to hide") == "nothing to hide"
