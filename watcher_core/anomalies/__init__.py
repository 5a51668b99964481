"""Anomaly detection: rules, the queue of executions to judge, histories, judging, results and charts."""

from __future__ import annotations

from watcher_core.anomalies.backtest import backtest_rule, explain_execution
from watcher_core.anomalies.chart import draw_anomaly, draw_backtest
from watcher_core.anomalies.detect import (
    Detected,
    anomaly_key,
    detect_anomalies,
    hold_pipeline_of,
    resolved_keys,
    still_unusual,
)
from watcher_core.anomalies.history import newest_executions
from watcher_core.anomalies.judge import Rule
from watcher_core.anomalies.page import PageSection, render_page
from watcher_core.anomalies.queue import (
    QUEUE_BEGINNING,
    Pending,
    claim_pending,
    pipeline_exists,
    queued,
    remove_judged,
    remove_pending,
    unjudged_executions,
)
from watcher_core.anomalies.results import list_results, unflag_results
from watcher_core.anomalies.rules import (
    AUTO_CREATE_RULES,
    RULE_FIELDS,
    clean_rule_fields,
    configure_rules,
    create_rules_for_new_pipelines,
    get_or_create_rule,
    list_rules,
    parse_metric,
    update_rule,
)

__all__ = [
    "AUTO_CREATE_RULES",
    "QUEUE_BEGINNING",
    "RULE_FIELDS",
    "Detected",
    "PageSection",
    "Pending",
    "Rule",
    "anomaly_key",
    "backtest_rule",
    "claim_pending",
    "clean_rule_fields",
    "configure_rules",
    "create_rules_for_new_pipelines",
    "detect_anomalies",
    "draw_anomaly",
    "draw_backtest",
    "explain_execution",
    "get_or_create_rule",
    "hold_pipeline_of",
    "list_results",
    "list_rules",
    "newest_executions",
    "parse_metric",
    "pipeline_exists",
    "queued",
    "remove_judged",
    "remove_pending",
    "render_page",
    "resolved_keys",
    "still_unusual",
    "unflag_results",
    "unjudged_executions",
    "update_rule",
]
