"""Every declared request, over a real socket: it has a handler, and answers what it declares."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from ampsm_app.backend.domain.model import utc_now
from ampsm_app.backend.domain.sessions import Session, SessionStatus
from ampsm_app.backend.store import sessions
from ampsm_app.backend.store.database import open_database
from ampsm_app.backend.web.contract import CONTRACT, SNAPSHOT_SESSIONS
from tests.backend.web.conftest import Site
from tests.support.web import Visitor, until
from tests.support.world import World

ODD_ARGUMENTS: list[tuple[object, ...]] = [(), ({},), ({}, {}), ("text",), (b"bytes",), ([1],), (None,)]
ODD_PAYLOADS: list[object] = [{"surprise": 1}, [], "text", 7, b"\x00"]
RESPONSES: dict[str, TypeAdapter[Any]] = {each.name: TypeAdapter(each.response) for each in CONTRACT}


class Walk:
    """Asks, checks each answer against its declared model, and remembers what was asked."""

    def __init__(self, visitor: Visitor) -> None:
        self.asked: set[str] = set()
        self._visitor = visitor

    def __call__(self, request: str, /, **payload: object) -> Any:
        """A request that is answered as declared; its answer."""
        answer = self._visitor.ok(request, payload)
        RESPONSES[request].validate_json(json.dumps(answer))
        self.asked.add(request)
        return answer

    def refused(self, request: str, code: str, /, **payload: object) -> None:
        """A request that is answered with this error here."""
        assert self._visitor.code(request, payload) == code
        self.asked.add(request)

    def finished(self, session_id: str) -> dict[str, Any]:
        """Wait until no turn and no merge holds the session; what it is then."""
        until(lambda: not self._visitor.ok("session:get", {"id": session_id})["busy"])
        found: dict[str, Any] = self("session:get", id=session_id)
        return found


def test_the_whole_contract_is_answered_as_declared(world: World, visitor: Visitor) -> None:
    ask = Walk(visitor)
    repo = str(world.repo)
    demo = {"mode": "demo"}
    snapshot = ask("app:snapshot")
    assert snapshot["sessions"] == []
    assert ask("mode:set", mode="demo")["state"] == "demo"
    assert ask("agent:health", refresh=True)["mode"] == "demo"
    assert ask("repo:inspect", path=repo)["default_base"] == "main"
    ask.refused("repo:pick", "no_native_dialog")
    ask("view:set", key="theme", value="light")
    assert ask("app:snapshot")["theme"] == "light"
    assert ask("doctor:run")["findings"]

    prompt = 'Replace "hello" with "session" in README.md.'
    session = ask("session:create", repo=repo, prompt=prompt, script="true", choice=demo)["id"]
    ask("events:follow", after_seq=snapshot["seq"])
    turn = ask("session:start", session_id=session)
    assert turn["outcome"] is None
    done = ask.finished(session)
    assert [each["outcome"] for each in done["iterations"]] == ["completed"]

    assert ask("session:list", search="replace")["sessions"][0]["id"] == session
    assert ask("session:rename", id=session, name="Greeting")["name"] == "Greeting"
    assert ask("session:notes", id=session, notes="be kind")["notes"] == "be kind"
    assert ask("session:archive", id=session, archived=True)["archived_at"] is not None
    assert ask("session:archive", id=session, archived=False)["archived_at"] is None
    assert ask("session:check", id=session)["passed"] is True
    assert ask("session:stop", id=session)["stopped"] is False
    assert visitor.code("session:open", {"id": session, "what": "browser"}) == "invalid_input"
    ask("diff:list", session_id=session)
    assert ask("diff:file", session_id=session, path="README.md")["added"] == 1
    assert ask("git:status", id=session)["files"] == []
    assert ask("events:page", session_id=session)["events"]
    assert ask("iteration:output", iteration_id=turn["id"])["size"] > 0

    world.commit({"README.md": "base\n"})
    assert ask("merge:preflight", id=session)["predicted_conflicts"]
    assert ask("merge:rebase", id=session, onto="main")["status"] == "conflict"
    assert ask("merge:start", id=session)["status"] == "preparing"
    assert ask.finished(session)["merge"]["status"] == "conflict"
    assert ask("merge:conflict", id=session, path="README.md")["session"] == "session\n"
    ask("merge:worktree", id=session)
    assert ask("merge:abort", id=session)["status"] == "aborted"
    ask("merge:start", id=session)
    ask.finished(session)
    asked = ask("merge:ask", id=session)
    assert (asked["purpose"], asked["outcome"]) == ("conflicts", None)
    assert ask.finished(session)["merge"]["asked"]["settled"] == ["README.md"]
    ask("merge:resolve", session_id=session, path="README.md", text="both\n")
    ask("merge:check", id=session)
    assert ask.finished(session)["merge"]["check"]["passed"] is True
    ask("merge:continue", id=session, choices={"message": "feat: greet"})
    assert ask.finished(session)["merge"]["status"] == "merged"
    assert ask("merge:state", id=session)["status"] == "merged"
    assert world.on_base("README.md") == "both"
    assert ask("merge:cleanup", id=session)["cleaned"] is True

    second = ask("session:create", repo=repo, prompt="Create the file b.txt.", choice=demo)["id"]
    ask("session:start", session_id=second)
    ask.finished(second)
    worktree = Path(ask("session:get", id=second)["session"]["worktree_path"])
    (worktree / "c.txt").write_text("c\n")
    assert ask("git:stage", id=second)["files"][0]["staged"] is True
    assert ask("git:unstage", id=second)["files"][0]["untracked"] is True
    assert ask("git:discard", id=second, paths=["c.txt"])["status"]["files"] == []
    (worktree / "c.txt").write_text("c\n")
    ask("git:stage", id=second)
    made = ask("git:commit", id=second, message="By hand")["commit_sha"]
    assert len(ask("git:rollback", id=second, sha=f"{made}~1")["status"]["commits"]) == 1
    assert ask("git:cherry-pick", id=second, commits=[made])["commits"][0]["subject"] == "By hand"
    ask("git:rollback", id=second, sha=f"{made}~1")
    ask.refused("merge:undo", "not_merged", id=second)
    assert ask("merge:squash", id=second)["commits"]
    assert ask("timeline:list", id=second)
    assert ask("worktree:watch", id=second) == {}
    point = ask("history:list", id=second)[0]["id"]
    assert ask("history:holds", id=second, point=point)["effect"]["commits_leaving"] == 1
    ask("history:restore", id=second, point=point)
    assert ask("history:pin", id=second, point=point, pinned=True)["pinned"] is True
    ask("history:restore-file", id=second, point=point, path="README.md")
    assert visitor.code("session:delete", {"id": second}) == "would_lose_work"
    assert ask("session:delete", id=second, force=True)["deleted"] is True

    entry = next(each for each in ask("trash:list") if each["session_id"] == second)
    assert ask("trash:restore", id=entry["id"])["entry"]["id"] == entry["id"]
    assert ask("space:show")["totals"]
    assert ask("space:clean", kinds=["temp"], repo=repo)["failures"] == []
    assert [each["session_id"] for each in ask("trash:empty", repo=repo)["removed"]] == [session]

    # Opening a program needs one: that of `test_opening`, not one of this machine's.
    assert {each.name for each in CONTRACT} - ask.asked == {"session:open"}


def test_opening_a_worktree_starts_the_users_program(
    world: World, visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    monkeypatch.setenv("EDITOR", str(editor))
    session = world.new("Say hello")

    assert visitor.ok("session:open", {"id": session.id, "what": "editor"}) == {}
    until(lambda: told.exists() and told.read_text().strip() == session.worktree_path)


def test_a_request_that_is_not_declared_is_answered_too(visitor: Visitor) -> None:
    for name in ("no:such", "session:Create", "message", "json", "events", "__init__"):
        for arguments in ODD_ARGUMENTS:
            answer = visitor.asks(name, *arguments)
            assert answer["error"]["code"] == "unknown_request", (name, answer)


def test_a_payload_of_another_shape_is_invalid_input(visitor: Visitor) -> None:
    for each in CONTRACT:
        for payload in ODD_PAYLOADS:
            assert visitor.code(each.name, payload) == "invalid_input"


def test_numbers_beyond_all_bounds_are_refused(visitor: Visitor) -> None:
    for number in (-1, 2**53, 2**70, 1e300):
        assert visitor.code("events:follow", {"after_seq": number}) == "invalid_input"


def test_requests_and_answers_may_be_large(world: World, visitor: Visitor) -> None:
    prompt = "Say hello. " + "ü" * 1_500_000
    made = visitor.ok("session:create", {"repo": str(world.repo), "prompt": prompt, "name": "Long"})
    assert visitor.ok("session:get", {"id": made["id"]})["session"]["prompt"] == prompt


def test_halves_of_surrogate_pairs_do_not_break_an_answer(world: World, visitor: Visitor) -> None:
    assert (
        visitor.code("session:create", {"repo": str(world.repo), "prompt": "a \udc80 b"}) == "invalid_input"
    )
    assert visitor.code("session:get", {"id": "\ud800"}) in {"not_found", "invalid_input"}
    visitor.ok("view:set", {"key": "word", "value": "\udc80"})
    assert visitor.ok("app:snapshot")["view"]["word"] == "\udc80"


def test_names_and_texts_that_are_no_unicode_survive(world: World, visitor: Visitor) -> None:
    session = world.new("Say hello")
    name = b"odd-\xff.txt"
    Path(bytes(world.worktree(session)).decode(), name.decode("utf-8", "surrogateescape")).write_bytes(
        b"\xfe\n"
    )

    listed = visitor.ok("diff:list", {"session_id": session.id})["files"]
    assert [each["change"] for each in listed] == ["added"]
    shown = visitor.ok("diff:file", {"session_id": session.id, "path": listed[0]["path"]})
    assert shown["path"] == listed[0]["path"]
    assert len(visitor.ok("git:status", {"id": session.id})["files"]) == 1


def test_of_two_pages_that_start_a_turn_one_is_told_that_it_is_busy(
    world: World, visit: Callable[[], Visitor]
) -> None:
    session = world.new("Sleep 30 seconds.")
    first, second = visit(), visit()
    answers: list[dict[str, Any]] = []

    def start(page: Visitor) -> None:
        answers.append(page.ask("session:start", {"session_id": session.id}))

    both = [threading.Thread(target=start, args=(page,)) for page in (first, second)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert sorted(key for answer in answers for key in answer) == ["error", "ok"]
    refused = next(answer["error"] for answer in answers if "error" in answer)
    assert refused["code"] == "busy"
    assert refused["hint"]
    assert second.ok("session:stop", {"id": session.id}) == {"stopped": True}
    until(lambda: not first.ok("session:get", {"id": session.id})["busy"])


def test_a_long_check_does_not_hold_up_the_page(world: World, visitor: Visitor, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    session = world.new("Say hello", script=f'until test -e "{gate}"; do sleep 0.05; done')
    checks: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: checks.append(visitor.ask("session:check", {"id": session.id})))
    waiting.start()

    assert visitor.ok("session:list")["sessions"][0]["id"] == session.id
    assert visitor.ok("app:snapshot")["total"] == 1
    assert not checks
    gate.touch()
    waiting.join()
    assert checks[0]["ok"]["passed"] is True


def test_the_first_picture_of_very_many_sessions_holds_those_that_matter(
    world: World, site: Site, visitor: Visitor
) -> None:
    now = utc_now()
    with open_database(world.core.data_dir / "sessions.sqlite") as database, database.write() as connection:
        for number in range(2 * SNAPSHOT_SESSIONS):
            waits = number % 100 == 0
            sessions.insert(
                connection, stored(world, number, now, SessionStatus.ERROR if waits else SessionStatus.IDLE)
            )

    snapshot = visitor.ok("app:snapshot")

    RESPONSES["app:snapshot"].validate_json(json.dumps(snapshot))
    assert (len(snapshot["sessions"]), snapshot["total"]) == (SNAPSHOT_SESSIONS, 2 * SNAPSHOT_SESSIONS)
    assert {each["status"] for each in snapshot["sessions"][:10]} == {"error"}
    assert snapshot["recent_repos"] == [str(world.repo)]
    rest = visitor.ok("session:list")
    RESPONSES["session:list"].validate_json(json.dumps(rest))
    assert len(rest["sessions"]) == 2 * SNAPSHOT_SESSIONS


def stored(world: World, number: int, now: Any, status: SessionStatus) -> Session:
    return Session(
        id=f"s{number:07d}",
        name=f"Session {number}",
        status=status,
        prompt="Say hello",
        repo_root=str(world.repo),
        base_branch="main",
        base_commit="0" * 40,
        branch=f"amp/session-{number}",
        worktree_path=str(world.repo / ".worktrees" / str(number)),
        created_at=now,
    )


def test_the_first_picture_does_not_wait_for_an_agent_that_hangs(
    world: World, visitor: Visitor, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    agent = tmp_path / "amp"
    agent.write_text(f"#!/bin/sh\ntouch {asked}\nexec sleep 600\n")
    agent.chmod(0o755)
    config = Path.home() / ".ampsm" / "config.yaml"
    config.parent.mkdir()
    config.write_text(f"amp:\n  mode: local-cli\n  cli_path: {agent}\n")

    begun = time.monotonic()
    snapshot = visitor.ok("app:snapshot")

    assert snapshot["mode"]["mode"] == "local-cli"
    assert snapshot["mode"]["state"] == "unknown"
    assert not asked.exists()
    assert time.monotonic() - begun < 30
