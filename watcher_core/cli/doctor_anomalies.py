"""What `watcher doctor` says about anomaly detection: whether executions are judged, and which rules cannot judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from watcher_core import text
from watcher_core.cli import times
from watcher_core.cli.doctor_finding import Finding
from watcher_core.errors import WatcherError

if TYPE_CHECKING:
    from watcher_core.client import Watcher
    from watcher_core.values import AnomalyRule, UnjudgedExecutions

# After this, an execution in the queue means that no process judges.
JUDGED_WITHIN = dt.timedelta(minutes=10)
SHOWN_RULES = 5


def anomaly_findings(watcher: Watcher) -> Iterator[Finding]:
    """Look at the queue and at the rules."""
    try:
        yield unjudged_finding(watcher.unjudged_executions(), now=dt.datetime.now(dt.UTC))
        yield from rule_findings(watcher.anomaly_rules(active=True, standing=True))
    except WatcherError as exc:
        yield Finding("problem", "anomalies", str(exc))


def unjudged_finding(waiting: UnjudgedExecutions, *, now: dt.datetime) -> Finding:
    """Judge whether executions are judged."""
    if waiting.since is None:
        return Finding("ok", "anomalies", "no execution waits to be judged")
    executions = "execution waits" if waiting.count == 1 else "executions wait"
    state = f"{waiting.count:,} {executions} to be judged, since {times.ago(waiting.since)}"
    if now - waiting.since <= JUDGED_WITHIN:
        return Finding("ok", "anomalies", state)
    return Finding(
        "warning",
        "anomalies",
        state,
        "switch watcher_anomaly_sensor on in Dagster, or run watcher check anomalies by cron",
    )


def rule_findings(rules: Sequence[AnomalyRule]) -> Iterator[Finding]:
    """Name the rules that cannot judge, apart from those that only wait for more runs."""
    young = sum(rule.cannot_judge is not None and rule.more_runs_help for rule in rules)
    if young:
        rules_wait = "rule waits" if young == 1 else "rules wait"
        yield Finding("ok", "anomaly rules", f"{young:,} {rules_wait} for more runs; see: watcher anomalies rules list")
    unable = [rule for rule in rules if rule.cannot_judge is not None and not rule.more_runs_help]
    if unable:
        shown = [f"{rule.pipeline_name} {rule.metric_field}: {rule.cannot_judge}" for rule in unable[:SHOWN_RULES]]
        more = f"; and {len(unable) - SHOWN_RULES:,} more" if len(unable) > SHOWN_RULES else ""
        yield Finding(
            "warning",
            "anomaly rules",
            f"{text.plural(len(unable), 'rule')} cannot judge: {'; '.join(shown)}{more}",
            "report the metric, or switch the rule off: watcher anomalies rules set PIPELINE METRIC --inactive; "
            "zscore needs runs at one hour of the day, seasonal does not",
        )
