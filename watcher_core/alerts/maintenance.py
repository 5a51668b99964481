"""Maintenance windows: once or by cron, of a pipeline, of a type, or of all alerts.

Within a window alerts are opened and resolved as always, and are not sent. What is open at its end is sent then. A
window ends by its time: nobody has to end it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from watcher_core import arguments, calendars, text
from watcher_core.database import models
from watcher_core.errors import InvalidValueError, NotFoundError
from watcher_core.values import MaintenanceWindow

logger = logging.getLogger("watcher.alerts")

# A window that somebody forgets to end must end.
LONGEST = dt.timedelta(days=31)
# Windows of one subject that meet within this time overlap.
LOOKS_AHEAD = dt.timedelta(days=60)
# How far back the last end of a window is looked for. What waits for longer than that has another reason.
LOOKS_BACK = dt.timedelta(days=2)
# The most times of one window that are looked at.
MOST_TIMES = 3_000

MOST_BY_CHARACTERS = 200
MOST_NOTE_CHARACTERS = 1_000

TABLE = models.table(models.MaintenanceWindow)

SELECT = """
    SELECT maintenance.id, pipeline.name AS pipeline_name, pipeline_type.name AS pipeline_type_name,
           maintenance.starts_at, maintenance.ends_at, maintenance.cron, maintenance.timezone,
           maintenance.duration_seconds, maintenance.created_by, maintenance.note, maintenance.created_at
      FROM watcher.maintenance_window AS maintenance
      LEFT JOIN watcher.pipeline ON pipeline.id = maintenance.pipeline_id
      LEFT JOIN watcher.pipeline_type ON pipeline_type.id = maintenance.pipeline_type_id"""
# One that was ended before it started has no time, and is over though its end is to come.
LIST = sa.text(
    f"{SELECT} WHERE coalesce(maintenance.ends_at > greatest(:since, maintenance.starts_at), true)"
    " ORDER BY maintenance.starts_at, id"
)
GET = sa.text(f"{SELECT} WHERE maintenance.id = :id")

# One that has not started yet is over before it starts.
END = sa.text("UPDATE watcher.maintenance_window SET ends_at = greatest(starts_at, :now) WHERE id = :id")
# Two that are added at once cannot overlap.
LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('watcher.maintenance_window', 0))")


def add_maintenance(
    session: Session,
    *,
    pipeline_id: int | None,
    pipeline_type_id: int | None,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    duration: dt.timedelta | None,
    cron: str | None,
    timezone: str | None,
    by: str | None,
    note: str | None,
    now: dt.datetime,
) -> MaintenanceWindow:
    """Add a window.

    Raises:
        InvalidValueError: It is over, too long, without an end, or overlaps another one of the same subject.
    """
    if pipeline_id is not None and pipeline_type_id is not None:
        raise InvalidValueError("a window is of a pipeline or of a type, not of both")
    fields = (
        _once(starts_at, ends_at, duration, now)
        if cron is None
        else _by_cron(cron, timezone, starts_at, ends_at, duration, now)
    )
    if cron is None and timezone is not None:
        raise InvalidValueError(f"timezone is {arguments.shown(timezone)}; it is about cron, which was not given")
    given = {
        **fields,
        "pipeline_id": pipeline_id,
        "pipeline_type_id": pipeline_type_id,
        "created_by": arguments.words(by, "by", MOST_BY_CHARACTERS),
        "note": arguments.note(note, "note", MOST_NOTE_CHARACTERS),
        "created_at": now,
    }
    session.execute(LOCK)
    identifier = session.execute(sa.insert(TABLE).values(**given).returning(TABLE.c.id)).scalar_one()
    added = get_maintenance(session, window_id=identifier, now=now)
    _overlaps_none(added, list_maintenance(session, now=now), now)
    return added


def _once(
    starts_at: dt.datetime | None, ends_at: dt.datetime | None, duration: dt.timedelta | None, now: dt.datetime
) -> dict[str, Any]:
    start = now if starts_at is None else arguments.instant(starts_at, "starts_at")
    if (ends_at is None) == (duration is None):
        raise InvalidValueError("a window has either ends_at or duration")
    end = start + _length(duration) if ends_at is None else arguments.instant(ends_at, "ends_at")
    if end <= now:
        raise InvalidValueError(f"the window ends at {end.isoformat()}; that is over")
    if end <= start:
        raise InvalidValueError(f"the window ends at {end.isoformat()}, before it starts at {start.isoformat()}")
    if end - start > LONGEST:
        raise InvalidValueError(f"the window is {(end - start).days} days long; it may have {LONGEST.days}")
    return {"starts_at": start, "ends_at": end}


def _by_cron(
    cron: str,
    timezone: str | None,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    duration: dt.timedelta | None,
    now: dt.datetime,
) -> dict[str, Any]:
    times = calendars.clean_cron(cron, "cron")
    zone = calendars.clean_timezone(timezone, "timezone")
    length = _length(duration)
    start = now if starts_at is None else arguments.instant(starts_at, "starts_at")
    end = None if ends_at is None else arguments.instant(ends_at, "ends_at")
    if end is not None and end <= max(start, now):
        raise InvalidValueError(f"the window ends at {end.isoformat()}, before it starts for the first time")
    first = calendars.time_after(times, start, zone)
    second = None if first is None else calendars.time_after(times, first, zone)
    for _ in range(100):
        if first is None or second is None or second > start + LOOKS_AHEAD:
            break
        if second - first <= length:
            given = text.duration(length.total_seconds())
            raise InvalidValueError(f"duration is {given}; the times of cron {times!r} come sooner, so it never ends")
        first, second = second, calendars.time_after(times, second, zone)
    if first is None:
        raise InvalidValueError(f"cron is {times!r}; such a time never comes")
    return {
        "starts_at": start,
        "ends_at": end,
        "cron": times,
        "timezone": zone,
        "duration_seconds": length.total_seconds(),
    }


def _length(duration: dt.timedelta | None) -> dt.timedelta:
    if not isinstance(duration, dt.timedelta) or not dt.timedelta() < duration <= LONGEST:
        given = repr(duration)
        if isinstance(duration, dt.timedelta):
            seconds = duration.total_seconds()
            given = text.duration(seconds) if seconds > 0 else f"{seconds:g} seconds"
        raise InvalidValueError(f"duration is {given}; it must be a length of time up to {LONGEST.days} days")
    # One of pendulum takes the time zone from what it is added to.
    return dt.timedelta(seconds=duration.total_seconds())


def _overlaps_none(added: MaintenanceWindow, others: list[MaintenanceWindow], now: dt.datetime) -> None:
    # One that is further ahead ends within a month of its start.
    until = max(now + LOOKS_AHEAD, added.starts_at + LONGEST)
    own = list(times_of(added, now, until))
    for other in others:
        if other.id == added.id or other.subject != added.subject:
            continue
        for start, end in times_of(other, now, until):
            if any(start < its_end and its_start < end for its_start, its_end in own):
                raise InvalidValueError(
                    f"window {other.id} of {other.subject} is from {text.clock(start)} to {text.clock(end)}, which"
                    f" overlaps; end that one first: watcher maintenance end {other.id}"
                )


def times_of(
    window: MaintenanceWindow, since: dt.datetime, until: dt.datetime
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Give the starts and ends of a window that meet a span of time, in order."""
    if window.cron is None:
        if window.ends_at is not None and since < window.ends_at and window.starts_at < until:
            yield window.starts_at, window.ends_at
        return
    length = dt.timedelta(seconds=window.duration_seconds or 0)
    # A time of cron that is the start of the window itself counts.
    after = max(since - length, window.starts_at - dt.timedelta(seconds=1))
    if not calendars.is_known(window.timezone):
        return  # it holds nothing back here: what is sent in a window is not lost
    for _ in range(MOST_TIMES):
        start = calendars.time_after(window.cron, after, window.timezone)
        if start is None or start >= until or (window.ends_at is not None and start >= window.ends_at):
            return
        yield start, start + length if window.ends_at is None else min(start + length, window.ends_at)
        after = start


def last_end(window: MaintenanceWindow, now: dt.datetime) -> dt.datetime | None:
    """Return when a window is over that is active, else when it was last over; `None` for not lately."""
    ends = [end for start, end in times_of(window, now - LOOKS_BACK, now + dt.timedelta(seconds=1)) if start <= now]
    return max(ends, default=None)


def get_maintenance(session: Session, *, window_id: int, now: dt.datetime) -> MaintenanceWindow:
    """Return the window with that id.

    Raises:
        NotFoundError: There is none.
    """
    row = session.execute(GET, {"id": arguments.identifier(window_id, "window_id")}).one_or_none()
    if row is None:
        raise NotFoundError("maintenance window", window_id)
    return _at(MaintenanceWindow(**row._mapping), now)


def list_maintenance(
    session: Session, *, now: dt.datetime, over_since: dt.datetime | None = None
) -> list[MaintenanceWindow]:
    """Return the windows that are not over, by their start.

    Args:
        session: The transaction.
        now: The time.
        over_since: Also those that ended after this time.
    """
    rows = session.execute(LIST, {"since": over_since or now})
    return [_at(MaintenanceWindow(**row._mapping), now) for row in rows]


def end_maintenance(session: Session, *, window_id: int, now: dt.datetime) -> MaintenanceWindow:
    """End a window now, with all of its times.

    Raises:
        NotFoundError: There is no such window.
        InvalidValueError: It is over.
    """
    session.execute(LOCK)
    window = get_maintenance(session, window_id=window_id, now=now)
    if window.ends_at is not None and window.ends_at <= now:
        raise InvalidValueError(f"window {window.id} was over at {window.ends_at.isoformat()}")
    if window.ends_at == window.starts_at:
        raise InvalidValueError(f"window {window.id} was ended before it started")
    session.execute(END, {"id": window.id, "now": now})
    return get_maintenance(session, window_id=window_id, now=now)


def _at(window: MaintenanceWindow, now: dt.datetime) -> MaintenanceWindow:
    try:
        calendars.zone_of(window.timezone)
    except InvalidValueError as error:  # the host that added it knows other time zones
        logger.error("maintenance window %d holds nothing back: %s", window.id, error)
    until = next_at = None
    for start, end in times_of(window, now, now + dt.timedelta(days=400)):
        if start <= now:
            until = end
        else:
            next_at = start
            break
    return replace(window, active_until=until, next_at=next_at)
