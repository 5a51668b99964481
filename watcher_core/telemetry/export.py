"""From the queue to the collector: each batch is read, sent and removed, in this order, so that nothing is lost."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

from watcher_core import recording
from watcher_core.database import Driver
from watcher_core.errors import ConfigurationError
from watcher_core.telemetry.queue import TRACES
from watcher_core.telemetry.spans import span_of

if TYPE_CHECKING:
    from watcher_core.telemetry.otlp import OtlpExporter

logger = logging.getLogger("watcher.telemetry")

# With errors of thousands of characters each, a batch stays far below what collectors take in one request.
BATCH: Final = 200


def open_exporter(environment: Mapping[str, str], *, version: str, deployment: str | None) -> OtlpExporter:
    """Return what sends spans.

    Raises:
        ConfigurationError: OpenTelemetry is not installed, or the variables say nothing of where to send to.
    """
    try:
        is_there = importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        is_there = False
    if not is_there:
        raise ConfigurationError("OpenTelemetry is missing; install with: pip install 'watcher-dagster[otel]'")
    from watcher_core.telemetry.otlp import OtlpExporter

    return OtlpExporter(environment, version=version, deployment=deployment)


def export_waiting(
    transaction: Callable[[], AbstractContextManager[Driver]], exporter: OtlpExporter
) -> tuple[int, int]:
    """Export the first batch of the queue.

    No transaction is open while it is sent. Whoever exports at the same time may send the same spans, with the same
    ids.

    Args:
        transaction: Opens one.
        exporter: What sends.

    Returns:
        How many spans the collector has taken, and how many entries are no longer in the queue.

    Raises:
        DeliveryError: The collector cannot be reached, or takes nothing; the queue is as it was.
    """
    with transaction() as connection:
        entries = TRACES.waiting(connection, limit=BATCH)
        executions = recording.exported_executions(connection, sorted({entry.execution_id for entry in entries}))
    ids = [each for each, execution in executions.items() if execution.columns["end_date"] is not None]
    refused = exporter.export([span_of(executions[each]) for each in ids]) if ids else []
    for place in refused:
        # It took others, so that this one is at fault, and would keep all behind it from being exported.
        logger.error("the collector refuses the span of execution %d; it is left out", ids[place])
    if entries:
        with transaction() as connection:
            TRACES.remove(connection, entries)
    return len(ids) - len(refused), len(entries)
