"""Changes one value in the text of a settings file and leaves every other character as it was."""

import json
import re
from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node

from ampsm_app.backend.config import document, keys

_INDENT = "  "


def put(text: str, path: Path, key: keys.Path, value: object) -> str:
    """The text with `value` at `key`, which is added where it is missing."""
    root = document.compose(text, path)
    if root is None:
        return _append(text, _nested(key, value, ""))
    mapping, depth = _deepest(root, key, path)
    pair = _pair(mapping, key[depth], path)
    if pair is None:
        return _add(text, mapping, key[depth:], value)
    if depth == len(key) - 1:
        return _replace(text, *pair, _written(value))
    # A group that the file names without a value below it.
    return put(_cut_entry(text, mapping, *pair), path, key, value)


def drop(text: str, path: Path, key: keys.Path) -> str:
    """The text without the value at `key`; the same text where there is none."""
    root = document.compose(text, path)
    if root is None:
        return text
    mapping, depth = _deepest(root, key, path)
    pair = _pair(mapping, key[-1], path) if depth == len(key) - 1 else None
    if pair is None:
        return text
    if len(mapping.value) == 1 and depth:
        # A group without a value would become `amp:` with nothing below it, or `{}`.
        return drop(text, path, key[:-1])
    return _cut_entry(text, mapping, *pair)


def _deepest(root: MappingNode, key: keys.Path, path: Path) -> tuple[MappingNode, int]:
    """The innermost group on the way to `key` that the file has, and how many names lead to it."""
    mapping, depth = root, 0
    for name in key[:-1]:
        pair = _pair(mapping, name, path)
        if pair is None or not isinstance(pair[1], MappingNode):
            break
        mapping, depth = pair[1], depth + 1
    return mapping, depth


def _pair(mapping: MappingNode, name: str, path: Path) -> tuple[Node, Node] | None:
    for here, name_node, value_node in document.pairs(mapping, path):
        if here == name:
            return name_node, value_node
    return None


def _replace(text: str, name: Node, value: Node, written: str) -> str:
    start, end = _span(text, name, value)
    colon = text.index(":", name.end_mark.index) + 1
    if not text[colon:start].strip():
        start = colon
    return text[:start].rstrip(" ") + f" {written}" + text[end:]


def _add(text: str, mapping: MappingNode, key: keys.Path, value: object) -> str:
    if mapping.flow_style:
        end = mapping.end_mark.index - 1
        comma = ", " if mapping.value else ""
        return text[:end] + comma + _flow(key, value) + text[end:]
    last = mapping.value[-1]
    end = _line_end(text, _span(text, *last)[1])
    indent = " " * last[0].start_mark.column
    return text[:end].rstrip("\n") + "\n" + _nested(key, value, indent) + text[end:]


def _cut_entry(text: str, mapping: MappingNode, name: Node, value: Node) -> str:
    start, end = name.start_mark.index, _span(text, name, value)[1]
    if not mapping.flow_style:
        return text[: text.rfind("\n", 0, start) + 1] + text[_line_end(text, end) :]
    after = re.match(r"\s*,\s*", text[end:])
    if after:
        return text[:start] + text[end + after.end() :]
    return re.sub(r",\s*$", "", text[:start]) + text[end:]


def _span(text: str, name: Node, value: Node) -> tuple[int, int]:
    """Where a value begins and ends, without the blank and comment lines that the parser counts to it."""
    start, end = value.start_mark.index, value.end_mark.index
    if start == end:
        # The parser puts a value that is not there at the next thing that is.
        start = end = text.index(":", name.end_mark.index) + 1
    lines = text[start:end].split("\n")
    while len(lines) > 1 and re.fullmatch(r"\s*(#.*)?", lines[-1]):
        end -= len(lines.pop()) + 1
    return start, max(start, end)


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _append(text: str, addition: str) -> str:
    return (text if not text or text.endswith("\n") else text + "\n") + addition


def _nested(key: keys.Path, value: object, indent: str) -> str:
    lines = [indent + _INDENT * depth + _name(name) + ":" for depth, name in enumerate(key)]
    return "\n".join(lines) + f" {_written(value)}\n"


def _flow(key: keys.Path, value: object) -> str:
    opened = "{".join(f"{_name(name)}: " for name in key)
    return opened + _written(value) + "}" * (len(key) - 1)


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w-]*", name) else json.dumps(name)


def _written(value: object) -> str:
    # JSON is YAML, on one line, and quotes what YAML would read as something else.
    return json.dumps(value, ensure_ascii=not str(value).isprintable())
