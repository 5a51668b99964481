"""Whether a pipeline's data is recent enough, as its page and the list of pipelines say it."""

from __future__ import annotations

import datetime as dt

from watcher_core import calendars, text, values
from watcher_core.enums import DatePart
from watcher_core.errors import InvalidValueError


def freshness_standing(
    pipeline: values.Pipeline, threshold: values.EffectiveThreshold, *, now: dt.datetime
) -> values.FreshnessStanding:
    """Return whether a pipeline's data is recent enough, and why."""
    changes = (pipeline.last_target_insert, pipeline.last_target_update, pipeline.last_target_soft_delete)
    data_of = max((at for at in changes if at is not None), default=None)
    measured_from = data_of or pipeline.created_at
    due_at = None
    if threshold.number is not None and threshold.datepart is not None:
        due_at = _due_at(measured_from, threshold.number, threshold.datepart, threshold, now)
    expected = text.threshold(threshold.number, threshold.datepart, threshold.calendar, threshold.timezone)
    if pipeline.removed_at is not None:
        because = "not checked: gone from the code"
    elif not pipeline.active:
        because = "not checked: switched off"
    elif threshold.number is None:
        because = f"not checked: neither the pipeline nor its type {pipeline.pipeline_type_name} has a threshold"
    elif threshold.muted_by is not None:
        because = f"not checked: muted by the {threshold.muted_by}"
    else:
        began = "its last change" if data_of else "when it was first seen: no change of data is known"
        because = f"a change is expected within {expected}, as the {threshold.set_by} says, from {began}"
    return values.FreshnessStanding(
        data_of=data_of,
        due_at=due_at,
        is_stale=threshold.is_checked and due_at is not None and due_at < now,
        is_checked=threshold.is_checked,
        because=because,
    )


# A calendar that names no time within this has none.
AHEAD = dt.timedelta(days=400)


def _due_at(
    measured_from: dt.datetime,
    number: int,
    datepart: DatePart,
    threshold: values.EffectiveThreshold,
    now: dt.datetime,
) -> dt.datetime | None:
    try:
        return calendars.due_at(
            measured_from,
            number=number,
            datepart=datepart,
            calendar=threshold.calendar,
            timezone=threshold.timezone,
            now=now + AHEAD,
        )
    except InvalidValueError:  # another host knows other time zones
        return None
