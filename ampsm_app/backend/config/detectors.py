"""Shapes of well-known secrets. Each is tried only where its anchor occurs, in time linear in the text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

# A token may follow an escaped newline, since the text is often JSON.
_START = rb"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrtbf]))"
_DASHES = rb"(?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"


@dataclass(frozen=True, slots=True)
class Detector:
    """A shape of secrets. What `pattern` matches is secret, or only its group 1 where it has one.

    Shapes that are common in honest source code (`in_files` false) are hidden but keep no file back.
    """

    kind: str
    anchors: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    in_files: bool = True

    def applies(self, data: bytes) -> bool:
        """Whether a match is possible at all; much cheaper than looking for one."""
        return any(anchor in data for anchor in self.anchors)


@cache
def all_detectors() -> tuple[Detector, ...]:
    """The shapes of the detector library that suit us, and our own."""
    return (*_from_library(), *_own())


def _from_library() -> tuple[Detector, ...]:
    from detect_secrets.plugins import (
        aws,
        azure_storage_key,
        github_token,
        gitlab_token,
        pypi_token,
        sendgrid,
        slack,
        square_oauth,
    )

    gitlab = ("glpat-", "gldt-", "glft-", "glsoat-", "glrt-")
    return (
        _library("AWS access key", ("AKIA", "ASIA", "ABIA", "ACCA", "A3T"), aws.AWSKeyDetector.denylist[:1]),
        _library("Azure storage key", ("AccountKey=",), azure_storage_key.AzureStorageKeyDetector.denylist),
        _library(
            "GitHub token",
            ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
            github_token.GitHubTokenDetector.denylist,
        ),
        _library("GitLab token", gitlab, gitlab_token.GitLabTokenDetector.denylist[:1]),
        _library("PyPI token", ("pypi-AgE",), pypi_token.PypiTokenDetector.denylist),
        _library("SendGrid key", ("SG.",), sendgrid.SendGridDetector.denylist),
        _library("Slack webhook", ("hooks.slack.com",), slack.SlackDetector.denylist[1:]),
        _library("Square secret", ("sq0csp-",), square_oauth.SquareOAuthDetector.denylist),
    )


def _library(kind: str, anchors: Iterable[str], patterns: Iterable[re.Pattern[str]]) -> Detector:
    # The library matches a token's shortest length; what follows belongs to it as well.
    whole = [re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern.pattern).encode() for pattern in patterns]
    shapes = b"|".join(rb"(?:%b)" % shape for shape in whole)
    return _detector(kind, anchors, rb"(?:%b)[A-Za-z0-9_-]{0,300}" % shapes)


def _own() -> tuple[Detector, ...]:
    letters = rb"[A-Za-z0-9_-]"
    return (
        _detector("GitHub token", ("github_pat_",), rb"github_pat_[A-Za-z0-9_]{22,300}"),
        _detector("Stripe key", ("k_live_", "k_test_"), rb"[rs]k_(?:live|test)_[A-Za-z0-9]{16,300}"),
        _detector("Slack token", ("xox", "xapp-"), rb"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,300}"),
        _detector("Amp token", ("sgamp_",), rb"sgamp_[A-Za-z0-9_-]{12,300}"),
        _detector("Sourcegraph token", ("sgp_",), _START + rb"sgp_(?:[a-z0-9]{1,16}_)?[a-f0-9]{40}"),
        _detector("Google key", ("AIza",), rb"AIza[A-Za-z0-9_-]{35}"),
        _detector("npm token", ("npm_",), _START + rb"npm_[A-Za-z0-9]{36}"),
        _detector("Hugging Face token", ("hf_",), _START + rb"hf_[A-Za-z0-9]{34,100}"),
        _detector(
            "API key",
            ("sk-",),
            _START + rb"sk-(?:(?:[A-Za-z0-9]{1,20}[_-]){0,4}(?=[A-Za-z]{0,100}[0-9])[A-Za-z0-9]{20,200}"
            rb"|(?:proj|ant|svcacct|admin|or)-(?=[A-Za-z_-]{0,100}[0-9])[A-Za-z0-9_-]{24,300})[A-Za-z0-9_-]{0,300}",
        ),
        _detector(
            "AWS secret key",
            ("ecret", "ECRET"),
            rb"(?i:secret_?(?:access_?)?key)[^A-Za-z0-9/+]{1,12}([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        ),
        _detector(
            "JSON web token",
            ("eyJ",),
            _START + rb"eyJ%b{8,4096}\.eyJ%b{2,8192}\.%b{10,4096}" % (letters, letters, letters),
        ),
        _detector(
            "private key",
            ("PRIVATE KEY",),
            rb"-----BEGIN "
            + _DASHES
            + rb"(?=(?:[A-Za-z0-9+/=]{0,39}+[^A-Za-z0-9+/=]{1,200}+){0,30}+[A-Za-z0-9+/=]{40})"
            rb"(?:[^-]*+(?:-(?!----)[^-]*+)*+-----END "
            + _DASHES
            + rb"|(?:[A-Za-z0-9+/=\s:,.-]|\\+[nrt]){40,20000})",
        ),
        _detector("login token", ("authToken=",), rb"authToken=([^\s&\"'\\<>]{4,4096})", in_files=False),
        _detector(
            "password in a URL", ("://",), rb"://[^\s/:@\"'\\]{0,100}:([^\s/@\"'\\]{3,300})@", in_files=False
        ),
        _detector(
            "authorization header",
            ("uthorization", "UTHORIZATION"),
            rb"(?i:authorization)[\"'\\]{0,4}\s{0,4}[:=]\s{0,4}[\"'\\]{0,4}(?i:bearer|basic|token)\s+"
            rb"([A-Za-z0-9._~+/=-]{8,4096})",
            in_files=False,
        ),
    )


def _detector(kind: str, anchors: Iterable[str], pattern: bytes, *, in_files: bool = True) -> Detector:
    return Detector(kind, tuple(anchor.encode() for anchor in anchors), re.compile(pattern), in_files)
