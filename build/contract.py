"""Make the frontend's types from the backend's models: pydantic → JSON Schema → TypeScript.

`python build/contract.py` writes `src/lib/generated/contract.ts`; with `--check` it only says, by its exit
status, whether that file is what the models say.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "ampsm_app" / "frontend" / "src" / "lib" / "generated" / "contract.ts"
REFERENCE = "#/$defs/"
PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
HEADER = "// Made by build/contract.py from the backend's models. Change those, then run it again.\n\n"

Schema = dict[str, Any]
Field = core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField


class Answers(GenerateJsonSchema):
    """A schema generator to which every field of what the server sends is there, defaults too."""

    def field_is_required(self, field: Field, total: bool) -> bool:
        """Whether the field must be given (taken) or always is (sent)."""
        return self.mode == "serialization" or super().field_is_required(field, total)


def main() -> int:
    """Write the file, or compare it; 1 where it is not up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if not up to date")
    wanted = contract_source()
    if parser.parse_args().check:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted:
            return 0
        sys.stderr.write("The frontend's contract is out of date: run `python build/contract.py`.\n")
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(wanted, encoding="utf-8", newline="\n")
    return 0


def contract_source() -> str:
    """The TypeScript of every model that crosses the socket, of the events and of the requests."""
    sys.path.insert(0, str(ROOT))
    from ampsm_app.backend.domain.events import Event, EventData
    from ampsm_app.backend.web.contract import CONTRACT

    adapters: list[tuple[Any, Any, TypeAdapter[Any]]] = [
        ("Event", "serialization", TypeAdapter(Event)),
        ("EventData", "serialization", TypeAdapter(EventData)),
    ]
    for entry in CONTRACT:
        adapters.append((entry.name, "validation", TypeAdapter(entry.request)))
        adapters.append((entry.name, "serialization", TypeAdapter(entry.response)))
    schemas, shared = TypeAdapter.json_schemas(
        adapters, ref_template=REFERENCE + "{model}", schema_generator=Answers
    )
    requests = {
        entry.name: (schemas[entry.name, "validation"], schemas[entry.name, "serialization"])
        for entry in CONTRACT
    }
    aliases = {typescript(schemas["EventData", "serialization"]): "EventData"}
    return "".join(
        [
            HEADER,
            *(_definition(name, schema, aliases) for name, schema in sorted(shared["$defs"].items())),
            _events(schemas["EventData", "serialization"]),
            _requests(requests),
            _mutating([entry.name for entry in CONTRACT if entry.mutating]),
        ]
    )


def typescript(schema: Schema) -> str:
    """The TypeScript type of a JSON Schema, as far as pydantic writes them for our models."""
    branches = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return " | ".join(dict.fromkeys(_single(branch) for branch in branches))


def _single(schema: Schema) -> str:
    match schema:
        case {"$ref": str(reference)}:
            return _name(reference.removeprefix(REFERENCE))
        case {"const": value}:
            literal = json.dumps(value)
        case {"enum": values}:
            literal = " | ".join(json.dumps(value) for value in values)
        case {"type": "array"}:
            inner = typescript(schema.get("items", {}))
            literal = f"({inner})[]" if " | " in inner else f"{inner}[]"
        case {"type": "object"}:
            literal = _record(schema.get("additionalProperties", True))
        case {"type": str(name)}:
            literal = PRIMITIVES[name]
        case _:
            literal = "unknown"
    return literal


def _record(values: Schema | bool) -> str:
    if isinstance(values, dict):
        return f"Record<string, {typescript(values)}>"
    return "Record<string, unknown>" if values else "Record<string, never>"


def _definition(name: str, schema: Schema, aliases: dict[str, str]) -> str:
    doc = _doc(schema.get("description", ""))
    if schema.get("properties"):
        return f"{doc}export interface {_name(name)} {{\n{''.join(_fields(schema, aliases))}}}\n\n"
    return f"{doc}export type {_name(name)} = {typescript(schema)};\n\n"


def _doc(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


def _fields(schema: Schema, aliases: dict[str, str]) -> Iterator[str]:
    required = set(schema.get("required", ()))
    for name, field in schema["properties"].items():
        kind = typescript(field)
        yield f"  {name}{'' if name in required else '?'}: {aliases.get(kind, kind)};\n"


def _events(schema: Schema) -> str:
    union = "".join(f"\n  | {typescript(branch)}" for branch in schema["oneOf"])
    return (
        f"/** Everything that can happen, told apart by `type`. */\nexport type EventData ={union};\n\n"
        '/** The wire names of the events. */\nexport type EventType = EventData["type"];\n\n'
    )


def _requests(requests: dict[str, tuple[Schema, Schema]]) -> str:
    lines = "".join(
        f"  {json.dumps(name)}: {{ request: {typescript(taken)}; response: {typescript(answered)} }};\n"
        for name, (taken, answered) in requests.items()
    )
    doc = "/** Every socket request: what it takes and what it answers. */\n"
    return f"{doc}export interface Requests {{\n{lines}}}\n\n"


def _mutating(names: list[str]) -> str:
    lines = "".join(f"  {json.dumps(name)},\n" for name in names)
    doc = "/** Requests that change something: sent one after the other. */\n"
    return f"{doc}export const MUTATING: ReadonlySet<string> = new Set<keyof Requests>([\n{lines}]);\n"


def _name(name: str) -> str:
    """A model's TypeScript name; where a model is both taken and sent, what is taken is called `…Input`."""
    return name.removesuffix("-Output").replace("-", "")


if __name__ == "__main__":
    sys.exit(main())
