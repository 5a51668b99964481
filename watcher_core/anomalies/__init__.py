"""Anomaly detection: rules, the queue of executions to judge, histories, judging, results and charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.anomalies.backtesting import backtest, parse_span
    from watcher_core.anomalies.chart import draw_anomaly, draw_backtest
    from watcher_core.anomalies.detect import NEWS, Batch, Detected, detect_batch, detect_execution, unflag
    from watcher_core.anomalies.explain import explain_execution
    from watcher_core.anomalies.findings import past_alerts, unwatched_alerts, watched_again
    from watcher_core.anomalies.page import PageSection, render_page
    from watcher_core.anomalies.queue import BEGINNING, has_pending, queued, unjudged_executions
    from watcher_core.anomalies.results import list_results
    from watcher_core.anomalies.rules import (
        AUTO_CREATE_RULES,
        RULE_FIELDS,
        clean_rule_fields,
        configure_rules,
        create_rules_for_new_pipelines,
        get_or_create_rule,
        get_rule,
        parse_metric,
        select_rules,
        update_rule,
    )
    from watcher_core.anomalies.standing import select_standing, with_standing

__all__ = [
    "AUTO_CREATE_RULES",
    "BEGINNING",
    "NEWS",
    "RULE_FIELDS",
    "Batch",
    "Detected",
    "PageSection",
    "backtest",
    "clean_rule_fields",
    "configure_rules",
    "create_rules_for_new_pipelines",
    "detect_batch",
    "detect_execution",
    "draw_anomaly",
    "draw_backtest",
    "explain_execution",
    "get_or_create_rule",
    "get_rule",
    "has_pending",
    "list_results",
    "parse_metric",
    "parse_span",
    "past_alerts",
    "queued",
    "render_page",
    "select_rules",
    "select_standing",
    "unflag",
    "unjudged_executions",
    "unwatched_alerts",
    "update_rule",
    "watched_again",
    "with_standing",
]

_MODULES = {
    "AUTO_CREATE_RULES": "rules",
    "BEGINNING": "queue",
    "NEWS": "detect",
    "RULE_FIELDS": "rules",
    "Batch": "detect",
    "Detected": "detect",
    "PageSection": "page",
    "backtest": "backtesting",
    "clean_rule_fields": "rules",
    "configure_rules": "rules",
    "create_rules_for_new_pipelines": "rules",
    "detect_batch": "detect",
    "detect_execution": "detect",
    "draw_anomaly": "chart",
    "draw_backtest": "chart",
    "explain_execution": "explain",
    "get_or_create_rule": "rules",
    "get_rule": "rules",
    "has_pending": "queue",
    "list_results": "results",
    "parse_metric": "rules",
    "parse_span": "backtesting",
    "past_alerts": "findings",
    "queued": "queue",
    "render_page": "page",
    "select_rules": "rules",
    "select_standing": "standing",
    "unflag": "detect",
    "unjudged_executions": "queue",
    "unwatched_alerts": "findings",
    "update_rule": "rules",
    "watched_again": "findings",
    "with_standing": "standing",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
