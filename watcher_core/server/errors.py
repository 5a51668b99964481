"""What goes wrong, as the API answers it.

An answer has FastAPI's `detail`, and beside it `message` (text), `code` (a word for programs) and `details` (facts).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from watcher_core import arguments
from watcher_core.errors import (
    ConfigurationError,
    DatabaseError,
    DatabaseUnavailableError,
    ExecutionEndedError,
    InvalidValueError,
    NotFoundError,
    PipelineInactiveError,
    SchemaVersionError,
    WatcherError,
)
from watcher_core.input_errors import broken_rule

logger = logging.getLogger("watcher.server")

RETRY_AFTER_SECONDS = 1

# Of 503: what is about another pipeline may go through.
LOCKED = "locked"

CODES = {
    400: "invalid_value",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    422: "validation",
    429: "rate_limited",
    431: "headers_too_large",
    500: "internal",
    503: "unavailable",
}


class ApiError(BaseModel):
    """What every error answers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "detail": "no execution with id 7",
                    "message": "no execution with id 7",
                    "code": "not_found",
                    "details": {"kind": "execution", "reference": 7},
                }
            ]
        }
    )

    detail: str | list[dict[str, Any]]
    message: str
    code: str
    details: dict[str, Any]


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.details = dict(details or {})
        self.headers = dict(headers or {})


def error_response(
    status: int,
    message: str,
    *,
    code: str | None = None,
    detail: object = None,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error as the API answers it."""
    content = {
        "detail": message if detail is None else detail,
        "message": message,
        "code": code or CODES.get(status, "error"),
        "details": dict(details or {}),
    }
    # In ASCII: what a client sent may hold halves of characters that UTF-8 has no bytes for.
    body = json.dumps(content, default=str).encode("ascii")
    extra = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status in (429, 503) else {}
    return Response(body, status, {**extra, **(headers or {})}, media_type="application/json")


def response_for(error: Exception) -> Response:
    """Return the answer to an error."""
    match error:
        case RefusedError():
            return error_response(error.status, str(error), details=error.details, headers=error.headers)
        case NotFoundError():
            return error_response(404, str(error), details={"kind": error.kind, "reference": error.reference})
        case ExecutionEndedError():
            differences = {name: [_shown(was), _shown(now)] for name, (was, now) in error.differences.items()}
            details = {"execution_id": error.execution_id, "differences": differences}
            return error_response(409, str(error), code="execution_ended", details=details)
        case PipelineInactiveError():
            details = {"pipeline_name": error.pipeline_name}
            return error_response(409, str(error), code="pipeline_inactive", details=details)
        case InvalidValueError():
            return error_response(400, str(error))
        case SchemaVersionError():
            logger.warning("answered 503: %s", error)
            versions = f"version {error.found or 'none'} of the schema, and this server needs {error.expected}"
            return error_response(503, f"the database has {versions}; whoever runs it reads in its log what to do")
        case DatabaseUnavailableError() if error.is_locked:
            logger.warning("answered 503: %s", error)
            return error_response(
                503, "another session of the database has locked what this needs; try again", code=LOCKED
            )
        case DatabaseError() | ConfigurationError():
            logger.warning("answered 503: %s", error)
            return error_response(503, "the database cannot be used now; try again")
        case RequestValidationError() | ValidationError():
            return _validation(list(error.errors()))
        case HTTPException():
            return error_response(error.status_code, str(error.detail), headers=error.headers)
        case _:
            logger.error("answered 500", exc_info=error)
            return error_response(500, "Internal Server Error")


def _validation(found: list[Any]) -> Response:
    errors = [
        {
            "type": each["type"],
            "loc": list(each["loc"]),
            "msg": each["msg"],
            "input": _short(each.get("input")),
            **({"ctx": {name: str(value) for name, value in each["ctx"].items()}} if each.get("ctx") else {}),
        }
        for each in found[:MAX_SHOWN_ERRORS]
    ]
    message = "; ".join(map(_one_line, found[:MAX_SHOWN_ERRORS]))
    return error_response(422, message, detail=errors, details={"errors": len(found)})


def _one_line(error: dict[str, Any]) -> str:
    if error["type"] == "json_invalid":  # its place is a character of the body, and no field
        return f"the body is not JSON: {error['ctx']['error']}, at character {error['loc'][-1]}"
    place = error["loc"][1:] or error["loc"]
    if "query" in error["loc"][:1]:  # a parameter may be given several times, which makes it a list to Pydantic
        place = [each for each in place if isinstance(each, str)]
    return f"{'.'.join(map(str, place))}: {broken_rule(error)}"


# A batch may have thousands of them.
MAX_SHOWN_ERRORS = 20


def _short(value: object) -> object:
    """Enough of a value to recognize it; a body may be megabytes."""
    if value is None or isinstance(value, bool | int):
        return value if not isinstance(value, int) or abs(value) <= arguments.MAX_BIGINT else arguments.shown(value)
    if isinstance(value, str):
        return value if len(value) <= arguments.SHOWN_CHARACTERS else arguments.shown(value)
    return arguments.shown(value) if len(repr(value)) > arguments.SHOWN_CHARACTERS else value


def _shown(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def add_handlers(app: FastAPI, refuse: Callable[[Scope, Exception], Response]) -> None:
    """Let the application answer errors so."""

    async def handle(request: Request, error: Exception) -> Response:
        return refuse(request.scope, error)

    for kind in (RequestValidationError, HTTPException, WatcherError, RefusedError, Exception):
        app.add_exception_handler(kind, handle)
