"""What the messages of alerts say: the facts of a check, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from watcher_core import text, values
from watcher_core.alerts import slack
from watcher_core.enums import AlertEvent, AlertKind, AlertLevel, AlertState

# More lines than these nobody reads; the rest is a number.
SHOWN = 20
# What of an error says which one it is.
ERROR_CHARACTERS = 400
# What a rule says of a metric; it takes half of that.
METRIC_CHARACTERS = 300
# A message that is sent later than this after the alert was opened says when that was.
NOTIFIED_LATE = dt.timedelta(minutes=5)

CHECKS = {
    AlertKind.FRESHNESS: "Freshness check",
    AlertKind.TIMELINESS: "Timeliness check",
    AlertKind.FAILURE: "Failures",
    AlertKind.ANOMALY: "Anomaly detection",
}
SIGNS = {AlertLevel.INFO: "ℹ️ INFO", AlertLevel.WARNING: "⚠️ WARNING", AlertLevel.ERROR: "🔴 ERROR"}

# What is the matter, and what is over, each for one and for several.
TROUBLES = {
    AlertKind.FRESHNESS: ("1 pipeline has stale data", "{} pipelines have stale data"),
    AlertKind.TIMELINESS: ("1 execution is late", "{} executions are late"),
    AlertKind.FAILURE: ("1 failure", "{} failures"),
    AlertKind.ANOMALY: ("1 execution has unusual numbers", "{} executions have unusual numbers"),
}
RECOVERIES = {
    AlertKind.FRESHNESS: ("1 pipeline is no longer stale", "{} pipelines are no longer stale"),
    AlertKind.TIMELINESS: ("1 late execution is over", "{} late executions are over"),
    AlertKind.FAILURE: ("1 failure is over", "{} failures are over"),
    AlertKind.ANOMALY: ("1 execution is no longer unusual", "{} executions are no longer unusual"),
}
MISSED = (
    "1 alert came and went while messages did not get through",
    "{} alerts came and went while messages did not get through",
)


@dataclass(frozen=True)
class Notice:
    """An alert, with what its links need.

    Attributes:
        alert: The alert.
        run_id: The Dagster run of its execution.
        is_asset: Whether its pipeline is an asset in Dagster.
    """

    alert: values.Alert
    run_id: str | None = None
    is_asset: bool = False


def message(
    notices: Sequence[Notice],
    *,
    event: AlertEvent,
    kind: AlertKind,
    level: AlertLevel,
    total: int,
    now: dt.datetime,
    dagster_url: str | None = None,
) -> slack.SlackMessage:
    """Write the message about alerts of one kind and level to which the same has happened.

    Args:
        notices: The first of them; more than `SHOWN` are left out.
        event: What has happened.
        kind: Which check found them.
        level: How loud they are.
        total: How many there are in all.
        now: When it is sent.
        dagster_url: Where links lead.
    """
    lines = [_line(notice, event, now=now, dagster_url=dagster_url) for notice in notices[:SHOWN]]
    more = total - len(lines)
    is_over = event in (AlertEvent.RESOLVED, AlertEvent.MISSED)
    named = notices[0].alert.id if total == 1 and notices else "ID"
    sign = "✅ RESOLVED" if is_over else SIGNS[level]
    return slack.compose(
        header=f"{sign}: {CHECKS[kind]}",
        headline=_headline(event, kind, total),
        context=text.clock(now),
        lines=lines,
        rest=f"… and {more:,} more" if more > 0 else "",
        footer=f"Watcher: see all with watcher alerts list --kind {kind.value}"
        + ("" if is_over else f"; acknowledge with watcher alerts ack {named}"),
    )


def test_message(destination: str, *, now: dt.datetime) -> slack.SlackMessage:
    """Write a message that only shows that messages arrive."""
    return slack.compose(
        header="ℹ️ INFO: Test",
        headline="Alerts of Watcher can be delivered here",
        context=text.clock(now),
        lines=[f"• Destination: {slack.escape(destination)}"],
        rest="",
        footer="Watcher: sent by watcher alerts test",
    )


def _headline(event: AlertEvent, kind: AlertKind, total: int) -> str:
    one_and_several = {AlertEvent.RESOLVED: RECOVERIES[kind], AlertEvent.MISSED: MISSED}.get(event, TROUBLES[kind])
    happened = one_and_several[total != 1].format(f"{total:,}")
    before = {AlertEvent.REMINDED: "Still open: ", AlertEvent.REOPENED: "Back again: "}.get(event, "")
    return before + happened


# Lines


def _line(notice: Notice, event: AlertEvent, *, now: dt.datetime, dagster_url: str | None) -> str:
    alert = notice.alert
    parts = [_subject(notice, dagster_url)]
    if event is AlertEvent.RESOLVED:
        parts.append(_ending(alert))
    else:
        parts += [_DETAILS[alert.kind](alert.facts, now)]
        parts += [_ending(alert)] if event is AlertEvent.MISSED else _when(alert, now)
    return f"• {': '.join(parts[:2])}{''.join(f', {more}' for more in parts[2:])} [alert {alert.id}]"


def _subject(notice: Notice, dagster_url: str | None) -> str:
    alert = notice.alert
    name = slack.escape(alert.pipeline_name, limit=120)
    if notice.is_asset:
        name = slack.link(name, dagster_url, "assets", *alert.pipeline_name.split("/"))
    pipeline = f"{name} (ID {alert.pipeline_id})"
    if alert.pipeline_execution_id is None:
        return pipeline
    execution = f"execution {alert.pipeline_execution_id}"
    if notice.run_id:
        execution = slack.link(execution, dagster_url, "runs", notice.run_id)
    return f"{execution} of {pipeline}"


def _when(alert: values.Alert, now: dt.datetime) -> list[str]:
    found = [f"found at {_clock(alert.opened_at)}"] if now - alert.opened_at > NOTIFIED_LATE else []
    return [*found, *(["acknowledged"] if alert.state is AlertState.ACKNOWLEDGED else [])]


def _ending(alert: values.Alert) -> str:
    if alert.resolved_at is None:
        return f"open since {_clock(alert.opened_at)}"
    lasted = text.duration((alert.resolved_at - alert.opened_at).total_seconds())
    return f"resolved at {_clock(alert.resolved_at)} after {lasted}" + (" by hand" if alert.resolved_by_hand else "")


# Details of each check


def _freshness(facts: Mapping[str, Any], now: dt.datetime) -> str:
    changes = [
        f"{name} {_clock(facts[f'last_target_{key}'])}"
        for name, key in (("insert", "insert"), ("update", "update"), ("soft delete", "soft_delete"))
        if facts.get(f"last_target_{key}")
    ]
    last = facts.get("last_dml_timestamp")
    change = f"last change {_clock(last)}" if last else f"no change since {_clock(facts.get('measured_from'))}"
    if len(changes) > 1:
        change += f" ({', '.join(changes)})"
    due = _moment(facts.get("due_at"))
    overdue = f", overdue by {text.duration((now - due).total_seconds())}" if due and due < now else ""
    return f"{change}, {_expected(facts)}{overdue}"


def _timeliness(facts: Mapping[str, Any], _: dt.datetime) -> str:
    state = str(facts.get("execution_state", "running"))
    state = {"running": "running", "succeeded": "completed"}.get(state, f"completed, {state}")
    took = text.duration(facts.get("duration_seconds"), unknown="an unknown time")
    return f"{took} ({slack.escape(state)}), {_expected(facts)}"


def _failure(facts: Mapping[str, Any], _: dt.datetime) -> str:
    error = facts.get("error")
    found = error if isinstance(error, Mapping) else {"message": error}
    parts = [found.get("class") or facts.get("error_class"), found.get("message") or facts.get("error_message")]
    error = ": ".join(slack.escape(str(part), limit=ERROR_CHARACTERS) for part in parts if part)
    in_a_row = facts.get("failures_in_a_row")
    row = f", {in_a_row:,} failures in a row" if isinstance(in_a_row, int) and in_a_row > 1 else ""
    return (error or "failed without an error message") + row


def _anomaly(facts: Mapping[str, Any], _: dt.datetime) -> str:
    metrics = facts.get("metrics")
    judged = metrics if isinstance(metrics, list) else []
    verdicts = [text.verdict(metric) for metric in judged if isinstance(metric, Mapping)]
    return " · ".join(slack.escape(verdict, limit=METRIC_CHARACTERS) for verdict in verdicts) or "unusual"


_DETAILS: dict[AlertKind, Callable[[Mapping[str, Any], dt.datetime], str]] = {
    AlertKind.FRESHNESS: _freshness,
    AlertKind.TIMELINESS: _timeliness,
    AlertKind.FAILURE: _failure,
    AlertKind.ANOMALY: _anomaly,
}


# Values


def _expected(facts: Mapping[str, Any]) -> str:
    number, part = facts.get("expected_number"), facts.get("expected_datepart")
    if number is None or part is None:
        return "expected earlier"
    unit = f"{slack.escape(str(part), limit=20)}{'' if number == 1 else 's'}"
    within = f"expected within {slack.escape(text.number(number), limit=60)} {unit}"
    own = facts.get("used_child_config")
    return within if own is None else f"{within} ({'child' if own else 'parent'} configuration)"


def _clock(value: object) -> str:
    moment = _moment(value)
    return text.clock(moment, unknown="an unknown time")


def _moment(value: object) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else moment.replace(tzinfo=dt.UTC)
