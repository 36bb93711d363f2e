"""The command line, taken apart as Amp takes it apart."""

from dataclasses import dataclass, field

FLAGS = frozenset(
    {
        "--version",
        "--help",
        "--notifications",
        "--no-notifications",
        "--color",
        "--no-color",
        "--ide",
        "--no-ide",
        "--dangerously-allow-all",
        "--stream-json",
        "--stream-json-thinking",
        "--stream-json-input",
        "--no-archive-after-execute",
        "--last",
        "--include-archived",
        "--json",
    }
)
VALUED = frozenset(
    {
        "--visibility",
        "--settings-file",
        "--log-level",
        "--log-file",
        "--mcp-config",
        "--mode",
        "--model",
        "--effort",
        "--title",
        "--label",
        "--executor",
    }
)
SHORT = {
    "-V": "--version",
    "-v": "--version",
    "-h": "--help",
    "-m": "--mode",
    "-x": "--execute",
    "-l": "--label",
}
MODES = ("low", "medium", "high", "ultra")


class UsageError(Exception):
    """A command line that cannot be used; the words are those of Amp."""


@dataclass(slots=True)
class Options:
    """What was given: `given` holds the long names, `words` what is no option."""

    given: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    message: str | None = None
    unknown: str | None = None

    def has(self, name: str) -> bool:
        """Whether an option was given."""
        return name in self.given

    @property
    def streams(self) -> bool:
        """Whether output is one JSON object a line."""
        return self.has("--stream-json") or self.has("--stream-json-thinking")

    def check(self) -> None:
        """Raise `UsageError` for what Amp refuses."""
        if self.unknown is not None:
            raise UsageError(f"error: unknown option '{self.unknown}'")
        mode = self.given.get("--mode")
        if mode is not None and mode.lower() not in MODES:
            raise UsageError(
                f"error: option '-m, --mode <value>' argument '{mode}' is invalid. "
                f"Allowed choices are {', '.join(MODES)}."
            )


def parse(argv: list[str]) -> Options:
    """The options of a command line; raises `UsageError` where a value is missing."""
    options = Options()
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word.startswith("-") and word != "-":
            _take(word, rest, options)
        else:
            options.words.append(word)
    return options


def _take(word: str, rest: list[str], options: Options) -> None:
    name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
    name = SHORT.get(name, name)
    if name in FLAGS:
        options.given[name] = ""
    elif name == "--execute":
        options.given[name] = ""
        if equals:
            options.message = value
        elif rest and not rest[0].startswith("-"):
            options.message = rest.pop(0)
    elif name in VALUED:
        if not equals and not rest:
            raise UsageError(f"error: option '{word} <value>' argument missing")
        options.given[name] = value if equals else rest.pop(0)
    else:
        options.unknown = options.unknown or word
