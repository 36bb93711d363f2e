"""Any name in any language gives a branch that git takes and nobody has."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampsm_app.backend.git.branch_names import free_branch, slugify
from ampsm_app.backend.git.runner import Git
from tests.conftest import git

NOW = datetime(2026, 11, 20, 10, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Fix the login bug!", "fix-the-login-bug"),
        ("Größe ändern: Straße", "grosse-andern-strasse"),
        ("Łódź œuvre Ærø İstanbul", "lodz-oeuvre-aero-istanbul"),
        ("修复登录", "session"),
        ("Fix 登录 now", "fix-now"),
        ("", "session"),
        ("../../etc", "etc"),
        ("--force", "force"),
        ("a.lock", "a-lock"),
        ("CON", "con-session"),
        ("x" * 100, "x" * 40),
        ("one two three four five six seven eight nine ten", "one-two-three-four-five-six-seven-eight"),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert slugify(name) == slug


@given(st.text())
def test_a_slug_is_always_short_plain_and_not_empty(name: str) -> None:
    slug = slugify(name)
    assert 0 < len(slug) <= 48
    assert slug.isascii()
    assert slug.replace("-", "a").isalnum()
    assert slug == slug.lower().strip("-")


def test_a_taken_name_gets_a_suffix(repo: Path, repo_git: Git) -> None:
    first = free_branch(repo_git, "Fix it", NOW)
    assert first == "amp/fix-it/20261120-101502"
    git(repo, "branch", first)
    second = free_branch(repo_git, "Fix it", NOW)
    assert second == "amp/fix-it/20261120-101502-2"
    git(repo, "branch", second)
    assert free_branch(repo_git, "Fix it", NOW) == "amp/fix-it/20261120-101502-3"
    assert free_branch(repo_git, "Other", NOW) == "amp/other/20261120-101502"


@pytest.mark.parametrize("blocking", ["amp", "Amp", "amp/fix-it", "amp/fix-it/20261120-101502/deeper"])
def test_branches_that_exclude_ours_are_gone_round(repo: Path, repo_git: Git, blocking: str) -> None:
    git(repo, "branch", blocking)
    name = free_branch(repo_git, "Fix it", NOW)
    git(repo, "branch", name)
    assert name.endswith(("20261120-101502", "20261120-101502-2"))


def test_all_prefixes_taken(repo: Path, repo_git: Git) -> None:
    for prefix in ("amp", "amp-sessions", "amp-work"):
        git(repo, "branch", prefix)
    git(repo, "branch", free_branch(repo_git, "x", NOW))
