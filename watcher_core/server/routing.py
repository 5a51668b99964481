"""What the routes share: the Watcher, the access, answers that every route may give, pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel

from watcher_core import recording
from watcher_core.arguments import MAX_BIGINT
from watcher_core.client import Watcher
from watcher_core.enums import ExecutionSource
from watcher_core.errors import InvalidValueError, NotFoundError
from watcher_core.server.access import Access
from watcher_core.server.errors import ApiError, RefusedError
from watcher_core.server.fields import DEFAULT_PAGE, MAX_PAGE, StrictRoute
from watcher_core.server.guard import ACCESS
from watcher_core.server.workers import Workers
from watcher_core.values import Pipeline

Row = TypeVar("Row")

DESCRIPTIONS = {
    400: "A value breaks a rule.",
    401: "A token is needed, or it is not valid.",
    403: "The token's scope or its pipelines do not cover this.",
    404: "Nothing has that id or name.",
    405: "The path has no such method.",
    409: "It clashes with what is recorded.",
    413: "The body is too large.",
    422: "A field breaks a rule.",
    429: "The token makes too many requests.",
    500: "An error in Watcher.",
    503: "The server or the database is busy or away: try again.",
}

# What any route may answer; `not_found` and the like are added where they can be.
COMMON = (400, 401, 403, 413, 422, 429, 503)


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors that a route may answer, for the OpenAPI document."""
    return {status: {"model": ApiError, "description": DESCRIPTIONS[status]} for status in sorted({*COMMON, *statuses})}


def router(tag: str) -> APIRouter:
    """Return a router for routes of one subject."""
    return APIRouter(tags=[tag], route_class=StrictRoute, responses=errors())


def watcher_of(request: Request) -> Watcher:
    """Return the Watcher of the application."""
    return cast("Watcher", request.app.state.watcher)


def own_watcher_of(request: Request) -> Watcher:
    """Return the Watcher of the application as the token of the request has it: lists of the pipelines of that alone.

    See `Connection._limited_to` for the methods that are so.
    """
    token = access_of(request).token
    return watcher_of(request)._limited_to(None if token is None else token.pipelines)


def workers_of(request: Request) -> Workers:
    """Return the application's threads."""
    return cast("Workers", request.app.state.workers)


def access_of(request: Request) -> Access:
    """Return what the request may do."""
    return cast("Access", request.scope[ACCESS])


def covers_of(request: Request, pipeline_name: Callable[[Any], str]) -> Callable[[Any], bool] | None:
    """Return whether the request may know of a row, by the name of its pipeline; `None` where it may of each."""
    access = access_of(request)
    return (lambda row: access.covers(pipeline_name(row))) if access.is_limited else None


def covered_pipeline(request: Request, reference: int | str) -> Pipeline:
    """Return a pipeline, by its id, its name, or its name in other letters, if the request may know of it."""
    watcher, access = watcher_of(request), access_of(request)
    try:
        pipeline = watcher.pipeline(reference)
    except NotFoundError:
        if not isinstance(reference, str):
            raise
        try:
            pipeline = watcher.pipeline(watcher.known_name("pipeline", reference))
        except NotFoundError:
            # As of one that is another's: who asks does not learn which names there are.
            access.require_pipeline(reference)
            raise
    access.require_pipeline(pipeline.name)
    return pipeline


def asked_pipeline(request: Request, name: str | None, pipeline_id: int | None) -> int | None:
    """Return the id of the pipeline that a list is asked for, by its name or its id, if the request may know of it.

    Raises:
        InvalidValueError: The two are of two pipelines.
    """
    found = {covered_pipeline(request, each).id for each in (name, pipeline_id) if each is not None}
    if len(found) > 1:
        raise InvalidValueError(f"pipeline is {name!r}, and pipeline_id is {pipeline_id}; name one pipeline")
    return next(iter(found), None)


def covered_ids(request: Request) -> set[int] | None:
    """Return the ids of the pipelines that the request may know of; `None` where it may of each."""
    access = access_of(request)
    if not access.is_limited:
        return None
    return {each.id for each in watcher_of(request).pipelines() if access.covers(each.name)}


def others_pipelines(
    request: Request, given: Iterable[tuple[ExecutionSource, str, str]]
) -> dict[tuple[ExecutionSource, str], str]:
    """Return the pipelines of executions that are of another pipeline than what is recorded now, by identity.

    An identity is no secret: a token of some pipelines must not change what it names of others.

    Args:
        request: The request; nothing is looked up where it may change all pipelines.
        given: Source, external id and the name of a pipeline, of each.
    """
    if not access_of(request).is_limited:
        return {}
    with watcher_of(request)._driver_statements() as (connection, _):
        return recording.executions_of_others(connection, given)


def require_own(request: Request, given: Iterable[tuple[ExecutionSource, str | None, str]]) -> None:
    """Refuse to record what is known as an execution of a pipeline that the token does not cover."""
    known = [(source, external_id, name) for source, external_id, name in given if external_id is not None]
    names = {(source, external_id): name for source, external_id, name in known}
    for identity, other in others_pipelines(request, known).items():
        access_of(request).require_pipeline(other, refused=names[identity])


# Gives a whole list; with `after` or `limit`, so many of its rows behind an id, in the order of the ids.
ListOf = Callable[..., Sequence[Row]]


def short(rows: Sequence[Row]) -> ListOf[Row]:
    """Return a list that is short as one that can be read by pages."""
    ordered = sorted(rows, key=_id_of)
    return lambda *, after=None, limit=None: (
        rows if after is None and limit is None else [row for row in ordered if _id_of(row) > (after or 0)][:limit]
    )


def page(
    read: ListOf[Row],
    answer: Callable[[Row], Any],
    *,
    limit: int | None,
    cursor: str | None,
    covers: Callable[[Row], bool] | None = None,
) -> list[Any] | dict[str, Any]:
    """Return the whole list; where `limit` or `cursor` is given, a page of it, in the order of the ids.

    Args:
        read: Gives the rows. Of a page, one row more than it has is read.
        answer: What is answered of each.
        limit, cursor: Which page.
        covers: Whether the request may know of a row; then those that it may may be far between, and rows are read by
            the thousand until there are enough of them.
    """
    if limit is None and cursor is None:
        return [answer(row) for row in read() if covers is None or covers(row)]
    size = limit or DEFAULT_PAGE
    after = whole_number(cursor) if cursor else None
    most = size + 1 if covers is None else MAX_PAGE
    found: list[Row] = []
    while len(found) <= size:
        rows = read(after=after, limit=most)
        found += rows if covers is None else filter(covers, rows)
        if len(rows) < most:
            break
        after = _id_of(rows[-1])
    more = len(found) > size
    return {
        "data": [answer(row) for row in found[:size]],
        "next_cursor": str(_id_of(found[size - 1])) if more else None,
    }


def _id_of(row: object) -> int:
    return cast("int", cast("Any", row).id)


def whole_number(cursor: str) -> int:
    """Read a cursor that is an id."""
    if not (cursor.isascii() and cursor.isdecimal()):
        raise RefusedError(400, f"cursor is {cursor!r}; it must be next_cursor of the page before")
    return int(cursor)


def by_date(rows: Sequence[Row], answer: Callable[[Row], Any], *, limit: int, place: Callable[[Row], Any]) -> Any:
    """Return a page of a list that is in the order of dates.

    Args:
        rows: Its rows, and one more where there is another page behind it.
        answer: What is answered of each.
        limit: How many a page has.
        place: A row's date, its id, and whatever else says where it stands.
    """
    next_cursor = cursor_of(place(rows[limit - 1])) if len(rows) > limit else None
    return {"data": [answer(row) for row in rows[:limit]], "next_cursor": next_cursor}


def cursor_of(place: Sequence[Any]) -> str:
    """Return the cursor of the page behind a row."""
    date, *rest = place
    return "~".join((date.isoformat(), *map(str, rest)))


def place_of(cursor: str | None, *, parts: int = 2) -> tuple[Any, ...] | None:
    """Read a cursor that is a row's date, its id, and whatever else says where it stands."""
    if cursor is None:
        return None
    try:
        date, row_id, *rest = cursor.replace(" ", "+", 1).split("~", parts - 1)
        at, number = dt.datetime.fromisoformat(date), int(row_id)
        if len(rest) != parts - 2 or at.tzinfo is None or not 0 <= number <= MAX_BIGINT:
            raise ValueError
    except ValueError:
        raise RefusedError(400, f"cursor is {cursor!r}; it must be next_cursor of the page before") from None
    return at, number, *rest


class Page(BaseModel, Generic[Row]):
    """A page of a list. `next_cursor`: the cursor of the next page; `null` behind the last.

    Each list has a class of its own: its name stands in the OpenAPI document.
    """

    data: list[Row]
    next_cursor: str | None
