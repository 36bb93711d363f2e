"""Flags and modes, read out of help texts of three generations."""

from ampsm_app.backend.agents.help_text import listed_modes, listed_options

OF_2025 = """\
Usage: amp [options] [command]

Options:
  -V, --version              output the version number
  -x, --execute [message]    Use execute mode, optionally
                             with a user message
  --try-gpt5                 Try GPT-5 (--blend does not go with it)
  --blend <name>             Use a blend of models
  -h, --help                 display help for command

Commands:
  threads                    Manage threads
  login                      --not-an-option
"""

OF_JANUARY = """\
Amp CLI

Usage: amp [options] [command]

Commands:

  threads       [alias: t, thread] Manage threads

Options:

  -V, --version
      Print the version number and exit
  -m, --mode <value>
      Set the agent mode (free, rush, smart) — controls the model, system prompt, and tool selection
  -x, --execute [message]
      Use execute mode, optionally with user message.
  --stream-json
      When used with --execute, output in Claude Code-compatible stream JSON format instead of plain text.

Environment variables:

  AMP_URL            URL for the Amp service

Examples:

  $ amp --not-an-option -x "Rename all .markdown files"
"""

NEWEST = """\
Amp CLI

Options:

  -v
      Alias for --version
  -m, --mode <value>
      Set the agent mode (low, medium, high, ultra, or a plugin mode by key or label, case-insensitive) — controls the
      model, system prompt, and tool selection
  -ox, --orb-execute
      When used with -x/--execute, execute in an async orb on the Amp server. The -ox shorthand enables both options.
      With `threads continue`, sends the message to the existing thread so it runs on that thread’s own remote executor.
  --plugin-ready-timeout [seconds]
      Use 0 to
      --disable it.
  -x, --execute [message]
      Use execute mode

Global options:

  --settings-file <value>
      Custom settings file path
"""  # noqa: E501 - as it is printed


def test_options_on_one_line() -> None:
    options = listed_options(OF_2025)

    assert set(options) == {
        "-V",
        "--version",
        "-x",
        "--execute",
        "--try-gpt5",
        "--blend",
        "-h",
        "--help",
    }
    assert listed_modes(options) == ()


def test_options_with_a_description_below() -> None:
    options = listed_options(OF_JANUARY)

    assert set(options) == {"-V", "--version", "-m", "--mode", "-x", "--execute", "--stream-json"}
    assert listed_modes(options) == ("free", "rush", "smart")


def test_the_newest_form() -> None:
    options = listed_options(NEWEST)

    assert "--disable" not in options
    assert {"--orb-execute", "-ox", "--plugin-ready-timeout", "--settings-file"} <= set(options)
    assert listed_modes(options) == ("low", "medium", "high", "ultra")


def test_a_text_that_is_no_help() -> None:
    assert listed_options("hello\nworld") == {}
    assert listed_options("") == {}
