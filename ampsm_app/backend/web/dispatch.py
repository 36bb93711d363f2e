"""From a socket request to its handler and back: validation, errors, acknowledgement."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ampsm_app.backend.domain.errors import AmpsmError
from ampsm_app.backend.web.contract import CONTRACT, SocketRequest

Handler = Callable[[Any], Any]
Answer = dict[str, Any]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An answer that is JSON already: long lists come so from their rows, and are not looked at again."""

    answer: Answer


class Dispatcher:
    """Knows the handler of every declared request; an undeclared name is answered with an error, too."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        missing = {each.name for each in CONTRACT} ^ set(handlers)
        if missing:
            raise LookupError(f"the socket contract and its handlers differ: {sorted(missing)}")
        self._routes = {each.name: _Route(each, handlers[each.name]) for each in CONTRACT}

    def answer(self, name: str, payload: object) -> Answer:
        """The acknowledgement of a request."""
        route = self._routes.get(name)
        if route is None:
            return _error("unknown_request", f"There is no request {name!r}.", "reload the page")
        try:
            return {"ok": route.call(payload)}
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or name
            return _error("invalid_input", f"{where}: {first['msg']}", None)
        except AmpsmError as error:
            return {"error": error.as_dict()}
        except Exception as error:
            _log.exception("request %s failed", name)
            said = f"{name} failed: {type(error).__name__}: {error}"
            return _error("internal", said, "the log file has the details")


class _Route:
    def __init__(self, declared: SocketRequest, handler: Handler) -> None:
        self._request = declared.request
        self._response: TypeAdapter[Any] = TypeAdapter(declared.response)
        self._handler = handler

    def call(self, payload: object) -> object:
        result = self._handler(self._request.model_validate(payload if payload is not None else {}))
        if isinstance(result, Prepared):
            return result.answer
        answer: object = self._response.dump_python(result, mode="json")
        return answer


def _error(code: str, message: str, hint: str | None) -> Answer:
    return {"error": {"code": code, "message": message, "hint": hint, "details": {}}}
