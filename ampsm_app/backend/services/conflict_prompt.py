"""What an agent is told when it is asked to settle conflicts, and the file in which it names sides."""

import json
from collections.abc import Sequence

from ampsm_app.backend.domain.merges import Conflicted, Merge, Side
from ampsm_app.backend.domain.sessions import Session
from ampsm_app.backend.git.questions import Question

# In the context folder, which is never part of an answer.
CHOICES = "CONFLICTS.txt"

_UNDECIDED = "undecided"
_HAPPENED = {
    "content": "both sides changed the same lines",
    "add_add": "both sides added a file of this name",
    "rename": "the sides renamed it differently, or renamed two files to one name",
    "binary": "both sides changed it, and it is no text",
    "mode": "it is a file on one side and a link on the other",
    "submodule": "the sides point to different commits of a submodule",
}


def conflict_prompt(session: Session, merge: Merge, asked: Sequence[Question], notes: str | None) -> str:
    """The task: what is merged, the conflicts and the rules, and what the user has to say about it.

    Which side is which is told by the markers' own labels.
    """
    parts = [
        f"The work of this session is being merged into `{merge.base_branch}`, and the two conflict. "
        "You stand in a scratch worktree that holds the merged result so far: only the conflicted files "
        "named below are taken from it, and nothing else that you change here is kept.",
        f"The goal of the session was:\n\n{_fenced(session.prompt)}",
        f"`base` is what `{merge.base_branch}` has (commit {merge.base_sha[:12]}), `session` is what this "
        f"session did (commit {merge.session_sha[:12]}), `ancestor` is what both started from.",
        "The conflicts are:\n\n" + "\n".join(_line(each) for each in asked),
    ]
    if marked := [each for each in asked if each.marked]:
        names = ", ".join(spelled(each.path) for each in marked)
        parts.append(
            f"Resolve the conflicts in {names}.\n"
            "Each of them is marked with `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>`: put there what does "
            "justice to both sides, with no marker left."
        )
    if len(marked) < len(asked):
        parts.append(
            f"Where a file holds no markers, either give it the content that it should have, or name a side: "
            f"put `base` or `session` in the place of `{_UNDECIDED}` in `{session.context_dir}/{CHOICES}`. "
            "A file that one side deleted may also be deleted."
        )
    parts.append("Do not commit. The result is checked afterwards.")
    return "\n\n".join([*parts, *([notes.strip()] if notes and notes.strip() else [])])


def choices_file(asked: Sequence[Question]) -> str:
    """The file in which sides can be chosen for what has no markers; empty where there is none such."""
    return "".join(f"{_UNDECIDED} {_name(each.path)}\n" for each in asked if not each.marked)


def read_choices(text: str, asked: Sequence[Question]) -> dict[str, Side]:
    """The sides that were chosen, by path; lines that say something else count as undecided."""
    names = {_name(each.path): each.path for each in asked}
    found: dict[str, Side] = {}
    for line in text.splitlines():
        word, _, name = line.strip().partition(" ")
        path = names.get(name.strip())
        if path is not None and word in ("base", "session"):
            found[path] = "base" if word == "base" else "session"
    return found


def spelled(path: str) -> str:
    """A path between backticks; one with odd characters as JSON spells it."""
    return f"`{_name(path)}`"


def _name(path: str) -> str:
    plain = path.isprintable() and "`" not in path and path == path.strip()
    return path if plain else json.dumps(path)


def _line(question: Question) -> str:
    conflict = question.conflict
    return f"- {spelled(conflict.path)}: {_happened(conflict)}."


def _happened(conflict: Conflicted) -> str:
    if conflict.kind != "delete_modify":
        return _HAPPENED[conflict.kind]
    if conflict.base_oid is None:
        return "base deleted it, the session changed it"
    return "base changed it, the session deleted it"


def _fenced(text: str) -> str:
    """The text as a block that nothing in it can end."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text.strip()}\n{fence}"
