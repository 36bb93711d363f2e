"""The check script is guessed from what the base commit holds."""

import json
from pathlib import Path

import pytest

from ampsm_app.backend.exec.executor import Executor
from ampsm_app.backend.git.runner import Git
from ampsm_app.backend.git.suggestions import suggest_script
from tests.conftest import make_repo

NPM_INIT = 'echo "Error: no test specified" && exit 1'


def package(test: object) -> str:
    return json.dumps({"scripts": {"test": test}})


@pytest.mark.parametrize(
    ("files", "script"),
    [
        ({"package.json": package("vitest run")}, "npm test"),
        ({"package.json": package("vitest"), "pnpm-lock.yaml": ""}, "pnpm test"),
        ({"package.json": package("jest"), "yarn.lock": ""}, "yarn test"),
        ({"package.json": package(NPM_INIT), "Makefile": "test:\n\ttrue\n"}, "make test"),
        ({"package.json": "{broken", "Cargo.toml": "[package]"}, "cargo test"),
        ({"package.json": '["odd"]'}, None),
        ({"package.json": package(3)}, None),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, "python -m pytest -q"),
        ({"pyproject.toml": "[project]\n", "tests/test_x.py": ""}, "python -m unittest"),
        ({"pyproject.toml": "dev = ['pytest']", "uv.lock": ""}, "uv run python -m pytest -q"),
        ({"setup.py": "", "conftest.py": ""}, "python -m pytest -q"),
        ({"tests/test_x.sh": ""}, None),
        ({"go.mod": "module x\n"}, "go test ./..."),
        ({"Makefile": "all: test\ncheck : lint\n"}, "make check"),
        ({"Makefile": "test := 1\n"}, None),
        ({"README.md": "x"}, None),
    ],
)
def test_suggestions(executor: Executor, tmp_path: Path, files: dict[str, str], script: str | None) -> None:
    root = make_repo(tmp_path / "r", files)
    for name in files:
        (root / name).unlink()
    assert suggest_script(Git(executor, root), "HEAD") == script
