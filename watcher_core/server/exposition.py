"""The figures as the Prometheus client's families of samples, with bounded labels.

The client checks nothing of what a collector gives it: a label or a value that is None breaks the whole scrape. So each
sample is looked at first, and one that cannot be is left out, with a line in the log.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric

from watcher_core.values import Figures, PipelineFigures

logger = logging.getLogger("watcher.server")

# All pipelines, destinations and instances that are not named one by one.
OTHER: Final = "other"
MOST_DESTINATIONS: Final = 100
MOST_INSTANCES: Final = 100
# A name may have thousands of characters; a label is on every line of its pipeline.
MOST_CHARACTERS: Final = 200

Sample = tuple[Sequence[object], object]

# Those of pipelines: the name, what it is, labels beside the pipeline's, and the samples of a pipeline.
PIPELINE_METRICS: Final[tuple[tuple[str, str, tuple[str, ...], Callable[[PipelineFigures], Iterable[Sample]]], ...]] = (
    (
        "watcher_last_hour_executions",
        "Executions that ended in the last hour, by how they ended.",
        ("state",),
        lambda each: [((state.value,), count) for state, count in each.ended.items()],
    ),
    (
        "watcher_last_hour_execution_seconds",
        "Durations of the executions that ended in the last hour, together.",
        (),
        lambda each: known(each.seconds),
    ),
    (
        "watcher_last_hour_longest_execution_seconds",
        "The longest of the executions that ended in the last hour.",
        (),
        lambda each: known(each.longest_seconds),
    ),
    (
        "watcher_last_hour_rows",
        "Rows that executions have reported which ended in the last hour, by what they count.",
        ("count",),
        lambda each: [((name,), count) for name, count in each.counts.items()],
    ),
    (
        "watcher_running_executions",
        "Executions that run now.",
        (),
        lambda each: known(each.running or None),
    ),
    (
        "watcher_longest_running_seconds",
        "For how long the first of the executions that run now has been running.",
        (),
        lambda each: known(each.longest_running_seconds),
    ),
    (
        "watcher_freshness_lag_seconds",
        "Age of the data of an active pipeline since it last changed; of the others, the greatest.",
        (),
        lambda each: known(each.lag_seconds),
    ),
    (
        "watcher_pipeline_alerts",
        "Alerts about the pipeline that are not resolved.",
        (),
        lambda each: known(each.alerts or None),
    ),
)


def families(figures: Figures) -> Iterator[Metric]:
    """Return the figures as the client's families of samples."""
    labels = pipeline_labels(figures.pipelines)
    for name, documentation, more, samples in PIPELINE_METRICS:
        yield gauge(
            name,
            documentation,
            ("pipeline", *more),
            (
                ((label, *values), value)
                for label, pipeline in zip(labels, figures.pipelines, strict=True)
                for values, value in samples(pipeline)
            ),
        )
    yield from _of_watcher(figures)


def _of_watcher(figures: Figures) -> Iterator[Metric]:
    from watcher_core import __version__

    info = InfoMetricFamily("watcher_build", "The version of Watcher.")
    info.add_metric([], {"version": __version__})
    yield info
    states = {"active": figures.active, "inactive": figures.inactive, "removed": figures.removed}
    yield gauge(
        "watcher_pipelines",
        "Pipelines: checked, switched off, and gone from the code.",
        ("state",),
        (((state,), count) for state, count in states.items()),
    )
    yield gauge(
        "watcher_alerts",
        "Alerts that are not resolved.",
        ("kind", "level"),
        (((kind.value, level.value), count) for (kind, level), count in figures.alerts.items()),
    )
    waiting = figures.undelivered
    yield gauge("watcher_undelivered_alerts", "Alerts that are due and wait to be delivered.", (), known(waiting.count))
    yield gauge(
        "watcher_oldest_undelivered_alert_timestamp_seconds",
        "Since when the first of the alerts that wait to be delivered has been due.",
        (),
        known(waiting.since and waiting.since.timestamp()),
    )
    yield gauge(
        "watcher_alerts_without_destination",
        "Alerts that wait because no route leads to a destination.",
        (),
        known(waiting.nowhere),
    )
    yield gauge(
        "watcher_failing_deliveries",
        "Deliveries that failed when they were last tried.",
        ("destination",),
        _bounded(figures.failing_deliveries, MOST_DESTINATIONS),
    )
    recorders = sorted(figures.recorders, key=lambda each: each.updated_at, reverse=True)[:MOST_INSTANCES]
    yield gauge(
        "watcher_recorder_lag_seconds",
        "Age of the oldest event of a Dagster instance that was not recorded yet, at the recorder's last tick.",
        ("dagster_instance",),
        (((each.instance_id,), each.lag_seconds or 0.0) for each in recorders),
    )
    yield gauge(
        "watcher_recorder_last_tick_timestamp_seconds",
        "When the recorder of a Dagster instance last ended a tick.",
        ("dagster_instance",),
        (((each.instance_id,), each.updated_at.timestamp()) for each in recorders),
    )
    yield gauge(
        "watcher_check_last_success_timestamp_seconds",
        "When a check of all pipelines last succeeded.",
        ("check",),
        (((each.kind.value,), each.checked_at.timestamp()) for each in figures.checks),
    )
    yield gauge(
        "watcher_check_interval_seconds",
        "How often a check succeeds, as learned.",
        ("check",),
        (((each.kind.value,), each.interval_seconds) for each in figures.checks if each.interval_seconds is not None),
    )
    yield gauge(
        "watcher_unjudged_executions",
        "Executions that wait for anomaly detection.",
        (),
        known(figures.unjudged.count),
    )
    yield gauge(
        "watcher_pending_traces",
        "Executions that wait to be exported as traces.",
        (),
        known(figures.pending_traces),
    )
    yield gauge(
        "watcher_oldest_pending_trace_timestamp_seconds",
        "Since when the first of the executions waits that are to be exported as traces.",
        (),
        known(figures.traces_since and figures.traces_since.timestamp()),
    )
    yield gauge(
        "watcher_spooled_executions",
        "Executions on the server's host that wait for the database.",
        (),
        known(figures.spooled),
    )
    yield gauge(
        "watcher_set_aside_executions",
        "Executions on the server's host that could not be recorded.",
        (),
        known(figures.set_aside),
    )


def pipeline_labels(pipelines: Iterable[PipelineFigures]) -> list[str]:
    """Return a label for each pipeline: its name, unless that is too long, or would be taken for all others."""
    labels: list[str] = []
    taken = {OTHER}
    for each in pipelines:
        name = each.pipeline_name
        if name is None:
            labels.append(OTHER)
            continue
        label = name if len(name) <= MOST_CHARACTERS else f"{name[:MOST_CHARACTERS]}… (pipeline {each.pipeline_id})"
        while label in taken:
            label = f"{label} (pipeline {each.pipeline_id})"
        taken.add(label)
        labels.append(label)
    return labels


def known(value: object) -> list[Sample]:
    """Return the one sample of a metric without labels; none where it is not known."""
    return [] if value is None else [((), value)]


def _bounded(counts: Mapping[str, int], most: int) -> list[Sample]:
    """The first ones, and the sum of the rest."""
    named = {name: count for name, count in list(counts.items())[:most] if name != OTHER}
    rest = sum(counts.values()) - sum(named.values())
    samples: list[Sample] = [((name,), count) for name, count in named.items()]
    return [*samples, ((OTHER,), rest)] if rest else samples


def gauge(name: str, documentation: str, labels: Sequence[str], samples: Iterable[Sample]) -> GaugeMetricFamily:
    """Return a gauge with those of the samples that the client can write."""
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for values, value in samples:
        checked = _number(value)
        if checked is None or not all(map(_is_text, values)):
            logger.error("the metric %s is left out for %r: its value is %r", name, values, value)
            continue
        family.add_metric(values, checked)  # type: ignore[arg-type]  # they are text, as was just checked
    return family


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # what is no number raises
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
