"""What `--version` and `--help` print, in the form of Amp's newest command line."""

VERSION = "0.0.1790142911-demo (released 2026-09-23T05:55:11.000Z, the demo agent)"

ROOT = """\
Amp CLI

The demo agent: it speaks Amp's command line, works offline and does simple things in plain words.

Usage: amp [options] [command]

Commands:

  version       Print the version number and exit
  login         Log in to Amp
  threads       [alias: t, thread] Manage threads
    new         [alias: n] Create a new thread
    continue    [alias: c] Continue an existing thread
    list        [alias: l, ls] List all threads
    markdown    [alias: md] Render thread as markdown
"""

THREADS = """\
Usage: amp threads [options] [command]

Thread management commands. When no subcommand is provided, defaults to listing threads.

Commands:

  new       [alias: n] Create a new thread
  continue  [alias: c] Continue an existing thread
  list      [alias: l, ls] List all threads
  markdown  [alias: md] Render thread as markdown
"""

THREAD_COMMANDS = {
    "list": "Usage: amp threads list [options]\n\nList all your threads with their IDs and names.\n",
    "new": "Usage: amp threads new [options]\n\nCreate a new thread and print its ID.\n",
    "continue": "Usage: amp threads continue [options] [threads...]\n\nContinue an existing thread.\n",
    "markdown": "Usage: amp threads markdown [options] <thread>\n\nRender a thread as markdown.\n",
}

OPTIONS = """
  --visibility <visibility>
      Set thread visibility (private, unlisted, workspace, group)
  -V, --version
      Print the version number and exit
  -v
      Alias for --version
  --settings-file <value>
      Custom settings file path
  --log-level <value>
      Set log level (error, warn, info, debug, audit)
  --log-file <value>
      Set log file location
  --dangerously-allow-all
      Disable all command confirmation prompts (agent will execute all commands without asking)
  --mcp-config <value>
      JSON configuration or file path for MCP servers to merge with existing settings
  -m, --mode <value>
      Set the agent mode (low, medium, high, ultra, case-insensitive) — controls the
      model, system prompt, and tool selection
  --model <value>
      Set the model by name
  --executor <value>
      Run a new thread locally (local)
  -x, --execute [message]
      Use execute mode, optionally with user message. In execute mode, agent will execute provided prompt
      (either as argument, or via stdin). Enabled automatically when redirecting stdout.
  --title <title>
      With --execute, set the title of the new thread before starting the agent.
  --stream-json
      When used with --execute, output in Claude Code-compatible stream JSON format instead of plain text.
  --stream-json-thinking
      Include thinking blocks in stream JSON output (non-Claude Code extension). Implies --stream-json.
  --stream-json-input
      Read JSON Lines user messages from stdin. Requires both --execute and --stream-json.
  --no-archive-after-execute
      When used with --execute on a new thread, leave the thread unarchived after the command finishes.
  -l, --label <label>
      Add a label to the thread created or continued by this command. Repeat the flag for multiple labels.
"""

ENVIRONMENT = """
Environment variables:

  AMP_DEMO_STATE  Folder that keeps the threads (default: one of this user among the temporary files)
  AMP_DEMO_LOGIN  Pretend a login state: none, trap, unauthorized or offline
"""

CAPABILITIES = """\
I am the demo agent: no model, only a script. I do simple things that a prompt asks for in plain words, \
one sentence after the other:
- create notes.md with "some text" (or with a code block), append "a line" to notes.md, \
replace "old" with "new" in notes.md, delete notes.md, rename a.txt to b.txt, read notes.md
- create 5 files in src
- run `make test`, sleep 2 seconds, commit with message "Done"
- say "hello", think "let me see", ask "Which colour?", use 5000 tokens, fail with "a reason"
- use a sub-agent to create notes.md, resolve the conflict in notes.md"""


def help_for(words: list[str]) -> str:
    """The help of a command, given by its words; the root's for none and for one that is not known."""
    match words:
        case ["threads" | "thread" | "t"]:
            return f"{THREADS}\nGlobal options:\n{OPTIONS}"
        case ["threads" | "thread" | "t", command, *_] if command in THREAD_COMMANDS:
            return f"{THREAD_COMMANDS[command]}\nGlobal options:\n{OPTIONS}"
        case _:
            return f"{ROOT}\nOptions:\n{OPTIONS}{ENVIRONMENT}"
