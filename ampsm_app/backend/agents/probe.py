"""Asks a binary what it is and what it takes, once; the answer is kept until the binary changes."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from pydantic import ValidationError

import ampsm_app
from ampsm_app.backend.agents.base import AgentProfile
from ampsm_app.backend.agents.discovery import Discovery
from ampsm_app.backend.agents.help_text import listed_modes, listed_options
from ampsm_app.backend.agents.lines import without_escapes
from ampsm_app.backend.agents.quiet import Quiet, quietly
from ampsm_app.backend.exec.command import Completed
from ampsm_app.backend.exec.errors import CannotStart
from ampsm_app.backend.exec.executor import Executor

_ANSWER_S = 20.0

# Flags that a help text may hide, with a value where they take one.
_MAY_BE_HIDDEN = (
    ("--model", "x"),
    ("--dangerously-allow-all",),
    ("--try-gpt5",),
    ("--blend", "alloy-random"),
)


class ProbeCache(Protocol):
    """Where profiles are kept between starts."""

    def get(self, key: str) -> str | None:
        """The text kept under a key."""
        ...

    def put(self, key: str, text: str) -> None:
        """Keep a text under a key."""
        ...


def probe(executor: Executor, found: Discovery, cache: ProbeCache) -> AgentProfile:
    """The profile of a binary that was found; what it cannot do or be is in the profile, not raised.

    One that does not answer is not kept, so that it is asked again next time.
    """
    key = cache_key(found)
    kept = _read(cache.get(key))
    if kept is not None and kept.argv == found.argv:
        return kept
    profile = _ask(executor, found)
    if profile.problem is None:
        cache.put(key, profile.model_dump_json())
    return profile


def cache_key(found: Discovery) -> str:
    """Path, size and time of the binary and our own version: a change of any of them asks anew."""
    assert found.path is not None
    stat = found.path.stat()
    return f"{found.path}|{stat.st_size}|{stat.st_mtime_ns}|{ampsm_app.__version__}"


def _read(text: str | None) -> AgentProfile | None:
    try:
        return AgentProfile.model_validate_json(text) if text else None
    except ValidationError:
        return None


def _ask(executor: Executor, found: Discovery) -> AgentProfile:
    environment: Mapping[str, str] = {"PATH": found.search_path} if found.search_path else {}
    profile = AgentProfile(path=str(found.path), argv=found.argv, search_path=found.search_path)
    with quietly(executor, found.argv, environment) as binary:
        try:
            version = binary.run("--version", timeout_s=_ANSWER_S)
            if problem := _problem(profile.path, "--version", version):
                return profile.model_copy(update={"problem": problem})
            told = binary.run("--help", timeout_s=_ANSWER_S)
        except CannotStart as error:
            return profile.model_copy(update={"problem": error.message})
        options = listed_options(_text(told.stdout))
        if "--execute" not in options:
            problem = f"{profile.path} is no Amp: its --help lists no --execute"
            return profile.model_copy(update={"problem": problem})
        hidden = _hidden_flags(binary, options)
    return profile.model_copy(
        update={
            "version": _text(version.stdout).split()[0],
            "flags": frozenset(options) | hidden,
            "modes": listed_modes(options),
        }
    )


def _problem(path: str, what: str, done: Completed) -> str | None:
    if done.timed_out:
        return f"{path} {what} gave no answer within {_ANSWER_S:g} s"
    if done.exit_code != 0 or not _text(done.stdout).strip():
        words = (_text(done.stderr) or _text(done.stdout)).strip().splitlines()
        why = f": {words[-1][:300]}" if words else ""
        return f"{path} does not run: {what} ended with {done.exit_code}{why}"
    return None


def _hidden_flags(binary: Quiet, options: Mapping[str, str]) -> frozenset[str]:
    unlisted = [flag for flag in _MAY_BE_HIDDEN if flag[0] not in options]

    def takes(flag: tuple[str, ...]) -> bool:
        # Amp shows the help of the command where it knows the flag, and its own help where it does not.
        shown = binary.run(*flag, "threads", "list", "--help", timeout_s=_ANSWER_S)
        return "Usage: amp threads list" in _text(shown.stdout)

    if not unlisted:
        return frozenset()
    with ThreadPoolExecutor(len(unlisted)) as pool:
        answers = pool.map(takes, unlisted)
        return frozenset(flag[0] for flag, known in zip(unlisted, answers, strict=True) if known)


def _text(output: bytes) -> str:
    return without_escapes(output.decode("utf-8", "replace"))
