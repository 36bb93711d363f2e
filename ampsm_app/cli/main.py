"""The entry point: a lazy table of commands, so that none pays for another's imports."""

import importlib
import sys
from collections.abc import Sequence

# name -> (module below `commands`, one line of help). The help stands here so that `--help` imports nothing.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("new", "create", "Create a session: a worktree and a branch of its own"),
    ("list", "listing", "List sessions"),
    ("status", "listing", "Show one session"),
    ("iterate", "iterate", "Run one turn of the agent"),
    ("run", "iterate", "Run the check script by hand"),
    ("stop", "iterate", "End a running turn"),
    ("logs", "logs", "Show what the agent said and did"),
    ("diff", "diff", "Show what a session changed"),
    ("stage", "staging", "Put changed files into a session's index"),
    ("unstage", "staging", "Take files out of a session's index"),
    ("commit", "staging", "Commit what is staged, as your own commit"),
    ("discard", "staging", "Take back changes that are not staged"),
    ("rollback", "staging", "Take a session back to one of its commits"),
    ("cherry-pick", "staging", "Apply commits of another session"),
    ("rename", "manage", "Give a session another name"),
    ("archive", "manage", "Take a session out of the list, or back in"),
    ("delete", "manage", "Move a session to the trash"),
    ("squash", "landing", "Make one commit of the agent's commits"),
    ("rebase", "landing", "Move a session's commits onto another ref"),
    ("preflight", "landing", "Say whether a session can be merged, and what it would do"),
    ("merge", "merge", "Merge a session into its base"),
    ("continue-merge", "merge", "Go on with a merge whose conflicts are resolved"),
    ("abort-merge", "merge", "Undo a merge that is not finished"),
    ("cleanup", "manage", "Remove worktree and branch of a merged session"),
    ("history", "history", "List the points that can be restored"),
    ("restore", "history", "Go back to a point"),
    ("trash", "trash", "List, bring back or delete what was deleted"),
    ("config", "config", "Read and change settings"),
    ("mode", "config", "Show or switch the mode"),
    ("doctor", "health", "Look for what does not work on this machine"),
    ("verify-amp", "health", "Run one real turn in a scratch repository"),
    ("test-git", "health", "Run every git operation in a scratch repository"),
    ("clean-environment", "space", "Show what takes space, and give it back"),
    ("repo-info", "health", "Show what is seen of a repository"),
    ("demo", "demo", "Watch two agents change a repository, and merge both"),
    ("demo-agent", "demo", "Be the scripted demo agent"),
    ("serve", "serve", "Serve the page to a browser on this machine"),
    ("app", "serve", "Open the window"),
    ("selftest", "health", "Prove that the installed program works"),
    ("completion", "completion", "Print the completion script of a shell"),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run a command and exit with its status."""
    args = list(sys.argv[1:] if argv is None else argv)
    if args == ["--version"]:
        from ampsm_app import __version__

        sys.stdout.write(f"amp-sessions {__version__}\n")
        sys.exit(0)
    if args[:1] == ["_guard"]:
        from ampsm_app.backend.exec.guard import main as guard

        guard()
        sys.exit(0)
    if args[:1] == ["demo-agent"]:
        from ampsm_app.demo_agent.cli import main as demo_agent

        sys.exit(demo_agent(args[1:]))
    from ampsm_app.cli.errors import run_and_exit
    from ampsm_app.cli.group import make_group

    run_and_exit(make_group(COMMANDS, _load), args)


def _load(module: str, name: str) -> object:
    loaded = importlib.import_module(f"ampsm_app.cli.commands.{module}")
    return getattr(loaded, name.replace("-", "_") + "_command")
