"""`Watcher`'s methods on anomaly rules, over HTTP."""

from __future__ import annotations

from typing import Any

from watcher_core import arguments, remote, values
from watcher_core.client.anomaly_rules import fields_of_rule
from watcher_core.client.http_connection import HttpConnection, of_pipeline
from watcher_core.enums import AnomalyMethod, AnomalyMetric
from watcher_core.values import UNSET, Unset


class HttpAnomalyRules(HttpConnection):
    """Anomaly rules: as of `Watcher`, by requests."""

    def get_or_create_anomaly_rule(
        self,
        pipeline: int | str,
        *,
        metric_field: AnomalyMetric | str,
        method: AnomalyMethod | str | Unset = UNSET,
        lookback_days: int | Unset = UNSET,
        minimum_executions: int | Unset = UNSET,
        std_deviation_threshold_multiplier: float | Unset = UNSET,
        active: bool | Unset = UNSET,
        timezone: str | Unset | None = UNSET,
    ) -> values.AnomalyRule:
        """As of `Watcher`."""
        body = {
            "pipeline_name" if isinstance(pipeline, str) else "pipeline_id": pipeline,
            "metric_field": metric_field,
            "configuration": _said(locals()),
        }
        return remote.value_of(values.AnomalyRule, self._remote.send("/anomaly_rule_declaration", body))

    def anomaly_rules(
        self,
        *,
        pipeline: int | str | None = None,
        active: bool | None = None,
        standing: bool = False,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[values.AnomalyRule]:
        """As of `Watcher`; of a page, each 1,000 are a request."""
        asked = {
            **of_pipeline(pipeline),
            "active": active,
            "standing": standing,
        }
        return self._listing(values.AnomalyRule, "/anomaly_detection_rule", asked, after=after, limit=limit)

    list_anomaly_rules = anomaly_rules

    def anomaly_rule(self, rule_id: int) -> values.AnomalyRule:
        """As of `Watcher`."""
        answer = self._remote.send(f"/anomaly_detection_rule/{arguments.identifier(rule_id, 'rule_id')}")
        return remote.value_of(values.AnomalyRule, answer)

    def update_anomaly_rule(
        self,
        rule_id: int,
        *,
        method: AnomalyMethod | str | Unset = UNSET,
        lookback_days: int | Unset = UNSET,
        minimum_executions: int | Unset = UNSET,
        std_deviation_threshold_multiplier: float | Unset = UNSET,
        active: bool | Unset = UNSET,
        timezone: str | Unset | None = UNSET,
    ) -> values.AnomalyRule:
        """As of `Watcher`."""
        body = {"id": arguments.identifier(rule_id, "rule_id"), "configuration": _said(locals())}
        return remote.value_of(values.AnomalyRule, self._remote.send("/anomaly_detection_rule", body, method="PATCH"))


def _said(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields_of_rule(given).items() if value is not UNSET}
