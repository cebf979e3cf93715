"""Every error leaves as {"code", "facts"}: no sentence, no traceback, no English."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from broker.messages.base import Facts
from edge import errors as node
from edge.refusals import STATUS, Code, Refusal

log = logging.getLogger(__name__)

Handler = Callable[[Request, Exception], Awaitable[Response]]


class Problem(BaseModel):
    """The body of every answer that is not a success."""

    code: str
    facts: Facts = {}


@dataclass(frozen=True)
class RefusalTable:
    """A room's way to refuse: its exception (with `.code` and `.facts`) and the HTTP status of each code."""

    kind: type[Exception]
    status: Mapping[str, int]


def problem(code: str, facts: Facts | None = None, *, status: int) -> JSONResponse:
    """The answer for a code, as JSON."""
    return JSONResponse({"code": str(code), "facts": facts or {}}, status_code=status)


def install(app: FastAPI, tables: Sequence[RefusalTable]) -> None:
    """Map the house's and the rooms' refusals, validation errors and unknown paths to `Problem` answers."""
    for table in (RefusalTable(Refusal, STATUS), RefusalTable(node.Refusal, node.STATUS), *tables):
        app.add_exception_handler(table.kind, _refusal_handler(table.status))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)


def _refusal_handler(status: Mapping[str, int]) -> Handler:
    async def answer(_request: Request, error: Exception) -> Response:
        code, facts = str(getattr(error, "code", Code.FAILED)), dict(getattr(error, "facts", {}))
        response = problem(code, facts, status=status.get(code, 400))
        if code == Code.LOCKED:
            response.headers["Retry-After"] = str(facts.get("retry_s", 1))
        return response

    return answer


async def _invalid(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    first = found[0] if found else {"loc": (), "type": "unknown"}
    where = ".".join(str(step) for step in first["loc"])
    return problem(Code.BAD_REQUEST, {"where": where, "what": str(first["type"]), "count": len(found)}, status=422)


_BY_STATUS = {401: Code.NOT_SIGNED_IN, 403: Code.NOT_ALLOWED, 404: Code.NOT_FOUND, 413: Code.TOO_LARGE}


async def _http(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem(_BY_STATUS.get(status, Code.BAD_REQUEST), {"status": status}, status=status)


async def _failed(request: Request, error: Exception) -> Response:
    """The trace goes to the node's log under a number that the reader is given."""
    number = secrets.token_hex(4)
    log.error("request failed [%s] %s %s", number, request.method, request.url.path, exc_info=error)
    return problem(Code.FAILED, {"number": number}, status=500)
