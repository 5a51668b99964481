"""Kinds of fields that requests share, and how JSON is read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from watcher_core.arguments import MAX_BIGINT
from watcher_core.enums import DatePart
from watcher_core.server.errors import RefusedError

MAX_NAME_CHARACTERS = 150

# What `watcher serve --profile` takes from any request.
PROFILE = "profile"

# A page of a list.
DEFAULT_PAGE = 100
MAX_PAGE = 1000
# Of what is answered as a whole: more than anybody reads, and what a job has run for years need not fit into memory.
MAX_LIST = 10_000


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _watermark(value: object) -> object:
    # JSON's true would be a number to Python.
    return str(value) if isinstance(value, bool | int | float) else value


def _no_boolean(value: object) -> object:
    # JSON's true would be the number 1 to Pydantic.
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


def _in_utc(value: dt.datetime) -> dt.datetime:
    try:
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    except OverflowError as exc:
        raise ValueError("a date must be in the years 1 to 9999 in UTC") from exc


Id = Annotated[int, BeforeValidator(_no_boolean), Field(ge=0, le=MAX_BIGINT)]
PathId = Annotated[int, Path(ge=0, le=MAX_BIGINT)]
Count = Annotated[int, BeforeValidator(_no_boolean), Field(ge=0, le=MAX_BIGINT)]
ThresholdNumber = Annotated[int, BeforeValidator(_no_boolean), Field(gt=0, le=MAX_BIGINT)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARACTERS)]
LongName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2048)]
LowerDatePart = Annotated[DatePart, BeforeValidator(_lower)]
Watermark = Annotated[
    str, BeforeValidator(_watermark), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
]
# ISO 8601, a date alone, or seconds since 1970; without a time zone it is UTC.
Instant = Annotated[
    dt.datetime,
    BeforeValidator(_stripped),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Limit = Annotated[int | None, Query(ge=1, le=MAX_PAGE, description="A page of at most so many, in place of all.")]
Text = Annotated[str | None, Query(max_length=2048)]
Cursor = Annotated[str | None, Query(max_length=100, description="`next_cursor` of the page before.")]


class Body(BaseModel):
    """A request's body. Unknown fields are ignored; `null` is a field that is not said."""

    model_config = ConfigDict(extra="ignore")

    def said(self, *without: str) -> dict[str, Any]:
        """Return the fields that were said."""
        return {
            name: value
            for name, value in self
            if value is not None and name in self.model_fields_set and name not in without
        }


JSON = (b"content-type", b"application/json")


class JsonError(json.JSONDecodeError):
    """JSON that is refused."""


def read_json(body: bytes) -> Any:
    """Read JSON; refuse what readers do not agree on: a key that stands twice, NaN, infinities, invalid UTF-8.

    Raises:
        JsonError: It is none.
    """
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as exc:
        raise JsonError(exc.msg, "", exc.pos) from exc
    except (ValueError, RecursionError) as exc:
        raise JsonError(_reason(exc), "", 0) from exc


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is no UTF-8"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
    return found


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


class _StrictRequest(Request):
    """A request whose body is JSON, whatever its header says: `curl -d` says that it is a form."""

    def __init__(self, request: Request) -> None:
        headers = [header for header in request.scope["headers"] if header[0] != b"content-type"]
        super().__init__({**request.scope, "headers": [*headers, JSON]}, request.receive)

    async def json(self) -> Any:
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route whose JSON is read by `read_json`, and where what is read by parameters has no others.

    Who misspells a filter would get all, and take it for what was asked for.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler."""
        handler = super().get_route_handler()
        known = list(_query_parameters(self.dependant)) if "GET" in (self.methods or ()) else []

        async def handle(request: Request) -> Response:
            unknown = known and [name for name in request.query_params if name not in (*known, PROFILE)]
            if unknown:
                raise RefusedError(
                    422,
                    f"there is no parameter {unknown[0][:MAX_NAME_CHARACTERS]!r} here; there are {', '.join(known)}",
                )
            return await handler(_StrictRequest(request))

        return handle


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _query_parameters(each)
