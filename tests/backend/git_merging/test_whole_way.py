"""From diverged branches to a landed base, with every part at work."""

import random
from pathlib import Path

import pytest

from ampsm_app.backend.git import resolving, three_way
from ampsm_app.backend.git.landing import Landed, land
from ampsm_app.backend.git.landing_plan import Landing, plan_landing
from ampsm_app.backend.git.refs import RefUpdate
from ampsm_app.backend.git.resolution import forget, ref_of
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.shaping import Shape, session_history, squash_onto_base
from ampsm_app.backend.git.squash_message import squash_message
from tests.backend.git_merging.building import commit, picture, put, text
from tests.backend.git_merging.conftest import GitAt
from tests.conftest import git, make_repo

MAIN = "refs/heads/main"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "a repo ü", {"a": text(), ".gitignore": ".worktrees/\n*.ign\n"})


def session(repo: Path, name: str, files: dict[str, str | bytes | None]) -> Path:
    place = repo / ".worktrees" / name
    git(repo, "worktree", "add", "-q", "--no-track", "-b", f"amp/{name}", str(place), "main")
    commit(place, f"amp: {name}\n\nAmpsm-Session: {name}", files)
    return place


def land_tree(door: Git, name: str, tree: str, *also: RefUpdate) -> Landed:
    history = session_history(door, "main", f"amp/{name}", lambda each: "Ampsm-Session" in each.trailers)
    shape = Shape("exclude", lambda commits: squash_message(name, commits))
    shaped = squash_onto_base(door, history, tree, shape)
    wanted = Landing(ref=MAIN, old=history.base, new=shaped.tip, message=f"ampsm: merge {name}", also=also)
    plan = plan_landing(door, wanted)
    assert isinstance(plan, Landing), plan
    landed = land(door, plan)
    assert isinstance(landed, Landed), landed
    return landed


def test_five_sessions_that_each_add_a_file_all_end_up_on_base(git_at: GitAt, repo: Path) -> None:
    names = [f"session {number}" for number in range(5)]
    places = {
        name.replace(" ", "-"): session(repo, name.replace(" ", "-"), {f"{name} ü": "x\n"}) for name in names
    }
    put(repo / "notes", "the user's own\n")
    order = list(places)
    random.Random(7).shuffle(order)
    for name in order:
        door = git_at(places[name])
        merged = three_way.merge(door, "main", f"amp/{name}")
        assert merged.is_clean
        land_tree(door, name, merged.tree)
    assert sorted(file.name for file in repo.iterdir() if file.name.startswith("session")) == [
        f"{name} ü" for name in names
    ]
    assert git(repo, "status", "--short") == "?? notes"
    assert git(repo, "rev-list", "--count", "main") == "6"


def test_an_overlap_is_settled_and_lands(git_at: GitAt, repo: Path) -> None:
    place = session(repo, "clash", {"a": text(_5="session"), "more": "x\n"})
    commit(repo, "base's", {"a": text(_5="base")})
    put(repo / "a.ign", "ignored\n")
    door, before = git_at(place), picture(repo)
    merged = three_way.merge(door, "main", "amp/clash")
    commits = (git(repo, "rev-parse", "main"), git(repo, "rev-parse", "amp/clash"))
    state = resolving.start(door, "m1", commits, merged)
    assert picture(repo) == {**before, "git:refs": picture(repo)["git:refs"]}
    state = resolving.take(door, state, "a", "both")
    assert state.is_settled
    land_tree(door, "clash", state.tree, RefUpdate(ref_of("m1"), None))
    assert (repo / "a").read_text() == text(_5="base\nsession")
    assert git(repo, "for-each-ref", "refs/ampsm") == ""
    assert git(repo, "status", "--short") == ""


def test_an_aborted_overlap_leaves_no_trace(git_at: GitAt, repo: Path) -> None:
    place = session(repo, "clash", {"a": text(_5="session")})
    commit(repo, "base's", {"a": text(_5="base")})
    door, before, there = git_at(place), picture(repo), picture(place)
    commits = (git(repo, "rev-parse", "main"), git(repo, "rev-parse", "amp/clash"))
    state = resolving.start(door, "m1", commits, three_way.merge(door, "main", "amp/clash"))
    resolving.take(door, state, "a", "session")
    forget(door, "m1")
    assert picture(repo) == before
    assert picture(place) == there
