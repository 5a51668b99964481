"""What a message says of an alert, by its kind: its facts in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from watcher_core import text, values
from watcher_core.alerts import slack
from watcher_core.enums import AlertKind

# Characters of an error message: enough to recognize it.
ERROR_CHARACTERS = 400
# Partitions, steps or assets of a failure that are named.
PARTITIONS = 10
# Characters of the verdict on a metric; usually half of that is needed.
METRIC_CHARACTERS = 300
UNKNOWN_TIME = "an unknown time"
# A message that is sent later than this after what it says happened, or was found, says when that was.
LATE = dt.timedelta(minutes=5)


def _freshness(facts: Mapping[str, Any], now: dt.datetime) -> str:
    changes = [
        f"{name} {clock(facts[f'last_target_{key}'])}"
        for name, key in (("insert", "insert"), ("update", "update"), ("soft delete", "soft_delete"))
        if facts.get(f"last_target_{key}")
    ]
    last = facts.get("last_dml_timestamp")
    changed = f"last change {clock(last)}" if last else f"no change since {clock(facts.get('measured_from'))}"
    if len(changes) > 1:
        changed += f" ({', '.join(changes)})"
    due = text.as_moment(facts.get("due_at"))
    overdue = f", overdue by {text.duration((now - due).total_seconds())}" if due and due < now else ""
    return f"{changed}, {_expected(facts)}{overdue}"


def _timeliness(facts: Mapping[str, Any], _: dt.datetime) -> str:
    state = str(facts.get("execution_state", "running"))
    state = {"running": "running", "succeeded": "completed"}.get(state, f"completed, {state}")
    lasted = text.duration(facts.get("duration_seconds"), unknown=UNKNOWN_TIME)
    return f"{lasted} ({slack.escape(state)}), {_expected(facts)}"


def _failure(facts: Mapping[str, Any], now: dt.datetime) -> str:
    if "backfill_state" in facts:
        return _backfill(facts)
    parts = [
        _failed_partitions(facts),
        _listed("assets", facts.get("assets")),
        slack.escape(_error(facts), limit=ERROR_CHARACTERS) or "failed without an error message",
    ]
    if facts.get("step_key") is None:  # a run: which of its steps, and what they were for
        parts += [_listed("failed step", facts.get("failed_steps")), _listed("asset", facts.get("failed_assets"))]
    in_a_row = facts.get("failures_in_a_row")
    if isinstance(in_a_row, int) and in_a_row > 1:
        parts.append(f"{in_a_row:,} failures in a row")
    ended = text.as_moment(facts.get("ended_at"))
    if ended is not None and now - ended > LATE:
        parts.append(f"failed at {clock(ended)}")
    return ", ".join(part for part in parts if part)


def _error(facts: Mapping[str, Any]) -> str:
    error = facts.get("error")
    found = error if isinstance(error, Mapping) else {"message": error}
    return text.error(
        found.get("class") or facts.get("error_class"), found.get("message") or facts.get("error_message")
    )


def _backfill(facts: Mapping[str, Any]) -> str:
    pipelines = facts.get("pipelines")
    error = slack.escape(text.error(facts.get("last_error_class"), facts.get("last_error")), limit=ERROR_CHARACTERS)
    parts = [
        slack.escape(text.backfill(facts), limit=ERROR_CHARACTERS),
        error and f"last error {error}",
        _listed("assets", pipelines) if isinstance(pipelines, list) and len(pipelines) > 1 else "",
        _listed("missing partitions", facts.get("missing_partitions")),
        f"requested {clock(facts.get('measured_from'))}",
        f"last progress {clock(facts.get('progress_at'))}" if facts.get("stopped") else "",
    ]
    return ", ".join(part for part in parts if part)


def _failed_partitions(facts: Mapping[str, Any]) -> str:
    """As in "3 of 7 partitions failed (01-03, 01-04, 01-07)"."""
    partitions, failed = facts.get("failed_partitions"), facts.get("failed_partition_count")
    if not isinstance(partitions, list) or not partitions or not isinstance(failed, int):
        return ""
    known = facts.get("partition_count")
    of_all = f" of {known:,}" if isinstance(known, int) and known >= failed else ""
    named = [slack.escape(str(partition), limit=60) for partition in partitions[:PARTITIONS]]
    more = f" and {failed - len(named):,} more" if failed > len(named) else ""
    return (
        f"{failed:,}{of_all} partitions failed ({', '.join(named)}{more})"
        if failed > 1 or of_all
        else f"partition {named[0]}"
    )


def _listed(word: str, found: object) -> str:
    """As in "asset a" or "assets (a, b)": several are in brackets, since other parts follow after a comma."""
    if not isinstance(found, list) or not found:
        return ""
    named = ", ".join(slack.escape(str(each), limit=60) for each in found[:PARTITIONS])
    more = f" and {len(found) - PARTITIONS:,} more" if len(found) > PARTITIONS else ""
    if len(found) == 1:
        return f"{word} {named}"
    return f"{word if word.endswith('s') else f'{word}s'} ({named}{more})"


def _anomaly(facts: Mapping[str, Any], now: dt.datetime) -> str:
    metrics = facts.get("metrics")
    listed = metrics if isinstance(metrics, list) else []
    verdicts = [text.verdict(metric) for metric in listed if isinstance(metric, Mapping)]
    said = " · ".join(slack.escape(verdict, limit=METRIC_CHARACTERS) for verdict in verdicts) or "unusual"
    ended = text.as_moment(facts.get("ended_at"))
    return said if ended is None or now - ended <= LATE else f"{said}, of the run that ended at {clock(ended)}"


def _asset_check(facts: Mapping[str, Any], _: dt.datetime) -> str:
    return slack.escape(text.check_result(facts), limit=ERROR_CHARACTERS)


def _stated(facts: Mapping[str, Any], _: dt.datetime) -> str:
    parts = [slack.escape(str(facts[key]), limit=ERROR_CHARACTERS) for key in ("message", "advice") if facts.get(key)]
    return " → ".join(parts) or "no details"


_DETAILS: dict[AlertKind, Callable[[Mapping[str, Any], dt.datetime], str]] = {
    AlertKind.FRESHNESS: _freshness,
    AlertKind.TIMELINESS: _timeliness,
    AlertKind.FAILURE: _failure,
    AlertKind.ANOMALY: _anomaly,
    AlertKind.ASSET_CHECK: _asset_check,
    AlertKind.MISSED: _stated,
    AlertKind.STUCK: _stated,
    AlertKind.HEALTH: _stated,
}


def described(alert: values.Alert, now: dt.datetime, *, cause: values.Alert | None = None) -> str:
    """Return the facts of an alert in words.

    Args:
        alert: The alert.
        now: The time of the message.
        cause: What stands below it as its cause: an error that is the same is not said again.
    """
    facts = alert.facts
    if cause is not None and alert.kind is cause.kind is AlertKind.FAILURE:
        error = _error(facts)
        if error and error == _error(cause.facts):
            facts = {**facts, "error": "the same error", "error_class": None}
    return _DETAILS[alert.kind](facts, now)


# Values


def _expected(facts: Mapping[str, Any]) -> str:
    number, part = facts.get("expected_number"), facts.get("expected_datepart")
    if number is None or part is None:
        return "expected earlier"
    unit = f"{slack.escape(str(part), limit=20)}{'' if number == 1 else 's'}"
    expected = f"expected within {slack.escape(text.number(number), limit=60)} {unit}"
    when = [slack.escape(str(facts[key]), limit=60) for key in ("calendar", "timezone") if facts.get(key)]
    whose = ["as its type says"] if facts.get("used_child_config") is False else []
    return f"{expected} ({', '.join([*when, *whose])})" if when or whose else expected


def clock(value: object) -> str:
    """A time that facts or an alert have, as messages write it."""
    return text.clock(text.as_moment(value), unknown=UNKNOWN_TIME)
