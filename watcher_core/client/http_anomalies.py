"""`Watcher`'s methods on anomalies, over HTTP: what was found unusual, why, and that it is not."""

from __future__ import annotations

import datetime as dt

from watcher_core import anomalies, arguments, remote, values
from watcher_core.client.http_connection import HttpConnection, instant, of_pipeline, place
from watcher_core.enums import AnomalyMetric


class HttpAnomalies(HttpConnection):
    """Results of anomaly detection: as of `Watcher`, by requests."""

    def anomaly_results(
        self,
        *,
        pipeline: int | str | None = None,
        execution_id: int | None = None,
        flagged: bool | None = None,
        since: dt.datetime | None = None,
        before: tuple[dt.datetime, int, AnomalyMetric | str] | None = None,
        limit: int = 100,
    ) -> list[values.AnomalyResult]:
        """As of `Watcher`; each 1,000 are a request."""
        asked = {
            **of_pipeline(pipeline),
            "execution_id": execution_id,
            "flagged": flagged,
            "since": instant(since, "since"),
            "cursor": place(None if before is None else (before[0], before[1], anomalies.parse_metric(before[2]))),
        }
        return self._pages(values.AnomalyResult, "/anomaly_result", asked, arguments.count(limit, "limit"))

    def explain_anomalies(self, execution_id: int) -> list[values.AnomalyExplanation]:
        """As of `Watcher`; the server judges."""
        identifier = arguments.identifier(execution_id, "execution_id")
        return self._list(values.AnomalyExplanation, f"/execution/{identifier}/anomalies")

    def unflag_anomaly(
        self, execution_id: int, *, metric_field: AnomalyMetric | str | None = None, by: str | None = None
    ) -> list[values.AnomalyResult]:
        """As of `Watcher`; without `by`, in the name of the token."""
        metric = None if metric_field is None else anomalies.parse_metric(metric_field)
        body = {
            "pipeline_execution_id": arguments.identifier(execution_id, "execution_id"),
            "metric_field": None if metric is None else [metric],
            "by": by,
        }
        answer = self._remote.send("/unflag_anomaly", body, headers={"Prefer": "return=representation"})
        return [remote.value_of(values.AnomalyResult, each) for each in answer]
