"""The settings file as it was written: its values with their lines, and what is wrong with it where."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from ampsm_app.backend.config import keys
from ampsm_app.backend.config.tree import Settings
from ampsm_app.backend.domain.errors import ConfigError

_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value in the file, in today's spelling of its key; `value` is None where the file leaves it empty."""

    path: keys.Path
    value: object
    line: int


def read(path: Path) -> str:
    """The file's text; empty where there is no file."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text", file=str(path)) from error
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", file=str(path)) from error


def compose(text: str, path: Path) -> MappingNode | None:
    """The file's outermost mapping; None where it holds nothing. Broken YAML raises with its line."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise broken(path, mark.line + 1 if mark else 1, error.problem or "broken YAML") from error
    except YAMLError as error:
        raise broken(path, 1, str(error)) from error
    if root is None or _is_null(root):
        return None
    if not isinstance(root, MappingNode):
        raise broken(path, root.start_mark.line + 1, "settings are `name: value` pairs")
    return root


def entries(text: str, path: Path) -> list[Entry]:
    """All values of the file, older spellings first, so that today's win. Unknown keys raise."""
    root = compose(text, path)
    if root is None:
        return []
    found = list(_walk(root, Settings, (), path))
    return [entry for old, entry in found if old] + [entry for old, entry in found if not old]


def _walk(
    mapping: MappingNode, kind: object, above: keys.Path, path: Path, *, old: bool = False
) -> Iterator[tuple[bool, Entry]]:
    for name, name_node, value_node in pairs(mapping, path):
        line = name_node.start_mark.line + 1
        alias = keys.ALIASES.get(name) if not above else None
        here, below = keys.find(alias) if alias else ((*above, name), keys.child(kind, name))
        if below is None:
            raise keys.unknown(".".join(here), file=str(path), line=line)
        if keys.is_group(below) and not _is_null(value_node):
            if not isinstance(value_node, MappingNode):
                raise broken(path, line, f"{'.'.join(here)} is a group of settings")
            yield from _walk(value_node, below, here, path, old=old or bool(alias))
        else:
            yield old or bool(alias), Entry(here, plain(value_node, path), line)


def pairs(mapping: MappingNode, path: Path) -> Iterator[tuple[str, Node, Node]]:
    """Each name of a mapping with its nodes; a name that stands twice is an error."""
    seen: set[str] = set()
    for name_node, value_node in mapping.value:
        name = str(name_node.value)
        if name in seen:
            raise broken(path, name_node.start_mark.line + 1, f"{name} stands here a second time")
        seen.add(name)
        yield name, name_node, value_node


def plain(node: Node, path: Path) -> object:
    """A node's value as ordinary Python objects."""
    try:
        return YAML(typ="safe", pure=True).constructor.construct_object(node, deep=True)
    except YAMLError as error:
        raise broken(path, node.start_mark.line + 1, str(error)) from error


def broken(path: Path, line: int, why: str) -> ConfigError:
    """The error for a file that cannot be used as it stands."""
    hint = f"correct line {line} of the file"
    return ConfigError(f"{path}:{line}: {why}", hint=hint, file=str(path), line=line)


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == _NULL
