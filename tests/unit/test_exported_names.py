"""The public names are a contract: none comes or goes by accident."""

from __future__ import annotations

import importlib

import pytest

import watcher_core

PUBLIC = {
    # what the board and reports show
    "Diagnostics",
    "ErrorFrame",
    "FreshnessStanding",
    "Incident",
    "LastError",
    "LockWait",
    "MetricSeries",
    "GraphPipeline",
    "Neighbor",
    "Overview",
    "PartitionCell",
    "PartitionGrid",
    "PipelinePage",
    "PipelineRun",
    "Problem",
    "ReadableError",
    "Report",
    "ReportDay",
    "ReportFigures",
    "ReportGroup",
    "SearchHit",
    "SeriesPoint",
    "SlowStatement",
    "TableSize",
    "Timeline",
    "TimelineExecution",
    "TimelineGroup",
    "UnfixedError",
    "UnfixedPipeline",
    "UnusedIndex",
    "UnwatchedPipelines",
    # what callers hold
    "Watcher",
    "TrackedExecution",
    "RecorderSession",
    "ThresholdArguments",
    "TokenScope",
    "Settings",
    "LEAST_RETENTION_DAYS",
    "UNSET",
    "Unset",
    # who delivers
    "SlackChannel",
    "SlackMessage",
    "SlackSender",
    # what comes back
    "Alert",
    "AlertDelivery",
    "AlertPreview",
    "AlertRoute",
    "AnomalyDetection",
    "AnomalyExplanation",
    "AnomalyResult",
    "AnomalyRule",
    "AnomalyRuleConfiguration",
    "AnomalyRun",
    "AnomalyVerdict",
    "ApiToken",
    "AssetCheck",
    "AssetCheckResult",
    "AutomatedAsset",
    "CleanupResult",
    "ClockReport",
    "Figures",
    "Finding",
    "HealthFact",
    "HealthReport",
    "HostAhead",
    "DeliveryResult",
    "UndeliveredAlerts",
    "UnjudgedExecutions",
    "Address",
    "AddressType",
    "Execution",
    "ExecutionTree",
    "ExecutionsSince",
    "ClosureReport",
    "ColumnStep",
    "ColumnsRecord",
    "ImpactedPipeline",
    "ImportNote",
    "ImportReport",
    "ImportedRows",
    "LineageEdge",
    "LineageGraph",
    "LineageStep",
    "LineageSummary",
    "MaintenanceWindow",
    "Pipeline",
    "PipelineFigures",
    "PipelineType",
    "RecorderState",
    "Route",
    "WatermarkEvent",
    # what goes in
    "AssetCheckRecord",
    "BackfillRecord",
    "ColumnEdge",
    "ExecutionRecord",
    "PipelineActivity",
    "PipelineCheck",
    "PipelineConfiguration",
    "PipelineLineage",
    "PipelineList",
    "PipelineSummary",
    # enums
    "AssetCheckStatus",
    "AlertEvent",
    "AlertKind",
    "AlertLevel",
    "AlertState",
    "AnomalyMethod",
    "AnomalyMetric",
    "DatePart",
    "Direction",
    "ExecutionSource",
    "ExecutionState",
    "LineageOrigin",
    "WatermarkEventKind",
    "clean_calendar",
    "clean_timezone",
    "draw_anomaly",
    "provisional_identity",
    # errors
    "ConfigurationError",
    "DatabaseError",
    "DatabaseUnavailableError",
    "DeliveryError",
    "EffectiveThreshold",
    "RuleCoverage",
    "RuleSuggestion",
    "EmbeddedPostgresError",
    "ExecutionEndedError",
    "InvalidValueError",
    "NotFoundError",
    "ObservationRecord",
    "PipelineInactiveError",
    "SchemaVersionError",
    "WatcherError",
}


def test_the_public_names() -> None:
    assert set(watcher_core.__all__) == PUBLIC


def test_they_are_sorted() -> None:
    # As ruff sorts them: constants, classes, then the rest.
    names = watcher_core.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name))


def test_each_is_there_and_says_what_it_is() -> None:
    for name in watcher_core.__all__:
        assert getattr(watcher_core, name) is not None
        assert name in dir(watcher_core)


def test_the_methods_of_watcher() -> None:
    public = {name for name in dir(watcher_core.Watcher) if not name.startswith("_")}
    assert public >= {
        "acknowledge_alert",
        "address_lineage",
        "address_types",
        "addresses",
        "alert",
        "alert_routes",
        "alerts",
        "anomaly_results",
        "anomaly_rules",
        "backtest_anomalies",
        "check_failures",
        "check_freshness",
        "check_pipeline",
        "check_timeliness",
        "cleanup",
        "close",
        "column_edges",
        "column_lineage",
        "configure_anomaly_rules",
        "configure_pipelines",
        "create_lineage",
        "deliver_alerts",
        "detect_anomalies",
        "detect_pending_anomalies",
        "downgrade",
        "end_execution",
        "execution",
        "execution_tree",
        "executions_since",
        "executions",
        "executions_frame",
        "explain_anomalies",
        "get_or_create_address",
        "get_or_create_address_type",
        "get_or_create_anomaly_rule",
        "get_or_create_pipeline",
        "get_or_create_pipeline_type",
        "lineage_graph",
        "lineage_impact",
        "lineage_summary",
        "list_address_types",
        "list_addresses",
        "list_anomaly_rules",
        "list_pipeline_types",
        "list_pipelines",
        "pipeline",
        "pipeline_addresses",
        "pipeline_types",
        "pipelines",
        "preview_alerts",
        "record",
        "recorder",
        "recorder_states",
        "resolve_alert",
        "rewind_pipeline",
        "schema_version",
        "send_test_alert",
        "set_lineage",
        "snooze_alert",
        "spooled",
        "start_execution",
        "thresholds",
        "track",
        "tracked",
        "undelivered_alerts",
        "unflag_anomaly",
        "update_address",
        "update_address_type",
        "update_anomaly_rule",
        "update_pipeline",
        "update_pipeline_type",
        "upgrade",
        "url",
        "verify_lineage",
        "watermark_events",
    }


@pytest.mark.parametrize("package", ["anomalies", "catalog", "database", "recording", "shell", "values"])
def test_packages_that_load_late_have_what_they_export(package: str) -> None:
    module = importlib.import_module(f"watcher_core.{package}")
    assert set(module.__all__) == set(module._MODULES)
    for name in module.__all__:
        place, _, known_as = module._MODULES[name].partition(":")
        owner = importlib.import_module(f"watcher_core.{package}.{place}")
        assert getattr(module, name) is getattr(owner, known_as or name)
