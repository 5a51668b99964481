"""What Prometheus reads, from the figures: series with bounded labels, in a text of bounded size.

The client checks nothing of what a collector gives it: a label or a value that is None breaks the whole scrape. So each
sample is looked at first, and one that cannot be is left out, with a line in the log.
"""

from __future__ import annotations

import gzip
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from watcher_core import database
from watcher_core.client import Watcher
from watcher_core.server.errors import RefusedError
from watcher_core.values import Figures, PipelineFigures

logger = logging.getLogger("watcher.server")

# So long an answer is good for all who ask: many scrapers cost the database one look.
CACHED_SECONDS: Final = 5.0
# While it is made anew, all others get the one before, unless that is older than this.
STALE_SECONDS: Final = 60.0
# So long the database may take, and who has no text yet waits for it: scrapers give up after 10 seconds by default, and
# must not keep all threads of the server from work.
COLLECTED_WITHIN: Final = 8.0

MOST_BYTES: Final = 5_000_000

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
        lambda each: _known(each.seconds),
    ),
    (
        "watcher_last_hour_longest_execution_seconds",
        "The longest of the executions that ended in the last hour.",
        (),
        lambda each: _known(each.longest_seconds),
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
        lambda each: _known(each.running or None),
    ),
    (
        "watcher_longest_running_seconds",
        "For how long the first of the executions that run now has been running.",
        (),
        lambda each: _known(each.longest_running_seconds),
    ),
    (
        "watcher_freshness_lag_seconds",
        "Age of the data of an active pipeline since it last changed; of the others, the greatest.",
        (),
        lambda each: _known(each.lag_seconds),
    ),
    (
        "watcher_pipeline_alerts",
        "Alerts about the pipeline that are not resolved.",
        (),
        lambda each: _known(each.alerts or None),
    ),
)


def families(figures: Figures) -> Iterator[Metric]:
    """Return the figures as the client's families of samples."""
    labels = pipeline_labels(figures.pipelines)
    for name, documentation, more, samples in PIPELINE_METRICS:
        yield _gauge(
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
    yield _gauge(
        "watcher_pipelines",
        "Pipelines: checked, switched off, and gone from the code.",
        ("state",),
        (((state,), count) for state, count in states.items()),
    )
    yield _gauge(
        "watcher_alerts",
        "Alerts that are not resolved.",
        ("kind", "level"),
        (((kind.value, level.value), count) for (kind, level), count in figures.alerts.items()),
    )
    waiting = figures.undelivered
    yield _gauge(
        "watcher_undelivered_alerts", "Alerts that are due and wait to be delivered.", (), _known(waiting.count)
    )
    yield _gauge(
        "watcher_oldest_undelivered_alert_timestamp_seconds",
        "Since when the first of the alerts that wait to be delivered has been due.",
        (),
        _known(waiting.since and waiting.since.timestamp()),
    )
    yield _gauge(
        "watcher_alerts_without_destination",
        "Alerts that wait because no route leads to a destination.",
        (),
        _known(waiting.nowhere),
    )
    yield _gauge(
        "watcher_failing_deliveries",
        "Deliveries that failed when they were last tried.",
        ("destination",),
        _bounded(figures.failing_deliveries, MOST_DESTINATIONS),
    )
    recorders = sorted(figures.recorders, key=lambda each: each.updated_at, reverse=True)[:MOST_INSTANCES]
    yield _gauge(
        "watcher_recorder_lag_seconds",
        "Age of the oldest event of a Dagster instance that was not recorded yet, at the recorder's last tick.",
        ("dagster_instance",),
        (((each.instance_id,), each.lag_seconds or 0.0) for each in recorders),
    )
    yield _gauge(
        "watcher_recorder_last_tick_timestamp_seconds",
        "When the recorder of a Dagster instance last ended a tick.",
        ("dagster_instance",),
        (((each.instance_id,), each.updated_at.timestamp()) for each in recorders),
    )
    yield _gauge(
        "watcher_check_last_success_timestamp_seconds",
        "When a check of all pipelines last succeeded.",
        ("check",),
        (((each.kind.value,), each.checked_at.timestamp()) for each in figures.checks),
    )
    yield _gauge(
        "watcher_check_interval_seconds",
        "How often a check succeeds, as learned.",
        ("check",),
        (((each.kind.value,), each.interval_seconds) for each in figures.checks if each.interval_seconds is not None),
    )
    yield _gauge(
        "watcher_unjudged_executions",
        "Executions that wait for anomaly detection.",
        (),
        _known(figures.unjudged.count),
    )
    yield _gauge(
        "watcher_pending_traces",
        "Executions that wait to be exported as traces.",
        (),
        _known(figures.pending_traces),
    )
    yield _gauge(
        "watcher_oldest_pending_trace_timestamp_seconds",
        "Since when the first of the executions waits that are to be exported as traces.",
        (),
        _known(figures.traces_since and figures.traces_since.timestamp()),
    )
    yield _gauge(
        "watcher_spooled_executions",
        "Executions on the server's host that wait for the database.",
        (),
        _known(figures.spooled),
    )
    yield _gauge(
        "watcher_set_aside_executions",
        "Executions on the server's host that could not be recorded.",
        (),
        _known(figures.set_aside),
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


def _known(value: object) -> list[Sample]:
    return [] if value is None else [((), value)]


def _bounded(counts: Mapping[str, int], most: int) -> list[Sample]:
    """The first ones, and the sum of the rest."""
    named = {name: count for name, count in list(counts.items())[:most] if name != OTHER}
    rest = sum(counts.values()) - sum(named.values())
    samples: list[Sample] = [((name,), count) for name, count in named.items()]
    return [*samples, ((OTHER,), rest)] if rest else samples


def _gauge(name: str, documentation: str, labels: Sequence[str], samples: Iterable[Sample]) -> GaugeMetricFamily:
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


class _Families(Collector):
    def __init__(self, found: Sequence[Metric]) -> None:
        self._families = found

    def collect(self) -> Iterable[Metric]:
        return self._families


class Metrics:
    """The text of `/metrics`, made at most every `CACHED_SECONDS`, by one thread at a time."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._most = watcher.settings.metrics_pipelines
        self._lock = threading.Lock()
        self._made_at = float("-inf")
        self._families: _Families | None = None
        self._texts: dict[tuple[str, bool], bytes] = {}

    def text(self, accept: str, *, packed: bool) -> tuple[bytes, str]:
        """Return the text in the format that a scraper asks for, and what that is called.

        Args:
            accept: The header `Accept`.
            packed: Whether it may be compressed with gzip.

        Raises:
            DatabaseUnavailableError: PostgreSQL cannot be reached, or takes too long.
            RefusedError: Another request has been reading the figures for too long.
        """
        encoder, content_type = choose_encoder(accept)
        key = content_type, packed
        known, age = self._texts.get(key), time.monotonic() - self._made_at
        if known is not None and age < CACHED_SECONDS:
            return known, content_type
        has_text = known is not None and age < STALE_SECONDS
        if not self._lock.acquire(timeout=0 if has_text else COLLECTED_WITHIN):
            if known is not None and has_text:
                return known, content_type
            raise RefusedError(503, "the metrics are still being read; try again")
        try:
            return self._text(encoder, key), content_type
        finally:
            self._lock.release()

    def _text(self, encoder: Callable[[Any], bytes], key: tuple[str, bool]) -> bytes:
        families = self._families
        if families is None or time.monotonic() - self._made_at >= CACHED_SECONDS:
            families = self._collected()
            text = encoder(families)
            while len(text) > MOST_BYTES and self._most:
                fewer = self._most * MOST_BYTES * 9 // (10 * len(text))
                logger.warning(
                    "/metrics would have %d bytes; it names %d pipelines in place of %d from now on",
                    len(text),
                    fewer,
                    self._most,
                )
                self._most = fewer
                families = self._collected()
                text = encoder(families)
            self._texts = {}
            self._families = families
            self._made_at = time.monotonic()
        elif key in self._texts:
            return self._texts[key]
        else:
            text = encoder(families)
        _, packed = key
        self._texts[key] = gzip.compress(text, compresslevel=1) if packed else text
        return self._texts[key]

    def _collected(self) -> _Families:
        began = time.monotonic()
        with database.time_limit(COLLECTED_WITHIN):
            figures = self._watcher.figures(most_pipelines=self._most)
        found = list(families(figures))
        seconds = time.monotonic() - began
        found.append(_gauge("watcher_collection_seconds", "How long these figures took to read.", (), _known(seconds)))
        return _Families(found)
