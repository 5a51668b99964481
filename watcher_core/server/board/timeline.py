"""Last night: what ran in some time as bars, what was sent about it, and which alerts came and went."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from watcher_core import alerts, text, values
from watcher_core.enums import ExecutionState
from watcher_core.errors import InvalidValueError
from watcher_core.server.board.drawings import data_block
from watcher_core.server.board.frame import render
from watcher_core.server.routing import watcher_of

routes = APIRouter()

# Hours back from now, by what the page calls them. The server does not know when the reader's night was; a script
# lets the links to it begin at 18:00 of the day before.
SPANS = {16: "last night", 24: "24 h", 72: "3 days", 168: "7 days"}
DEFAULT_HOURS = 16
MOST_HOURS = 31 * 24
FIRST = dt.datetime.min.replace(tzinfo=dt.UTC)
GROUPINGS = ("type", "owner", "group", "pipeline")

# The table is what remains without scripts; a browser lays out a few hundred rows in no time.
ROWS = 300
ALERTS = 500
# Of a name; the rest is not needed to draw it, and a link needs no more than the database allows.
NAME_CHARACTERS = 2048
STATES = tuple(ExecutionState)

# What the script draws, in pixels: the hours and the border, the header of a group, a pipeline whose runs are in one
# lane. The place for it is kept until then, up to the most that any screen shows of it.
AXIS, HEADER, LANE, MOST_HEIGHT = 36, 30, 22, 2_000


@routes.get("/timeline")
def timeline(
    request: Request,
    begin: str = Query("", alias="from", max_length=64),
    end: str = Query("", alias="to", max_length=64),
    hours: int = DEFAULT_HOURS,
    by: str = "type",
    owner: str = Query("", max_length=500),
    type: str = Query("", max_length=2048),  # noqa: A002  # what the page calls it
    group: str = Query("", max_length=500),
    q: str = Query("", max_length=500),
) -> Response:
    """What ran from one time to another; the last hours by default."""
    watcher = watcher_of(request)
    now = watcher.clock()
    since, until = _window(begin, end, hours, now)
    found = watcher.timeline(
        since,
        until,
        group_by=by,
        owner=owner or None,
        pipeline_type=type or None,
        group=group or None,
        search=q or None,
        now=now,
    )
    changed = watcher.alerts(changed_since=since, limit=ALERTS, now=now)
    span = until - since
    return render(
        request,
        "timeline.html",
        now=now,
        found=found,
        failures=sum(each.failures for each in found.groups),
        running=sum(run.state is ExecutionState.RUNNING for each in found.groups for run in each.executions),
        data=data_block(drawn(found, now)),
        height=_height(found),
        rows=list(itertools.islice(((each, run) for each in found.groups for run in each.executions), ROWS)),
        sent=sent(changed, since, until, now=now),
        spans=SPANS,
        hours=None if begin or end else hours,
        groupings=GROUPINGS,
        earlier=(_written(since - span), _written(since)),
        later=(_written(until), _written(min(until + span, now))) if until < now else None,
    )


@routes.get("/timeline/runs/{execution_id}")
def run(request: Request, execution_id: int) -> Response:
    """What is asked of one bar only: its rows, and why it failed."""
    found = watcher_of(request).execution(execution_id)
    error = found.execution_metadata.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    return JSONResponse(
        {
            "rows": found.total_rows,
            "error": None if message is None else str(message)[:500],
        },
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


def drawn(found: values.Timeline, now: dt.datetime) -> dict[str, Any]:
    """Return what the script draws: seconds since the begin, and positions in lists in place of names.

    In each group, pipelines with a failure come first, then those that ran first.
    """
    pipelines: dict[str, int] = {}
    for group in found.groups:
        failed = {run.pipeline_name for run in group.executions if run.state is ExecutionState.FAILED}
        for run in sorted(group.executions, key=lambda run: run.pipeline_name not in failed):
            pipelines.setdefault(run.pipeline_name[:NAME_CHARACTERS], len(pipelines))

    def second(moment: dt.datetime | None) -> int | None:
        return None if moment is None else round((moment - found.begin).total_seconds())

    groups = [
        {
            "name": None if each.name is None else each.name[:NAME_CHARACTERS],
            "failures": each.failures,
            "runs": [
                [
                    run.id,
                    pipelines[run.pipeline_name[:NAME_CHARACTERS]],
                    STATES.index(run.state),
                    second(run.start_date),
                    second(run.end_date),
                    second(run.usual_end),
                    *([run.scope[:200]] if run.scope else []),
                ]
                for run in each.executions
            ],
        }
        for each in found.groups
    ]
    return {
        "begin": found.begin.timestamp(),
        "end": found.end.timestamp(),
        "now": now.timestamp(),
        "known_since": max(0, second(found.known_since) or 0),
        "by": found.group_by,
        "states": [state.value for state in STATES],
        "pipelines": list(pipelines),
        "groups": groups,
    }


def _height(found: values.Timeline) -> int:
    headers = 0 if found.group_by == "pipeline" else len(found.groups)
    pipelines = sum(len({run.pipeline_name for run in each.executions}) for each in found.groups)
    return min(AXIS + HEADER * headers + LANE * pipelines, MOST_HEIGHT)


Happened = tuple[values.Alert, str, Literal["opened", "resolved"]]


def sent(
    changed: Sequence[values.Alert], since: dt.datetime, until: dt.datetime, *, now: dt.datetime
) -> list[tuple[dt.datetime | None, str | None, list[Happened]]]:
    """Return the alerts that came and went in the time, by the message that they were in.

    Messages are not kept; but all alerts of one message, as of a digest, have the same time of notification.
    """
    messages: dict[tuple[dt.datetime | None, str | None], list[Happened]] = {}
    for alert in changed:
        opened = since <= (alert.reopened_at or alert.opened_at) < until
        resolved = alert.resolved_at is not None and since <= alert.resolved_at < until
        if not opened and not resolved:
            continue
        notified = alert.notified_at or alert.delivered_at
        key = (notified, alert.destination) if notified is not None and since <= notified < until else (None, None)
        happened: Happened = (alert, alerts.headline(alert, now=now), "resolved" if resolved else "opened")
        messages.setdefault(key, []).append(happened)
    found = [(at, destination, parts) for (at, destination), parts in messages.items()]
    return sorted(found, key=lambda each: each[0] or FIRST, reverse=True)


def _window(begin: str, end: str, hours: int, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return the time that is asked for."""
    if not 1 <= hours <= MOST_HOURS:
        raise InvalidValueError(f"hours is {hours}; it must be from 1 to {MOST_HOURS}")
    until = min(_moment("to", end), now) if end else now
    since = _moment("from", begin) if begin else until - min(dt.timedelta(hours=hours), until - FIRST)
    if since >= until:
        raise InvalidValueError(
            f"from is {_written(since)}, and to is {_written(until)}; from must be before to, and not in the future"
        )
    return since, until


def _moment(name: str, given: str) -> dt.datetime:
    """Read an instant; without a zone, it is in UTC."""
    # A plus that was not escaped in the address comes as a space.
    moment = text.as_moment(given.strip().replace(" ", "+") if "T" in given else given)
    if moment is None:
        raise InvalidValueError(f"{name} is {given!r}; it must be a time as in 2026-03-04T18:00:00Z")
    return moment


def _written(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
