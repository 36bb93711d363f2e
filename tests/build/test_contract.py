"""The page's types are made from the backend's models, and a check notices when they are not."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "build" / "contract.py"


def test_the_page_has_the_types_of_these_models() -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_sent_is_always_there_and_what_is_taken_may_be_left_out() -> None:
    source = contract()["contract_source"]()
    assert "export type EventData =\n  | SessionChanged" in source
    assert "  data: EventData;\n" in source
    assert '"session:create": { request: NewSession; response: SessionSummary };' in source
    new_session = source.split("export interface NewSession {")[1].split("}")[0]
    assert "  repo: string;\n" in new_session
    assert "  base?: string | null;\n" in new_session
    summary = source.split("export interface SessionSummary {")[1].split("}")[0]
    assert "?:" not in summary


def test_json_schema_becomes_typescript() -> None:
    typescript = contract()["typescript"]
    assert typescript({"anyOf": [{"type": "string"}, {"type": "null"}]}) == "string | null"
    assert typescript({"type": "array", "items": {"enum": ["a", "b"]}}) == '("a" | "b")[]'
    assert (
        typescript({"type": "object", "additionalProperties": {"$ref": "#/$defs/Loss"}})
        == "Record<string, Loss>"
    )
    assert typescript({}) == "unknown"


def contract() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))
