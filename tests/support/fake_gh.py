"""A stand-in for GitHub's command line: requests in a JSON file, words and statuses as the real one's."""

import json
import sys
from pathlib import Path
from typing import Any

_SOURCE = """#!{python} -IS
import json, sys
from pathlib import Path

home = Path({folder!r})
state = json.loads((home / "state.json").read_text())
args, said = sys.argv[1:], sys.stdin.read()
state["calls"].append(args)

def value(name):
    return args[args.index(name) + 1] if name in args else None

def leave(words, status, out=sys.stdout):
    (home / "state.json").write_text(json.dumps(state))
    print(words, file=out)
    sys.exit(status)

if not state["login"]:
    leave("To get started with GitHub CLI, please run:  gh auth login", 4, sys.stderr)
if state["broken"]:
    leave(state["broken"], 1, sys.stderr)
found = [each for each in state["requests"] if args[2] in (each["headRefName"], each["url"])]
if args[:2] == ["pr", "view"]:
    if not found:
        leave(f'no pull requests found for branch "{{args[2]}}"', 1, sys.stderr)
    leave(json.dumps({{name: found[-1][name] for name in value("--json").split(",")}}), 0)
if args[:2] == ["pr", "edit"]:
    if value("--title"):
        found[-1].update(title=value("--title"), body=said)
    if value("--base"):
        found[-1].update(baseRefName=value("--base"))
    leave(found[-1]["url"], 0)
if args[:2] == ["pr", "create"]:
    number = len(state["requests"]) + 1
    made = dict(url=f"https://github.example/pull/{{number}}", state="OPEN", headRefName=value("--head"),
                baseRefName=value("--base"), title=value("--title"), body=said)
    heads = [each["headRefName"] for each in state["requests"] if each["state"] == "OPEN"]
    if made["headRefName"] in heads:
        leave("a pull request for this branch already exists", 1, sys.stderr)
    state["requests"].append(made)
    print(f"Creating pull request for {{made['headRefName']}} into {{made['baseRefName']}}", file=sys.stderr)
    leave(made["url"], 0)
leave(f"unknown command {{args}}", 1, sys.stderr)
"""


class FakeGh:
    """The stand-in in a folder of its own, for the front of PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._write({"login": True, "broken": "", "requests": [], "calls": []})
        program = folder / "gh"
        program.write_text(_SOURCE.format(python=sys.executable, folder=str(folder)))
        program.chmod(0o755)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The pull requests that there are."""
        requests: list[dict[str, Any]] = self._read()["requests"]
        return requests

    @property
    def verbs(self) -> list[str]:
        """What it was asked to do, in order."""
        return [call[1] for call in self._read()["calls"]]

    def close(self, state: str) -> None:
        """Merge or close the newest request, as somebody on the web does."""
        now = self._read()
        now["requests"][-1]["state"] = state
        self._write(now)

    def change(self, **fields: object) -> None:
        """Log out (`login=False`), or let every call fail with these words (`broken`)."""
        self._write({**self._read(), **fields})

    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "state.json").read_text())
        return found

    def _write(self, state: dict[str, Any]) -> None:
        (self.folder / "state.json").write_text(json.dumps(state))
