"""`Watcher`'s methods on anomaly rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from watcher_core import anomalies, arguments, catalog, values
from watcher_core.client.connection import Connection
from watcher_core.enums import AnomalyMethod, AnomalyMetric
from watcher_core.values import UNSET, Unset


class AnomalyRuleMethods(Connection):
    """Anomaly rules: which metrics are judged, and how."""

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
        """Return a pipeline's rule for a metric; create it, or update it if the configuration has changed.

        The arguments are the configuration that code declares: it is written if it differs from what code declared
        last. What is not passed stays as it is.

        Args:
            pipeline: Its id or name.
            metric_field: `duration_seconds`, `total_rows`, `inserts`, `updates`, `soft_deletes` or `throughput` (rows a
                second); `total_inserts`, `total_updates` and `total_soft_deletes` are other names for those. Or
                `metadata:` and a key, for the number that the metadata of an execution has there.
            method: `seasonal`, the default, or `zscore`.
            lookback_days: Days of history, from 1 to 365; 30 by default. `seasonal` looks at 60 at least, and
                at the last 30 runs of what seldom runs.
            minimum_executions: With fewer runs to compare with nothing is judged, from 2 to 10,000; 10 by default.
                `seasonal` needs 8 at least.
            std_deviation_threshold_multiplier: From 0.5 to 10; 2 by default. For `zscore`, the standard deviations from
                the mean that are an anomaly; for `seasonal`, the width of the band: 2 as the method finds it.
            active: Whether the rule is used.
            timezone: The time zone of the schedule, as in `Europe/Berlin`, whose hours and weekdays are compared.
                Without it, what changes with the clocks is found from the data.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        fields = fields_of_rule(locals())
        with self._transaction() as (session, now):
            pipeline_id = catalog.get_pipeline(session, pipeline).id
            return anomalies.get_or_create_rule(
                session, pipeline_id=pipeline_id, metric_field=metric_field, fields=fields, now=now
            )

    def configure_anomaly_rules(self, rules: Iterable[values.AnomalyRuleConfiguration]) -> int:
        """Create or update the rules that code declares, in one transaction.

        Pipelines that do not exist are created. Rules that are not passed stay as they are.

        Returns:
            How many were new or changed.

        Raises:
            InvalidValueError: A value breaks a rule; nothing is written.
        """
        declared = list(rules)
        with self._transaction() as (session, now):
            names = catalog.current_pipeline_names(
                session, {arguments.name(each.pipeline_name, "pipeline_name") for each in declared}
            )
            catalog.ensure_pipelines(session, types_by_name=dict.fromkeys(names.values()), now=now)
            declared = [replace(each, pipeline_name=names[arguments.name(each.pipeline_name, "")]) for each in declared]
            return anomalies.configure_rules(session, configurations=declared, now=now)

    def anomaly_rules(
        self,
        *,
        pipeline: int | str | None = None,
        active: bool | None = None,
        standing: bool = False,
        after: int | None = None,
        limit: int | None = None,
    ) -> list[values.AnomalyRule]:
        """Return anomaly rules, sorted by the name of their pipeline and by their metric.

        With `after` or `limit`, they are a page of the rules, in the order of their ids.

        Args:
            pipeline: Of this pipeline only, by id or name.
            active: `True` for active rules, `False` for the others; all by default.
            standing: Whether to look at the runs of their pipelines, and fill in `cannot_judge`.
            after: The id of the last rule of the page before.
            limit: At most so many.

        Raises:
            NotFoundError: The pipeline is not known.
            InvalidValueError: A value breaks a rule.
        """
        with self._driver_transaction() as (connection, _):
            pipeline_id = None if pipeline is None else catalog.find_pipeline_id(connection, pipeline)
            asked = anomalies.select_rules(connection, pipeline_id=pipeline_id, active=active, after=after, limit=limit)
            found = list(asked)
            if not standing:
                return found
            ids = [rule.id for rule in found]
            return anomalies.with_standing(found, anomalies.select_standing(connection, rule_ids=ids))

    def anomaly_rule(self, rule_id: int) -> values.AnomalyRule:
        """Return an anomaly rule.

        Raises:
            NotFoundError: There is no rule with that id.
        """
        with self._transaction() as (session, _):
            return anomalies.get_rule(session, rule_id)

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
        """Change a rule by hand: only what is passed. The change stays until the configuration in code changes.

        Args:
            rule_id: Its id.
            method, lookback_days, minimum_executions, std_deviation_threshold_multiplier, active, timezone: As of
                `get_or_create_anomaly_rule`.

        Raises:
            NotFoundError: There is no such rule.
            InvalidValueError: A value breaks a rule.
        """
        fields = fields_of_rule(locals())
        with self._transaction() as (session, now):
            return anomalies.update_rule(session, rule_id=rule_id, fields=fields, now=now)


def fields_of_rule(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those keyword arguments of a method that are fields of a rule."""
    return {name: value for name, value in given.items() if name in anomalies.RULE_FIELDS}
