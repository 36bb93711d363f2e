"""An iteration as a row: its check and its tokens in columns of their own."""

import json
from typing import Any

from ampsm_app.backend.domain.sessions import Check, Iteration
from ampsm_app.backend.store.rows import Found, count, plain
from ampsm_app.backend.store.turn_columns import CHECK, RESULTS, SAME, USAGE, document


def values(iteration: Iteration) -> dict[str, Any]:
    """The columns of an iteration. What SQLite cannot hold is cut: a turn can always be written."""
    fields = iteration.model_dump(mode="json")
    row = {column: fields[field] for field, column in SAME}
    row |= {column: fields["usage"][field] for field, column in USAGE}
    row |= _check_values(iteration.check)
    row |= {name: fields[name] for name in ("withheld", "error")}
    return {column: _storable(value) for column, value in row.items()}


def iteration(row: Found) -> Iteration:
    """The iteration of a row. Raises ValueError where it cannot be what `values` wrote."""
    return Iteration.model_validate(document(row))


def _check_values(check: Check | None) -> dict[str, Any]:
    if check is None:
        return {column: None for _, column in CHECK}
    fields = check.model_dump()
    names = {passed: name for name, passed in RESULTS}
    return {column: fields[field] for field, column in CHECK} | {"testResult": names[check.passed]}


def _storable(value: object) -> object:
    match value:
        case str():
            return plain(value)
        case int():
            return count(value)
        case dict() | list():
            # As characters first: half a surrogate pair would be escaped, and be one again when it is read.
            return plain(json.dumps(value, ensure_ascii=False))
        case _:
            return value
