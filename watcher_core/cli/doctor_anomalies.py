"""What `watcher doctor` says about anomaly detection: which rules cannot judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from watcher_core import text
from watcher_core.errors import WatcherError
from watcher_core.values import HealthFact

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.values import AnomalyRule

SHOWN_RULES = 5


def anomaly_findings(watcher: Watcher) -> Iterator[HealthFact]:
    """Look at the rules."""
    try:
        yield from rule_findings(watcher.anomaly_rules(active=True, standing=True))
    except WatcherError as exc:
        yield HealthFact("problem", "anomalies", str(exc))


def rule_findings(rules: Sequence[AnomalyRule]) -> Iterator[HealthFact]:
    """Name the rules that cannot judge, apart from those that only wait for more runs."""
    young = sum(rule.cannot_judge is not None and rule.more_runs_help for rule in rules)
    if young:
        rules_wait = "rule waits" if young == 1 else "rules wait"
        yield HealthFact(
            "ok", "anomaly rules", f"{young:,} {rules_wait} for more runs; see: watcher anomalies rules list"
        )
    unable = [rule for rule in rules if rule.cannot_judge is not None and not rule.more_runs_help]
    if unable:
        shown = [f"{rule.pipeline_name} {rule.metric_field}: {rule.cannot_judge}" for rule in unable[:SHOWN_RULES]]
        more = f"; and {len(unable) - SHOWN_RULES:,} more" if len(unable) > SHOWN_RULES else ""
        yield HealthFact(
            "warning",
            "anomaly rules",
            f"{text.plural(len(unable), 'rule')} cannot judge: {'; '.join(shown)}{more}",
            "report the metric, or switch the rule off: watcher anomalies rules set PIPELINE METRIC --inactive; "
            "zscore needs runs at one hour of the day, seasonal does not",
        )
