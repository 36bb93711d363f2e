"""What scripts are promised is what the program does: documents, exit statuses, codes."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from ampsm_app.backend.core import is_exported, wire_event
from ampsm_app.backend.domain import errors
from ampsm_app.backend.domain.events import Event, EventData, ToolCalled
from ampsm_app.backend.domain.model import utc_now
from tests.cli.conftest import Terminal, amp
from tests.docs.pages import ROOT, blocks, rows

PAGE = ROOT / "docs" / "machine-interface.md"
MERGING = ROOT / "docs" / "merging.md"
# Where a code stands in a call, by the name of what is called.
PLACES = {"Refused": 0, "_error": 0, "Fault": 1, "_Verdict": 2}
__all__ = ["amp"]


def words(cell: str) -> set[str]:
    """The names in backticks of a cell, one or a comma's list in each."""
    return {name for part in re.findall(r"`([^`]+)`", cell) for name in part.split(", ")}


def documented_codes() -> set[str]:
    text = PAGE.read_text("utf-8")
    refusals = MERGING.read_text("utf-8").partition("## Why a merge is refused")[2].partition("\n## ")[0]
    tables = (*rows(text.partition("## Codes")[2]), *rows(refusals))
    return {code for row in tables for code in words(row[0])} | words(refusals.rpartition("|\n\n")[2])


def documented_fields(command: str) -> set[str]:
    found = [row for row in rows(PAGE.read_text("utf-8")) if command in words(row[0])]
    return words(found[0][1])


def codes_in_calls() -> Iterator[str]:
    for path in sorted((ROOT / "ampsm_app").rglob("*.py")):
        if "demo_agent" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                yield from _codes(node)


def _codes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call():
            parts: list[ast.expr] = [each.value for each in node.keywords if each.arg == "code"]
            at = PLACES.get(getattr(node.func, "id", ""))
            parts += node.args[at : at + 1] if at is not None else []
        case (
            ast.AnnAssign(target=ast.Name(id="default_code"))
            | ast.Assign(targets=[ast.Name(id="default_code")])
        ):
            parts = [node.value] if node.value else []
        case _:
            return
    for part in parts:
        options = (part.body, part.orelse) if isinstance(part, ast.IfExp) else (part,)
        values = [each.value for each in options if isinstance(each, ast.Constant)]
        yield from (value for value in values if isinstance(value, str))


def texts_in_code() -> set[str]:
    """Every string constant of the program."""
    return {
        node.value
        for path in (ROOT / "ampsm_app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_code_of_the_program_is_documented() -> None:
    assert not set(codes_in_calls()) - documented_codes()


def test_every_documented_code_is_in_the_program() -> None:
    known = texts_in_code()
    composed = {"mid_": {"rebase", "merge", "cherry-pick", "revert", "bisect"}, "commit_": known}
    for code in documented_codes() - known:
        start, ends = next((each for each in composed.items() if code.startswith(each[0])), ("", known))
        assert code.removeprefix(start).replace("_", "-") in ends, code


def test_exit_statuses_are_those_of_the_errors() -> None:
    stated = {row[0] for row in rows(PAGE.read_text("utf-8")) if row[0].isdigit()}
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    raised = {str(each.exit_status) for each in kinds if issubclass(each, errors.AmpsmError)}
    assert stated == raised | {"0", "1", "130"}


def test_event_types_are_those_that_are_written() -> None:
    stated = re.search(
        r"^The fields of `data` are camelCase\. Types: (`[^`]+`)", PAGE.read_text("utf-8"), re.M
    )
    kinds = [each.model_construct() for each in get_args(get_args(EventData)[0])]
    assert stated is not None
    assert words(stated[1]) == {data.type for data in kinds if is_exported(data)}


def test_the_example_of_an_event_has_its_fields() -> None:
    example = next(json.loads(block.text) for block in blocks(PAGE) if block.kind == "json")
    called = ToolCalled(tool_use_id="1", tool_name="read", success=True)
    event = Event(seq=1, session_id="s", iteration_id="s-1", timestamp=utc_now(), data=called)
    assert set(example) == set(wire_event(event))
    assert set(example["data"]) == set(wire_event(event)["data"])


@pytest.mark.timeout(300)
def test_documents_have_the_fields_that_are_documented(amp: Terminal) -> None:
    def says(*command: str, name: str = "") -> Any:
        document = amp(*command, "--json").json
        one = document[0] if isinstance(document, list) else document
        assert set(one) != {"error"}, document
        assert set(one) == documented_fields(name or command[0]), command
        return document

    amp("mode", "demo")
    prompt = 'Create the file a.txt with the text "a".'
    new_session = says("new", "--name", "one", "--prompt", prompt, "--script", "true")
    new = new_session["id"]
    turn = says("iterate", "one")
    says("run", "one")
    says("list")
    says("rename", "one", "first")
    status = amp("status", new, "--json").json
    assert set(status) == documented_fields("list") | {"last_iteration"}
    assert status["last_iteration"] == turn
    assert set(turn["usage"]) == documented_fields("usage")
    says("diff", new)
    worktree = Path(new_session["worktree_path"])
    (worktree / "b.txt").write_text("b\n")
    says("stage", new, "--all")
    says("unstage", new, "--all")
    says("discard", new, "--all", "--yes")
    (worktree / "b.txt").write_text("b\n")
    made = says("commit", new, "--all", "-m", "By hand")["commit_sha"]
    says("rollback", new, f"{made}~1", "--yes")
    says("cherry-pick", new, made)
    says("preflight", new)
    says("squash", new)
    says("rebase", new)
    says("merge", new)
    points = says("history", new)
    held = says("history", new, points[0]["id"], name="history POINT")
    assert set(held["effect"]) == documented_fields("effect")
    says("restore", new, points[0]["id"])
    says("stop", new)
    says("mode")
    says("repo-info")
    says("config", "path", name="config path")
    says("config", "set", "checks.timeout", "5m", name="config set")
    says("cleanup", new, "--force")
    second = amp("new", "--prompt", prompt, "--json").json["id"]
    assert set(says("delete", second)["loss"]) == documented_fields("loss")
    entries = says("trash", "list", name="trash list")
    says("trash", "restore", entries[0]["id"], name="trash restore")
    space = says("clean-environment")
    assert set(space["items"][0]) == documented_fields("items")
    assert set(space["totals"][0]) == documented_fields("totals")
    says("trash", "empty", "--yes", name="trash empty")
