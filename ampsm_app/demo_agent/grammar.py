"""The sentences that the demo agent understands, as patterns over masked text."""

import re

from ampsm_app.demo_agent.words import MARK

_NAME = rf"(?:{MARK}|[^\s\x00]+)"
_FILE_NAME = rf"(?:{MARK}|[^\s\x00]*[./\\][^\s\x00]*)"
_ARTICLE = r"(?:(?:the|a|an) )?(?:new |empty )*"
_FILE = rf"{_ARTICLE}(?:(?:text )?file (?:called |named )?(?P<path>{_NAME})|(?P<path2>{_FILE_NAME}))"
_KNOWN_FILE = rf"(?:the )?(?:file )?(?P<path>{_NAME})"
_FOLDER = rf"(?: in(?:to)? (?:the )?(?:folder )?(?P<path>{_NAME}))?"
_CONTENT = r"(?: (?:content|contents|text|line|lines|words?))?"
_WITH = rf"(?:,? (?:with|containing|that (?:says|contains)|saying|holding)(?: the)?{_CONTENT}:?|:)"
_TEXT = r"(?P<text>.+)"
_COUNT = r"(?P<number>[\d,_]*\.?\d+)"
_SIZE = rf"{_COUNT} ?(?P<unit>KB|MB)"
_PAIR = rf"(?:replace|change) (?P<text>{_NAME}) (?:with|by|to) (?P<other>{_NAME})"
_EVERYTHING = r"(?: (?:everything|it|all|the changes|your work))?"
_DURATION = rf"{_COUNT} ?(?P<unit>ms|milliseconds?|s|sec|seconds?|m|min|minutes?)?"

FILES = (
    ("many", rf"(?:create|make|add) {_COUNT} files{_FOLDER}(?:{_WITH} {_TEXT})?"),
    (
        "append",
        rf"(?:append|add)(?: the)?{_CONTENT} (?P<text>{MARK}) (?:to|into|at the end of) {_KNOWN_FILE}",
    ),
    ("append", rf"(?:append|add) to {_KNOWN_FILE}:? {_TEXT}"),
    ("create", rf"(?:write|put|save) (?P<text>{MARK}) (?:to|into|in) {_KNOWN_FILE}"),
    ("create", rf"(?:create|make|write|add) {_FILE}(?:{_WITH}(?: {_TEXT})?)?"),
    ("replace", rf"{_PAIR} in {_KNOWN_FILE}"),
    ("replace", rf"in {_KNOWN_FILE},? {_PAIR}"),
    ("delete", rf"(?:delete|remove) {_FILE}"),
    ("rename", rf"(?:rename|move) {_KNOWN_FILE} to (?P<other>{_NAME})"),
    ("read", rf"read {_FILE}"),
    ("resolve", rf"resolve (?:the |all )*(?:merge )?conflicts? in {_TEXT}"),
)

COMMANDS = (
    ("run", rf"(?:run|execute)(?: the (?:shell )?command)?:? (?P<text>{MARK})"),
    ("commit", rf"commit{_EVERYTHING}(?: (?:with|as)(?: (?:the )?message)?:? {_TEXT})?"),
    ("branch", rf"(?:switch to|check ?out|create) {_ARTICLE}branch (?:called |named )?(?P<text>{_NAME})"),
    ("sleep", rf"(?:sleep|wait|pause)(?: for)? {_DURATION}"),
)

TALK = (
    ("subagent", rf"(?:use|ask|let) (?:a |the )?sub-?agent to {_TEXT}"),
    ("oracle", rf"(?:ask|consult|use) the oracle(?: (?:about|to|whether)|:)? {_TEXT}"),
    ("denied", rf"be denied {_TEXT}"),
    ("ask", rf"ask(?: me| the user)?(?: a question)?(?::? {_TEXT})?"),
    ("recall", r"(?:what did I (?:ask|say)(?: before| first)?|recall (?:our|the) conversation)"),
    ("say_many", rf"say {_COUNT} messages(?: at (?P<rate>[\d,_]+) (?:a|per) second)?"),
    ("say", rf"(?:say|answer|reply)(?: with)?:? {_TEXT}"),
    ("think", rf"think(?: about)?:? {_TEXT}"),
    ("tokens", rf"use {_COUNT} tokens"),
    ("cost", rf"cost \$?{_COUNT}(?: dollars)?"),
)

ENDINGS = (
    ("fail", rf"fail(?: (?:with|saying)(?: the)?(?: (?:message|error))?:? {_TEXT})?"),
    ("limit", rf"hit (?:a|the) (?:rate|usage) limit(?: (?:that|which) resets {_TEXT})?"),
    ("credits", r"(?:run|be) out of credits"),
    ("exit", rf"exit with (?:code|status) {_COUNT}"),
    ("exit_after", rf"end with (?:exit )?(?:code|status) {_COUNT}"),
    ("hang", r"hang"),
    ("hang_stubbornly", r"hang (?:stubbornly|and ignore signals)"),
    ("crash", r"crash"),
    ("no_result", r"stop without a result"),
)

ODDITIES = (
    ("lines", rf"print {_COUNT} (?:plain )?lines"),
    ("long_line", rf"print a (?:huge )?line of {_SIZE}"),
    ("long_result", rf"return {_SIZE}"),
    ("hostile", r"print hostile text"),
    ("invalid_bytes", r"print invalid bytes"),
    ("unknown_event", r"print an unknown event"),
    ("complain", rf"complain(?::? {_TEXT})?"),
    ("hold_pipe", rf"hold the pipe for {_COUNT} seconds?"),
)

GRAMMAR = FILES + COMMANDS + TALK + ENDINGS + ODDITIES


def match(text: str) -> tuple[str, dict[str, str]] | None:
    """The verb of a masked sentence and its parts, or None; the first pattern that fits all of it wins."""
    for verb, pattern in GRAMMAR:
        found = re.fullmatch(pattern, text, re.IGNORECASE | re.DOTALL)
        if found:
            parts = found.groupdict()
            return verb, {name.rstrip("2"): value for name, value in parts.items() if value is not None}
    return None
