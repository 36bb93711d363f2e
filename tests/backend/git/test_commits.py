"""Commits are read and made as git itself would, with the user's hooks, identity and signing."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.git import commits
from ampsm_app.backend.git.runner import Git
from tests.conftest import git


def hook(repo: Path, name: str, script: str) -> None:
    path = repo / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def stage(repo: Path, name: str = "new.txt", text: str = "new\n") -> None:
    (repo / name).write_text(text)
    git(repo, "add", "--", name)


def sign_with(repo: Path, program: str) -> None:
    """Signing as configured by a user whose key program is a script of ours."""
    path = repo.parent / "signer"
    path.write_text(f"#!/bin/sh\n{program}\n")
    path.chmod(0o755)
    for name, value in (("gpg.program", str(path)), ("user.signingKey", "ABC"), ("commit.gpgSign", "true")):
        git(repo, "config", name, value)


GOOD_SIGNER = (
    "cat >/dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; "
    "echo '-----BEGIN PGP SIGNATURE-----'; echo; echo x; echo '-----END PGP SIGNATURE-----'"
)


def test_log_reads_messages_authors_and_trailers(repo: Path, repo_git: Git) -> None:
    first = git(repo, "rev-parse", "HEAD")
    trailers = "Ampsm-Session: s1\nSigned-off-by: A\nSigned-off-by: B"
    message = f"Subjéct\nstill subject\n\nBody one.\n\nBody two.\n\n{trailers}"
    env = {"GIT_AUTHOR_DATE": "1700000000 +0230", "GIT_AUTHOR_NAME": 'Ünal "Q" X', "GIT_AUTHOR_EMAIL": "u@x"}
    repo_git.write("commit", "-q", "--allow-empty", "-m", message, env=env)
    (info,) = commits.log(repo_git, "HEAD~1..HEAD")
    assert info.parents == (first,)
    assert info.tree == git(repo, "rev-parse", "HEAD^{tree}")
    assert (info.author_name, info.author_email) == ('Ünal "Q" X', "u@x")
    assert info.author_date == "1700000000 +0230"
    assert info.authored_at == datetime.fromtimestamp(1700000000, UTC)
    assert info.subject == "Subjéct still subject"
    assert info.body.startswith("Body one.\n\nBody two.")
    assert info.trailers == {"Ampsm-Session": "s1", "Signed-off-by": "A\nB"}
    assert not info.is_merge


def test_log_of_nothing_and_of_a_branch_named_like_a_file(repo: Path, repo_git: Git) -> None:
    git(repo, "branch", "README.md")
    assert commits.log(repo_git, "main..main") == []
    assert len(commits.log(repo_git, "README.md")) == 1


def test_log_survives_the_users_taste(repo: Path, repo_git: Git) -> None:
    for name, value in (("log.showSignature", "true"), ("color.ui", "always"), ("log.decorate", "full")):
        git(repo, "config", name, value)
    git(repo, "config", "i18n.logOutputEncoding", "latin1")
    git(repo, "config", "format.pretty", "oneline")
    git(repo, "commit", "-q", "--allow-empty", "-m", "größe")
    assert [info.subject for info in commits.log(repo_git, "HEAD")] == ["größe", "first"]


def test_commit_tree_keeps_the_author_and_runs_no_hook(repo: Path, repo_git: Git) -> None:
    hook(repo, "pre-commit", "exit 1")
    env = {"GIT_AUTHOR_DATE": "1600000000 -0500", "GIT_AUTHOR_NAME": "Bo", "GIT_AUTHOR_EMAIL": "bo@x"}
    like = repo_git.text("commit-tree", "HEAD^{tree}", "-m", "original", env=env)
    made = commits.commit_tree(repo_git, "HEAD^{tree}", ["HEAD", like], "Ünï\n\nbody\n", like=like)
    info = commits.log(repo_git, "-1", made)[0]
    assert (info.author_name, info.author_email, info.author_date) == ("Bo", "bo@x", "1600000000 -0500")
    assert info.message == "Ünï\n\nbody\n"
    assert info.parents == (git(repo, "rev-parse", "HEAD"), like)
    assert git(repo, "show", "-s", "--format=%cn", made) == "Ada Tester"


def test_commit_tree_signs_where_the_user_does(repo: Path, repo_git: Git) -> None:
    sign_with(repo, GOOD_SIGNER)
    assert commits.signs_commits(repo_git)
    signed = commits.commit_tree(repo_git, "HEAD^{tree}", [], "x")
    assert "gpgsig" in git(repo, "cat-file", "commit", signed)
    plain = commits.commit_tree(repo_git, "HEAD^{tree}", [], "x", sign=False)
    assert "gpgsig" not in git(repo, "cat-file", "commit", plain)


def test_commit_tree_says_when_signing_or_identity_fails(
    repo: Path, repo_git: Git, private_home: Path
) -> None:
    sign_with(repo, "exit 2")
    with pytest.raises(GitError) as caught:
        commits.commit_tree(repo_git, "HEAD^{tree}", [], "x")
    assert caught.value.code == "signing"
    assert caught.value.hint
    (private_home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    with pytest.raises(GitError) as caught:
        commits.commit_tree(repo_git, "HEAD^{tree}", [], "x", sign=False)
    assert caught.value.code == "identity"


def test_commit_is_the_users_own(repo: Path, repo_git: Git) -> None:
    hook(repo, "prepare-commit-msg", "printf '\\n# kept: added by hook\\n' >> \"$1\"")
    hook(repo, "post-commit", "touch ran")
    git(repo, "config", "commit.cleanup", "strip")
    git(repo, "config", "commit.template", "nowhere")
    stage(repo)
    done = commits.commit(repo_git, "amp: größer\n\n#1 is no comment", trailers={"Ampsm-Session": "s\n1"})
    info = commits.log(repo_git, "-1", "HEAD")[0]
    assert (done.sha, done.tree, done.code) == (info.sha, info.tree, None)
    assert "#1 is no comment" in info.message
    assert "# kept: added by hook" in info.message
    assert "Ampsm-Session: s 1" in info.message
    assert (repo / "ran").exists()


def test_trailers_are_read_back(repo: Path, repo_git: Git) -> None:
    stage(repo)
    trailers = {
        "Ampsm-Session": "abc12345",
        "Ampsm-Iteration": "3",
        "Amp-Thread": "T-1",
        "Ampsm-Outcome": " ",
    }
    commits.commit(repo_git, "amp: x\n\nCo-authored-by: Somebody <s@x>\n", trailers=trailers)
    assert commits.log(repo_git, "-1", "HEAD")[0].trailers == {
        "Ampsm-Session": "abc12345",
        "Ampsm-Iteration": "3",
        "Amp-Thread": "T-1",
    }


def test_a_failing_hook_leaves_everything_staged(repo: Path, repo_git: Git) -> None:
    hook(repo, "pre-commit", "echo lint: bad; echo and gpg: too >&2; exit 1")
    stage(repo)
    done = commits.commit(repo_git, "amp: x")
    assert (done.sha, done.code) == (None, "hook")
    assert "lint: bad" in done.output
    assert git(repo, "status", "--porcelain") == "A  new.txt"
    hook(repo, "pre-commit", "exit 0")
    hook(repo, "commit-msg", "exit 3")
    assert commits.commit(repo_git, "amp: x").code == "hook"
    hook(repo, "commit-msg", "exit 0")
    hook(repo, "reference-transaction", "exit 1")
    assert commits.commit(repo_git, "amp: x").code == "hook"


def test_failing_signer_missing_identity_nothing_and_conflict(
    repo: Path, repo_git: Git, private_home: Path
) -> None:
    assert commits.commit(repo_git, "amp: x").code == "nothing"
    stage(repo)
    sign_with(repo, "echo no secret key >&2; exit 2")
    assert commits.commit(repo_git, "amp: x").code == "signing"
    git(repo, "config", "commit.gpgSign", "false")
    (private_home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    assert commits.commit(repo_git, "amp: x").code == "identity"
    (repo / ".git" / "index.lock").touch()
    assert commits.commit(repo_git, "amp: x").code == "failed"
    (repo / ".git" / "index.lock").unlink()
    assert git(repo, "status", "--porcelain") == "A  new.txt"


@pytest.mark.skipif(os.name == "nt", reason="terminals")
def test_a_hook_that_asks_gets_no_answer_and_does_not_hang(repo: Path, repo_git: Git) -> None:
    hook(
        repo, "pre-commit", 'read answer </dev/tty && exit 0; read answer && exit 0; "$GIT_EDITOR" x; exit 1'
    )
    stage(repo)
    assert commits.commit(repo_git, "amp: x", timeout_s=20).code == "hook"


def test_no_other_process_is_started(
    repo: Path, repo_git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(repo)
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    commits.commit(repo_git, "amp: x")
    traced = (tmp_path / "trace").read_text()
    assert "built-in: git commit" in traced
    assert "run_command" not in traced
