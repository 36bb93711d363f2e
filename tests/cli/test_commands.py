"""The command line: what scripts rely on, what people read, how it ends."""

import json
from pathlib import Path

import pytest

from ampsm_app import __version__
from tests.cli.conftest import Result, Terminal
from tests.conftest import git

DEMO = ("--mode", "demo")
SESSION_FIELDS = {
    "id",
    "name",
    "status",
    "repo_root",
    "base_branch",
    "branch",
    "worktree_path",
    "model",
    "mode",
    "agent",
    "thread_id",
    "created_at",
    "last_run_at",
}
ITERATION_FIELDS = {
    "id",
    "session_id",
    "number",
    "outcome",
    "commit_sha",
    "changed_files",
    "lines_added",
    "lines_deleted",
    "check",
    "usage",
    "cost_usd",
    "cost_kind",
    "model",
    "mode",
    "thread_id",
    "duration_ms",
    "error",
}


def new(amp: Terminal, prompt: str, *options: str) -> str:
    made = amp("new", "--prompt", prompt, *DEMO, "--json", *options)
    assert made.status == 0, made
    return str(made.json["id"])


def test_version_and_help(amp: Terminal) -> None:
    assert amp("--version").out == f"amp-sessions {__version__}\n"
    shown = amp("--help")
    assert shown.status == 0
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    for word in ("new", "iterate", "merge", "continue-merge", "doctor"):
        assert f"  {word} " in shown.out


def test_new_list_status_and_iterate_speak_json(amp: Terminal) -> None:
    made = amp(
        "new", "--prompt", 'Create the file a.txt with the text "one".', *DEMO, "--script", "true", "--json"
    )
    assert made.json.keys() >= SESSION_FIELDS
    assert made.json["created_at"].endswith("Z")

    turn = amp("iterate", made.json["id"], "--json")
    assert turn.status == 0
    assert turn.json.keys() >= ITERATION_FIELDS
    assert turn.json["check"].keys() == {"passed", "exit_code", "duration_ms"}
    assert set(turn.json["usage"]) == {
        "input_tokens",
        "cache_write_tokens",
        "cache_read_tokens",
        "output_tokens",
        "total_tokens",
    }

    listed = amp("list", "--json").json
    assert [each["id"] for each in listed] == [made.json["id"]]
    assert listed[0].keys() >= SESSION_FIELDS
    status = amp("status", made.json["id"][:4], "--json").json
    assert status.keys() >= {*SESSION_FIELDS, "last_iteration"}
    assert status["last_iteration"]["commit_sha"] == turn.json["commit_sha"]


def test_what_people_read_fits_eighty_columns(amp: Terminal) -> None:
    session = new(amp, "Say hello", "--name", "A very long name " * 8)
    amp("iterate", session)

    for command in (
        ("list",),
        ("status", session),
        ("history", session),
        ("config", "list"),
        ("preflight", session),
    ):
        shown = amp(*command).out
        assert shown
        lines = [line for line in shown.splitlines() if "/" not in line]
        assert all(len(line) <= 80 for line in lines), shown


@pytest.mark.parametrize(
    ("prompt", "script", "status"),
    [
        ("Say hello", "true", 0),
        ("Say hello", "false", 1),
        ("Fail.", "true", 1),
        ("Hit a rate limit.", "true", 1),
        ('Ask "Which one?".', "true", 1),
    ],
)
def test_iterate_ends_as_the_turn_did(amp: Terminal, prompt: str, script: str, status: int) -> None:
    assert amp("iterate", new(amp, prompt, "--script", script)).status == status


def test_no_usable_agent_is_six_and_its_document_is_the_iteration(amp: Terminal, tmp_path: Path) -> None:
    session = new(amp, "Say hello")
    turn = amp("iterate", session, "--amp-cli", str(tmp_path / "nothing"), "--mode", "local-cli", "--json")
    assert turn.status == 6
    assert turn.json["outcome"] == "environment"


def test_errors_are_one_document_with_a_stable_code_and_status(amp: Terminal, tmp_path: Path) -> None:
    def error(result: Result) -> tuple[int, str]:
        assert set(result.json["error"]) == {"code", "message", "hint", "details"}
        return result.status, result.json["error"]["code"]

    assert error(amp("status", "nobody", "--json")) == (3, "not_found")
    assert error(amp("new", "--prompt", "x", "--repo", str(tmp_path), "--json")) == (3, "no_repository")
    assert error(amp("new", "--json")) == (2, "invalid_input")
    assert error(amp("nonsense", "--json")) == (2, "invalid_input")
    assert error(amp("config", "get", "amp.nonsense", "--json"))[0] == 2
    assert error(amp("merge", "nobody", "--json")) == (3, "not_found")
    assert error(amp("serve", "--host", "0.0.0.0", "--json"))[0] == 2


def test_a_wrong_name_is_told_with_the_right_one(amp: Terminal) -> None:
    assert "Did you mean 'iterate'?" in amp("itterate").err


def test_the_stream_is_one_event_a_line_in_the_specifications_shape(amp: Terminal, tmp_path: Path) -> None:
    metrics = tmp_path / "metrics.jsonl"
    session = new(amp, 'Create the file a.txt with the text "one".')

    streamed = amp("iterate", session, "--stream-json", "--metrics-file", str(metrics))

    events = [json.loads(line) for line in streamed.out.splitlines()]
    assert events == [json.loads(line) for line in metrics.read_text().splitlines()]
    assert all(set(each) == {"type", "sessionId", "iterationId", "timestamp", "data"} for each in events)
    kinds = {each["type"]: each["data"] for each in events}
    assert set(kinds["tool_call"]) >= {"toolName", "args", "startTime", "endTime", "durationMs", "success"}
    assert set(kinds["file_edit"]) >= {"path", "linesAdded", "linesDeleted", "operation", "diff"}
    assert set(kinds["llm_usage"]) >= {"model", "promptTokens", "completionTokens", "totalTokens", "costUsd"}
    assert kinds["iteration_start"]["iterationNumber"] == 1
    assert kinds["iteration_end"].keys() >= {"iterationNumber", "status", "outcome", "gitSha", "commitSha"}
    amp("iterate", session, "--notes", "Say more", "--metrics-file", str(metrics))
    assert len(metrics.read_text().splitlines()) > len(events)


def test_stream_shows_what_the_agent_says(amp: Terminal) -> None:
    shown = amp("iterate", new(amp, 'Say "good morning".'), "--stream")
    assert "good morning" in shown.out


def test_follow_ups_are_all_sent(amp: Terminal) -> None:
    session = new(amp, "Say one", "--follow-up", "Say two", "--follow-up", "Say three")
    assert amp("iterate", session, "--all").status == 0
    assert amp("status", session, "--json").json["iterations"] == 3


def test_diff_in_all_its_forms(amp: Terminal) -> None:
    session = new(amp, 'Create the file a.txt with the text "one".')
    amp("iterate", session)
    amp("iterate", session, "--notes", 'Append "two" to a.txt.')

    assert "+one" in amp("diff", session).out
    assert amp("diff", session, "--name-only").out == "a.txt\n"
    assert "+2 −0" in amp("diff", session, "--stat").out
    assert "+two" in amp("diff", session, "--iteration", "2").out
    assert "+one" not in amp("diff", session, "--iteration", "2").out
    assert amp("diff", session, "--staged").out == ""
    assert amp("diff", session, "--json").json["lines_added"] == 2
    assert amp("diff", session, "--staged", "--iteration", "1").status == 2


def test_the_whole_way_to_main(amp: Terminal, repo: Path, tmp_path: Path) -> None:
    session = new(amp, 'Create the file a.txt with the text "one".')
    amp("iterate", session)

    ready = amp("preflight", session, "--json")
    assert (ready.status, ready.json["ready"]) == (0, True)
    assert ready.json.keys() >= {
        "issues",
        "ahead_by",
        "behind_by",
        "branch_point",
        "amp_commits",
        "manual_commits",
    }
    merged = amp(
        *("merge", session, "--message", "feat: a", "--include-manual", "include", "--onto", "main"),
        *("--export-patch", str(tmp_path / "a.patch"), "--json"),
    )
    assert merged.status == 0
    assert merged.json["status"] == "merged"
    assert git(repo, "log", "-1", "--format=%s") == "feat: a"
    assert (tmp_path / "a.patch").exists()
    again = amp("merge", session, "--json")
    assert (again.status, again.json["status"], again.json["code"]) == (1, "refused", "nothing_to_merge")
    assert amp("cleanup", session, "--yes").status == 0
    assert amp("list", "--json").json == []
    assert amp("list", "--all", "--json").json[0]["status"] == "done"


def test_conflicts_from_the_terminal(amp: Terminal, repo: Path) -> None:
    session = new(amp, 'Replace "hello" with "session" in README.md.')
    amp("iterate", session)
    (repo / "README.md").write_text("base\n")
    git(repo, "commit", "-q", "-am", "base")

    conflict = amp("merge", session, "--json")
    assert conflict.status == 1
    assert conflict.json["conflicts"] == [{"path": "README.md", "kind": "content", "resolved": False}]
    worktree = Path(amp("status", session, "--json").json["worktree_path"])
    assert "<<<<<<<" in (worktree / "README.md").read_text()
    assert amp("continue-merge", session, "--json").json["code"] == "markers_left"
    assert amp("abort-merge", session, "--json").json["status"] == "aborted"
    assert (worktree / "README.md").read_text() == "session\n"

    amp("merge", session)
    done = amp("continue-merge", session, "--take", "session", "README.md", "--json")
    assert (done.status, done.json["status"]) == (0, "merged")
    assert (repo / "README.md").read_text() == "session\n"
    assert amp("abort-merge", session, "--json").json["error"]["code"] == "no_merge"


def test_history_and_restore(amp: Terminal) -> None:
    session = new(amp, 'Create the file a.txt with the text "one".')
    amp("iterate", session)
    amp("squash", session, "--message", "one")
    points = amp("history", session, "--json").json
    assert [point["operation"] for point in points] == ["squash"]
    assert amp("restore", session, points[0]["id"]).status == 0
    assert amp("delete", session, "--json").json["error"]["code"] == "would_lose_work"
    gone = amp("delete", session, "--force", "--json")
    assert gone.status == 0
    assert amp("restore", session, gone.json["point"]["id"]).status == 0
    assert amp("status", session, "--json").json["id"] == session


def test_settings_from_the_terminal(amp: Terminal, private_home: Path) -> None:
    assert amp("config", "get", "git.commit_prefix").out == "amp:\n"
    assert amp("config", "set", "amp.timeout", "5m").status == 0
    assert amp("config", "get", "amp.timeout", "--json").json in (300.0, "5m")
    assert str(private_home) in amp("config", "path").out
    secret = amp("config", "set", "ampEnv.AMP_TOKEN", "very-secret-value")
    assert "list of processes" in secret.err
    assert "very-secret-value" not in amp("config", "list").out
    assert amp("mode", "demo", "--json").json["mode"] == "demo"
    assert amp("mode", "--json").json["state"] == "demo"


def test_a_prompt_and_notes_come_from_standard_input(amp: Terminal) -> None:
    made = amp("new", "--prompt", "-", *DEMO, "--json", stdin="Say hello from stdin")
    assert made.json["prompt"] == "Say hello from stdin"


def test_new_says_what_is_not_part_of_the_session(amp: Terminal, repo: Path) -> None:
    (repo / "loose.txt").write_text("x")
    assert "1 uncommitted file of your checkout" in amp("new", "--prompt", "Say hello", *DEMO).err


def test_logs_show_what_happened(amp: Terminal) -> None:
    session = new(amp, 'Say "good morning".')
    amp("iterate", session)
    assert "good morning" in amp("logs", session).out
    assert '"assistant"' in amp("logs", session, "--raw").out
    assert all(json.loads(line)["type"] for line in amp("logs", session, "--json").out.splitlines())


def test_health_commands(amp: Terminal) -> None:
    assert amp("repo-info", "--json").json["default_base"] == "main"
    assert amp("test-git", "--json").json["ok"] is True
    assert amp("verify-amp", *DEMO, "--json").json["ok"] is True
    report = amp("doctor", "--json").json
    assert {"git", "identity", "database", "disk"} <= {each["name"] for each in report["findings"]}
    assert amp("clean-environment", "--only", "worktree", "--json").json["reclaimable"] == 0
    assert "_AMP_SESSIONS_COMPLETE" in amp("completion", "bash").out


def test_the_demo_merges_both_and_says_so(amp: Terminal, tmp_path: Path) -> None:
    shown = amp("demo", "--folder", str(tmp_path / "tea"))
    assert shown.status == 0
    assert "Both merged, nothing lost." in shown.out
    assert (tmp_path / "tea" / "docs" / "oolong.md").exists()
    assert (tmp_path / "tea" / "docs" / "guide.md").exists()
