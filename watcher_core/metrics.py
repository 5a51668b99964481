"""The metrics that anomaly rules judge: columns of executions, and numbers in their metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.enums import AnomalyMetric

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

METADATA = "metadata:"


class MetadataMetric(str):
    """The number that the metadata of an execution has under a key, as in `metadata:revenue`."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The metric as plain text, as that of the members of `AnomalyMetric`."""
        return str(self)

    @property
    def key(self) -> str:
        """The key in the metadata."""
        return self.removeprefix(METADATA)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return what pydantic takes it for: text."""
        return handler(str)


Metric = AnomalyMetric | MetadataMetric


def stored_metric(name: str) -> Metric:
    """Return a metric as it is stored."""
    return MetadataMetric(name) if name.startswith(METADATA) else AnomalyMetric(name)


def metric_order(metric: Metric) -> tuple[int, str]:
    """Return the place of a metric among others: those of metadata come last."""
    place = len(AnomalyMetric) if isinstance(metric, MetadataMetric) else list(AnomalyMetric).index(metric)
    return place, metric
