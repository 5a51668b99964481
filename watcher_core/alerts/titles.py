"""The first line of a message: what is wrong, where, and why, in the words of whoever owns the data.

It is plain text, without markup and without times: in a header Slack renders neither. Who lays it out escapes it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from watcher_core import text, values
from watcher_core.alerts import slack
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel

# Characters of what is wrong: an error of one line may have thousands.
TROUBLE_CHARACTERS = 300
# Characters of a name in the first line, of which Slack shows 150.
NAME_CHARACTERS = 80
# Pipelines that the first line of a message about several names.
NAMED = 3
# What is in front of the reason in an error: the class of the driver's error, as SQLAlchemy writes it.
DRIVER_ERROR = re.compile(r"^\([\w.]+\)\s+")

# In place of the sign of what is good again: nobody looks any more, or it is as it was.
NOT_GOOD = "⚪"

OVER = {
    AlertKind.FRESHNESS: "is no longer stale",
    AlertKind.TIMELINESS: "is no longer late",
    AlertKind.FAILURE: "no longer fails",
    AlertKind.ANOMALY: "is no longer unusual",
    AlertKind.STUCK: "is no longer stuck",
    AlertKind.MISSED: "has run",
}


def title(
    alerts: Sequence[values.Alert],
    *,
    event: AlertEvent,
    sign: str,
    headline: str,
    prefix: str,
    total: int,
    subjects: int = 1,
    now: dt.datetime,
    behind: str = "",
    cause: values.Alert | None = None,
) -> str:
    """Return the first line of a message.

    Args:
        alerts: The first of them.
        event: What happened to them.
        sign: A sign of their level.
        headline: What happened, for several.
        prefix: What comes before an alert that is no news.
        total: How many there are in all.
        subjects: How many pipelines, or other things, they are about.
        now: The time of the message.
        behind: What is behind a single alert, in words.
        cause: The alert that all of them are behind, where it is not one of them.
    """
    if cause is not None and alerts and event not in (AlertEvent.RESOLVED, AlertEvent.MISSED):
        return f"{sign} {prefix}{_held_up(alerts, cause, subjects=subjects, now=now)}"
    if event is AlertEvent.RESOLVED and alerts and all(map(_may_still_be_wrong, alerts)):
        sign = NOT_GOOD
    if total != 1 or not alerts or event is AlertEvent.MISSED:
        names = list(dict.fromkeys(_where(alert) for alert in alerts))
        more = subjects - NAMED if len(names) > NAMED else 0
        named = ", ".join(names[:NAMED]) + (f" and {more:,} more" if more else "")
        return f"{sign} {headline}" + (f": {named}" if named else "")
    [alert] = alerts[:1]
    if event is AlertEvent.RESOLVED:
        return f"{sign} {_over(alert)}{behind}"
    return f"{sign} {prefix}{trouble(alert, now)}{behind}"


def is_accepted(alert: values.Alert) -> bool:
    """Whether an alert has ended because its numbers, which have stayed as they were, are taken for usual."""
    return (alert.resolution or {}).get("how") == "accepted"


def _may_still_be_wrong(alert: values.Alert) -> bool:
    return is_accepted(alert) or text.is_unwatched(alert.resolution)


def louder(level: AlertLevel, before: AlertLevel | None) -> str:
    """What comes before an alert that has got worse, as in `Now critical, was warning: `; empty for any other."""
    return f"Now {level}, was {before}: " if is_louder(level, before) else ""


def is_louder(level: AlertLevel, before: AlertLevel | None) -> bool:
    """Whether an alert has got worse than a place knows; it may be as before again when its message is written."""
    return before is not None and level.loudness > before.loudness


def headline(alert: values.Alert, *, now: dt.datetime) -> str:
    """Return what is wrong about one alert, or was until it ended, in a line without signs."""
    return trouble(alert, now) if alert.resolved_at is None else _trouble(alert, alert.resolved_at, verb="was")


def trouble(alert: values.Alert, now: dt.datetime) -> str:
    """Return what an alert is about in one line, as in `orders failed: duplicate key 8123 in stg_orders`."""
    return _trouble(alert, now, verb="is")


def _trouble(alert: values.Alert, now: dt.datetime, *, verb: str) -> str:
    return slack.cut(_TROUBLES.get(alert.kind, _stated)(alert, alert.facts, now, verb), TROUBLE_CHARACTERS)


def _held_up(alerts: Sequence[values.Alert], cause: values.Alert, *, subjects: int, now: dt.datetime) -> str:
    """As in `revenue and 2 more are held up: orders failed for 2026-11-26: duplicate key 8123 in stg_orders`."""
    names = list(dict.fromkeys(_where(alert) for alert in alerts))
    is_failed = all(alert.kind is AlertKind.FAILURE for alert in alerts)
    what = "failed, too" if is_failed else "is held up" if subjects == 1 else "are held up"
    return f"{_named(names, subjects)} {what}: {trouble(cause, now)}"


def _named(names: Sequence[str], total: int) -> str:
    more = max(total - NAMED, len(names) - NAMED) if len(names) > NAMED else 0
    if more:
        return f"{', '.join(names[:NAMED])} and {more:,} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _where(alert: values.Alert) -> str:
    """What an alert is about: so short that what is wrong with it still fits into the line."""
    return text.shortened(alert.subject, NAME_CHARACTERS)


def _over(alert: values.Alert) -> str:
    name = _where(alert)
    if alert.kind is AlertKind.ASSET_CHECK:
        name = f"{text.check_name(alert.facts)} of {name}"
    ended = text.resolution(alert.resolution, by=alert.resolved_by)
    if text.is_unwatched(alert.resolution):
        return f"{name} is {ended}"
    if ended or alert.kind not in OVER:  # parts of Dagster may be plural: runs that are queued
        return f"{name}: {ended or 'good again'}"
    return f"{name} {OVER[alert.kind]}"


def _failure(alert: values.Alert, facts: Mapping[str, Any], _: dt.datetime, __: str) -> str:
    if "backfill_state" in facts:
        why = _why(facts.get("last_error"), facts.get("last_error_class"))
        return f"{_where(alert)}: {text.backfill(facts)}" + (f"; last error: {why}" if why else "")
    assets = facts.get("assets")
    others = len(assets) - 1 if isinstance(assets, list) else 0
    who = f"{_where(alert)} and {text.plural(others, 'other asset')}" if others > 0 else _where(alert)
    error = facts.get("error")
    found = error if isinstance(error, Mapping) else {"message": error, "class": facts.get("error_class")}
    why = _why(found.get("message"), found.get("class"))
    return f"{who} failed{text.for_partitions(facts)}" + (f": {why}" if why else "")


def _why(message: object, error_class: object) -> str:
    why, name = reason(message), str(error_class or "")
    if name and " " not in why:  # as the key that a KeyError names: alone it says nothing
        why = f"{name}: {why}" if why else name
    return why


def reason(message: object) -> str:
    """Return the first line of an error that says why: not one that announces the lines after it."""
    lines = [DRIVER_ERROR.sub("", line.strip()) for line in str(message or "").splitlines() if line.strip()]
    return next((line for line in lines if line and not line.endswith(":")), lines[0] if lines else "")


def _freshness(alert: values.Alert, facts: Mapping[str, Any], now: dt.datetime, verb: str) -> str:
    last = text.as_moment(facts.get("last_dml_timestamp"))
    since = last or text.as_moment(facts.get("measured_from"))
    ago = "" if since is None else text.duration((now - since).total_seconds())
    changed = f"last change {ago} ago" if last else f"no change for {ago}" if ago else "no change"
    return f"{_where(alert)} {verb} stale: {changed}{_expected(facts)}"


def _timeliness(alert: values.Alert, facts: Mapping[str, Any], _: dt.datetime, verb: str) -> str:
    lasted = text.duration(facts.get("duration_seconds"), unknown="an unknown time")
    if facts.get("execution_state", "running") != "running":
        return f"{_where(alert)} was late: took {lasted}{_expected(facts)}"
    has = "has" if verb == "is" else "had"
    return f"{_where(alert)} {verb} late: {has} run for {lasted}{_expected(facts)}"


def _anomaly(alert: values.Alert, facts: Mapping[str, Any], _: dt.datetime, verb: str) -> str:
    listed = facts.get("metrics")
    metrics = [metric for metric in listed if isinstance(metric, Mapping)] if isinstance(listed, list) else []
    partition = f" for {facts['partition']}" if facts.get("partition") else ""
    if not metrics:
        return f"{_where(alert)} {verb} unusual{partition}"
    first = {name: value for name, value in metrics[0].items() if name not in ("z_score", "runs")}
    more = f", and {text.plural(len(metrics) - 1, 'other metric')}" if len(metrics) > 1 else ""
    return f"{_where(alert)} {verb} unusual{partition}: {text.verdict(first)}{more}"


def _asset_check(alert: values.Alert, facts: Mapping[str, Any], _: dt.datetime, __: str) -> str:
    return f"{text.check_name(facts)} of {_where(alert)} {text.check_result(facts)}"


def _stated(alert: values.Alert, facts: Mapping[str, Any], _: dt.datetime, __: str) -> str:
    return f"{_where(alert)}: {facts.get('message') or 'no details'}"


_TROUBLES: dict[AlertKind, Callable[[values.Alert, Mapping[str, Any], dt.datetime, str], str]] = {
    AlertKind.FRESHNESS: _freshness,
    AlertKind.TIMELINESS: _timeliness,
    AlertKind.FAILURE: _failure,
    AlertKind.ANOMALY: _anomaly,
    AlertKind.ASSET_CHECK: _asset_check,
}


def _expected(facts: Mapping[str, Any]) -> str:
    number, part = facts.get("expected_number"), facts.get("expected_datepart")
    if not isinstance(number, int) or part is None:
        return ""
    return f", expected within {text.plural(number, str(part))}"
