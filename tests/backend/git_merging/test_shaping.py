"""The history that a merge lands with: one tree, however it is told."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from ampsm_app.backend.domain.errors import GitError
from ampsm_app.backend.git import three_way
from ampsm_app.backend.git.commits import CommitInfo, log
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.shaping import (
    History,
    Shape,
    Shaped,
    merge_commit,
    session_history,
    squash_in_place,
    squash_onto_base,
    whole_history,
)
from ampsm_app.backend.git.squash_message import one_line, squash_message
from tests.backend.git_merging.building import commit, picture, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

TRAILER = "\n\nAmpsm-Session: s1"
BEN = {"GIT_AUTHOR_NAME": "Ben Müller", "GIT_AUTHOR_EMAIL": "ben@example.org"}
BEN_THEN = {**BEN, "GIT_AUTHOR_DATE": "1700000000 +0530"}


def by_agent(one: CommitInfo) -> bool:
    return "Ampsm-Session" in one.trailers


def wording(commits: Sequence[CommitInfo]) -> str:
    return squash_message("The session", commits, trailers={"Ampsm-Session": "s1"})


INCLUDE = Shape("include", wording)
EXCLUDE = Shape("exclude", wording)


def agent(repo: Path, name: str, files: dict[str, str | bytes | None]) -> str:
    return commit(repo, f"amp: {name}{TRAILER}", files)


def manual(repo: Path, name: str, files: dict[str, str | bytes | None]) -> str:
    return commit(repo, name, files, **BEN_THEN)


def history(door: Git, base: str = "main") -> History:
    return session_history(door, base, "session", by_agent)


def land(door: Git, shape: Shape) -> Shaped:
    merged = three_way.merge(door, "main", "session")
    assert merged.is_clean
    return squash_onto_base(door, history(door), merged.tree, shape)


def subjects(repo: Path, shaped: Shaped, base: str = "main") -> list[str]:
    return git(repo, "log", "--reverse", "--format=%s", f"{base}..{shaped.tip}").splitlines()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = make_repo(tmp_path / "a repo ü", {"a": text(), "b": text()})
    git(repo, "checkout", "-q", "-b", "session")
    return repo


@pytest.fixture
def interleaved(repo: Path) -> Path:
    """Two agent commits, each followed by one of Ben's in other lines; base has moved too."""
    agent(repo, "one", {"a": text(_1="agent 1")})
    manual(repo, "Ben's first", {"a": text(_1="agent 1", _6="ben 1")})
    agent(repo, "two", {"a": text(_1="agent 1", _6="ben 1", _11="agent 2"), "new": "n\n"})
    manual(repo, "Ben's second", {"b": text(_3="ben 2")})
    git(repo, "checkout", "-q", "main")
    commit(repo, "base moved", {"b": text(_9="base"), "base": "b\n"})
    return repo


def test_include_lands_one_commit_with_the_merged_tree(git_at: GitAt, interleaved: Path) -> None:
    shaped = land(git_at(interleaved), INCLUDE)
    assert subjects(interleaved, shaped) == ["The session"]
    assert git(interleaved, "rev-parse", f"{shaped.tip}~1") == git(interleaved, "rev-parse", "main")
    assert_same_as_git_merge(interleaved, shaped)


def test_the_squashed_commit_lists_what_went_into_it(git_at: GitAt, interleaved: Path) -> None:
    shaped = land(git_at(interleaved), EXCLUDE)
    message = git(interleaved, "log", "-1", "--format=%B", shaped.commits[0])
    assert message == "The session\n\n- amp: one\n- amp: two\n\nAmpsm-Session: s1"


def test_exclude_puts_the_users_commits_above_the_squashed_one(git_at: GitAt, interleaved: Path) -> None:
    shaped = land(git_at(interleaved), EXCLUDE)
    assert subjects(interleaved, shaped) == ["The session", "Ben's first", "Ben's second"]
    assert shaped.folded == ()
    assert_same_as_git_merge(interleaved, shaped)


def test_exclude_keeps_author_date_and_message(git_at: GitAt, interleaved: Path) -> None:
    shaped = land(git_at(interleaved), EXCLUDE)
    asked = ("log", "-1", "--date=raw", "--format=%an|%ae|%ad|%cn|%B")
    assert git(interleaved, *asked, shaped.tip) == (
        "Ben Müller|ben@example.org|1700000000 +0530|Ada Tester|Ben's second"
    )


def test_exclude_gives_each_of_the_users_commits_its_own_change(git_at: GitAt, interleaved: Path) -> None:
    shaped = land(git_at(interleaved), EXCLUDE)
    assert git(interleaved, "show", "--format=", "--name-only", shaped.commits[1]) == "a"
    changed = git(interleaved, "show", "--format=", "-U0", shaped.commits[1])
    assert [line for line in changed.splitlines() if line[0] in "+-"][2:] == ["-line 6", "+ben 1"]


def test_nothing_moves_while_a_history_is_shaped(git_at: GitAt, interleaved: Path) -> None:
    before = picture(interleaved)
    land(git_at(interleaved), EXCLUDE)
    squash_in_place(git_at(interleaved), history(git_at(interleaved)), EXCLUDE)
    assert picture(interleaved) == before


@pytest.fixture
def dependent(repo: Path) -> Path:
    """The agent changed the very line that Ben had written."""
    agent(repo, "one", {"a": text(_1="agent 1")})
    manual(repo, "Ben's", {"a": text(_1="agent 1", _6="ben")})
    agent(repo, "two", {"a": text(_1="agent 1", _6="agent on ben")})
    git(repo, "checkout", "-q", "main")
    return repo


def test_a_manual_commit_that_the_agent_built_on_is_folded_in_by_a_merge(
    git_at: GitAt, dependent: Path
) -> None:
    commit(dependent, "base moved", {"b": text(_9="base")})
    shaped = land(git_at(dependent), EXCLUDE)
    assert [each.subject for each in shaped.folded] == ["Ben's"]
    assert subjects(dependent, shaped) == ["The session"]
    assert "- Ben's" in git(dependent, "log", "-1", "--format=%B", shaped.tip)
    assert_same_as_git_merge(dependent, shaped)


def test_a_manual_commit_that_the_agent_built_on_stays_in_place_in_a_squash(
    git_at: GitAt, dependent: Path
) -> None:
    door = git_at(dependent)
    shaped = squash_in_place(door, history(door), EXCLUDE)
    assert subjects(dependent, shaped) == ["The session", "Ben's", "The session"]
    assert [each.subject for each in shaped.cut] == ["Ben's"]
    assert git(dependent, "rev-parse", f"{shaped.tip}^{{tree}}") == git(
        dependent, "rev-parse", "session^{tree}"
    )


def test_squashing_in_place_stands_on_the_merge_base_not_on_the_tip_of_base(
    git_at: GitAt, interleaved: Path
) -> None:
    door = git_at(interleaved)
    shaped = squash_in_place(door, history(door), INCLUDE)
    assert git(interleaved, "rev-parse", f"{shaped.tip}~1") == git(
        interleaved, "merge-base", "main", "session"
    )
    assert git(interleaved, "diff", "--name-only", "main...session") == git(
        interleaved, "diff", "--name-only", f"main...{shaped.tip}"
    )


def test_what_base_has_already_is_neither_undone_nor_repeated(git_at: GitAt, repo: Path) -> None:
    agent(repo, "one", {"a": text(_1="agent")})
    manual(repo, "Fix typo", {"b": text(_3="fixed")})
    git(repo, "checkout", "-q", "main")
    commit(repo, "Fix typo, too", {"b": text(_3="fixed")})
    shaped = land(git_at(repo), EXCLUDE)
    assert [each.subject for each in shaped.already] == ["Fix typo"]
    assert git(repo, "show", "--format=", "--name-only", shaped.commits[0]) == "a"
    assert subjects(repo, shaped) == ["The session"]


def test_a_commit_that_takes_back_what_the_agent_did_is_still_the_users_own(
    git_at: GitAt, repo: Path
) -> None:
    agent(repo, "one", {"a": text(_1="agent 1", _6="agent 1"), "new": "agent\n"})
    manual(repo, "Ben takes a line back", {"a": text(_6="agent 1")})
    manual(repo, "Ben takes a file back", {"new": None})
    git(repo, "checkout", "-q", "main")
    commit(repo, "base moved", {"base": "b\n"})

    shaped = land(git_at(repo), EXCLUDE)

    assert subjects(repo, shaped) == ["The session", "Ben takes a line back", "Ben takes a file back"]
    assert_same_as_git_merge(repo, shaped)


def test_a_half_of_a_commit_that_base_has_is_not_undone_by_the_squashed_one(
    git_at: GitAt, repo: Path
) -> None:
    agent(repo, "one", {"a": text(_1="agent")})
    manual(repo, "Fix two", {"b": text(_3="fixed", _9="also")})
    git(repo, "checkout", "-q", "main")
    commit(repo, "Fix one of them", {"b": text(_3="fixed")})
    shaped = land(git_at(repo), EXCLUDE)
    assert "fixed" in git(repo, "show", f"{shaped.commits[0]}:b")
    assert [each.subject for each in shaped.folded] == ["Fix two"]


def test_base_merged_into_the_session_midway_needs_no_special_case(git_at: GitAt, repo: Path) -> None:
    agent(repo, "one", {"a": text(_1="agent")})
    manual(repo, "Ben's", {"b": text(_3="ben")})
    git(repo, "checkout", "-q", "main")
    commit(repo, "base moved", {"b": text(_9="base")})
    git(repo, "checkout", "-q", "session")
    git(repo, "merge", "-q", "--no-edit", "main")
    agent(repo, "two", {"a": text(_1="agent", _8="more")})
    git(repo, "checkout", "-q", "main")
    commit(repo, "base moved on", {"new": "x\n"})
    shaped = land(git_at(repo), EXCLUDE)
    assert subjects(repo, shaped) == ["The session", "Ben's"]
    assert_same_as_git_merge(repo, shaped)


def test_only_manual_commits_land_as_they_are(git_at: GitAt, repo: Path) -> None:
    kept = manual(repo, "Ben's", {"b": text(_3="ben")})
    git(repo, "checkout", "-q", "main")
    shaped = land(git_at(repo), EXCLUDE)
    assert shaped.commits == (kept,)


def test_no_ff_adds_a_merge_commit_over_the_shaped_history(git_at: GitAt, interleaved: Path) -> None:
    door = git_at(interleaved)
    shaped = land(door, EXCLUDE)
    tree = git(interleaved, "rev-parse", f"{shaped.tip}^{{tree}}")
    merged = merge_commit(door, (git(interleaved, "rev-parse", "main"), shaped.tip), tree, "Merge it")
    assert git(interleaved, "log", "--first-parent", "--format=%s", f"main..{merged.tip}") == "Merge it"
    assert_same_as_git_merge(interleaved, merged)


def test_the_whole_history_is_fast_forwarded_where_base_has_not_moved(git_at: GitAt, dependent: Path) -> None:
    door = git_at(dependent)
    tree = git(dependent, "rev-parse", "session^{tree}")
    assert whole_history(door, history(door), tree, "m", no_ff=False).tip == git(
        dependent, "rev-parse", "session"
    )
    merged = whole_history(door, history(door), tree, "m", no_ff=True)
    assert git(dependent, "log", "-1", "--format=%s %P", merged.tip).split() == [
        "m",
        git(dependent, "rev-parse", "main"),
        git(dependent, "rev-parse", "session"),
    ]


def test_the_whole_history_is_merged_where_base_has_moved(git_at: GitAt, interleaved: Path) -> None:
    door = git_at(interleaved)
    tree = three_way.merge(door, "main", "session").tree
    merged = whole_history(door, history(door), tree, "Merge it", no_ff=False)
    assert_same_as_git_merge(interleaved, merged)
    assert len(subjects(interleaved, merged)) == 5


def test_a_key_that_cannot_sign_stops_the_merge_before_anything_moves(
    git_at: GitAt, interleaved: Path
) -> None:
    git(interleaved, "config", "commit.gpgsign", "true")
    git(interleaved, "config", "gpg.program", "false")
    before = picture(interleaved)
    with pytest.raises(GitError) as refused:
        land(git_at(interleaved), EXCLUDE)
    assert refused.value.code == "signing"
    assert picture(interleaved) == before


def test_no_hook_of_the_user_runs(git_at: GitAt, interleaved: Path) -> None:
    for name in ("pre-commit", "commit-msg", "post-commit", "prepare-commit-msg"):
        put(interleaved / ".git/hooks" / name, "#!/bin/sh\ntouch ran\nexit 1\n")
        (interleaved / ".git/hooks" / name).chmod(0o755)
    assert land(git_at(interleaved), EXCLUDE).commits
    assert not (interleaved / "ran").exists()


def test_long_subjects_are_cut_between_words() -> None:
    cut = one_line("Give every session a name\n that says what " + "it does " * 12)
    assert len(cut) <= 72
    assert cut.endswith("…")
    assert one_line("short\tone") == "short one"


def assert_same_as_git_merge(repo: Path, shaped: Shaped) -> None:
    git(repo, "checkout", "-q", "--detach", "main")
    git(repo, "merge", "-q", "--no-edit", "session")
    assert git(repo, "rev-parse", f"{shaped.tip}^{{tree}}") == git(repo, "rev-parse", "HEAD^{tree}")
    git(repo, "checkout", "-q", "main")


class _Lines:
    """A file that agent, user and base change at random, each now and then where another was."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines = [f"line {number}" for number in range(40)]
        self.touched: list[int] = []

    def change(self, who: str, span: range, on_earlier: float) -> str:
        often = self.touched and self.chance.random() < on_earlier
        at = self.chance.choice(self.touched) if often else self.chance.choice(span)
        self.touched.append(at)
        self.lines[at] = f"{who} {self.chance.random()}"
        return "\n".join(self.lines) + "\n"


@pytest.mark.parametrize("seed", range(40))
def test_random_histories_end_in_exactly_what_git_merge_gives(
    git_at: GitAt, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    repo = make_repo(tmp_path / "random", {"f": "\n".join(_Lines(chance).lines) + "\n"})
    written = _random_session(repo, chance)
    door = git_at(repo)
    for shape in (INCLUDE, EXCLUDE):
        shaped = land(door, shape)
        assert_same_as_git_merge(repo, shaped)
        assert _told(door, shaped, shape) == written
    in_place = squash_in_place(door, history(door), EXCLUDE)
    assert git(repo, "rev-parse", f"{in_place.tip}^{{tree}}") == git(repo, "rev-parse", "session^{tree}")
    assert [each for each in subjects(repo, in_place, "main") if each.startswith("Ben")] == written


def _random_session(repo: Path, chance: random.Random) -> list[str]:
    """Up to nine commits on `session`, then `main` moved half of the time; the manual subjects in order."""
    git(repo, "checkout", "-q", "-b", "session")
    lines, written = _Lines(chance), []
    for number in range(chance.randint(3, 9)):
        if chance.random() < 0.5:
            agent(repo, f"step {number}", {"f": lines.change("agent", range(30), 0.3)})
        else:
            written.append(f"Ben {number}")
            manual(repo, written[-1], {"f": lines.change("ben", range(30), 0.5)})
    git(repo, "checkout", "-q", "main")
    if chance.random() < 0.5:
        commit(repo, "base moved", {"f": _Lines(chance).change("base", range(34, 40), 0), "g": "g\n"})
    return written


def _told(door: Git, shaped: Shaped, shape: Shape) -> list[str]:
    """Ben's commits in the landed history: as their own, in order, or named as folded in; each once."""
    if shape.manual == "include":
        body = log(door, "-1", shaped.tip)[0].message.splitlines()
        return [line.removeprefix("- ") for line in body if line.startswith("- Ben")]
    own = [each.subject for each in reversed(log(door, f"main..{shaped.tip}")) if not by_agent(each)]
    assert own == sorted(own, key=_number)
    return sorted([*own, *(each.subject for each in shaped.folded)], key=_number)


def _number(subject: str) -> int:
    return int(subject.split()[1])
