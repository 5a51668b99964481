"""The findings of a check as metadata of its run: a table with a row for each finding and links into the UI."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final

import dagster as dg

from watcher_core import AnomalyDetection, CleanupResult, ExecutionSource, Finding, RuleCoverage, Watcher, text
from watcher_dagster.checks import markdown
from watcher_dagster.checks.verdicts import expected
from watcher_dagster.identity import asset_pipeline_name, named_asset_key
from watcher_dagster.run_cleanup import RunCleanup

FRESHNESS_HEAD: Final = ("Pipeline", "Type", "Last change", "Expected within", "Overdue", "New")
TIMELINESS_HEAD: Final = ("Pipeline", "Type", "Execution", "State", "Started", "Duration", "Expected within", "New")
ANOMALY_HEAD: Final = ("Pipeline", "Execution", "What is unusual")
CLEANUP_HEAD: Final = ("Table", "Rows")
KEPT_HEAD: Final = ("Why an old run stays", "Runs", "One of them")


def found_metadata(
    found: Sequence[Finding], *, table: str, checked_at: dt.datetime, coverage: RuleCoverage
) -> dict[str, Any]:
    """Return the table and the numbers of a check as metadata of its step."""
    return {
        "findings": dg.MetadataValue.md(table),
        "found": dg.MetadataValue.int(len(found)),
        "new": dg.MetadataValue.int(sum(finding.new for finding in found)),
        "with_rule": dg.MetadataValue.int(coverage.with_rule),
        "without_rule": dg.MetadataValue.int(coverage.without_rule),
        "checked_at": dg.MetadataValue.timestamp(checked_at),
    }


def freshness_table(found: Sequence[Finding], watcher: Watcher, instance: dg.DagsterInstance) -> str:
    """Return a table of stale pipelines."""
    links = _Links(watcher, instance, found)
    rows = (
        (
            links.pipeline(finding),
            markdown.text(finding.pipeline_type_name),
            text.clock(finding.last_dml_timestamp, unknown="never"),
            markdown.text(expected(finding)),
            text.duration(finding.overdue_seconds),
            "yes" if finding.new else "no",
        )
        for finding in found
    )
    return markdown.table(FRESHNESS_HEAD, rows, total=len(found), empty="Nothing is stale.")


def timeliness_table(found: Sequence[Finding], watcher: Watcher, instance: dg.DagsterInstance) -> str:
    """Return a table of late executions, the last started first."""
    newest = found[::-1]
    links = _Links(watcher, instance, newest)
    rows = (
        (
            links.pipeline(finding),
            markdown.text(finding.pipeline_type_name),
            links.execution(finding),
            str(finding.execution_state),
            text.clock(finding.measured_from),
            text.duration(finding.duration_seconds),
            markdown.text(expected(finding)),
            "yes" if finding.new else "no",
        )
        for finding in newest
    )
    return markdown.table(TIMELINESS_HEAD, rows, total=len(newest), empty="Nothing is late.")


def anomaly_metadata(result: AnomalyDetection, watcher: Watcher) -> dict[str, Any]:
    """Return the result of a detection as metadata of its step."""
    rows = (
        (
            markdown.text(found.pipeline_name),
            str(found.pipeline_execution_id),
            markdown.text(found.description),
        )
        for found in result.flagged
    )
    return {
        "findings": dg.MetadataValue.md(
            markdown.table(ANOMALY_HEAD, rows, total=len(result.flagged), empty="Nothing is unusual.")
        ),
        "executions": dg.MetadataValue.int(result.executions),
        "found": dg.MetadataValue.int(len(result.flagged)),
        "pending": dg.MetadataValue.int(watcher.unjudged_executions().count),
    }


def cleanup_metadata(result: CleanupResult) -> dict[str, Any]:
    """Return the result of a cleanup as metadata of its step."""
    rows = ((markdown.text(name), f"{count:,}") for name, count in result.deleted.items())
    return {
        "deleted": dg.MetadataValue.md(
            markdown.table(CLEANUP_HEAD, rows, total=len(result.deleted), empty="There are no tables.")
        ),
        "rows": dg.MetadataValue.int(result.total),
        "retention_date": dg.MetadataValue.timestamp(result.retention_date),
        "dry_run": dg.MetadataValue.bool(result.dry_run),
        "is_estimate": dg.MetadataValue.bool(result.is_estimate),
    }


def run_cleanup_metadata(result: RunCleanup) -> dict[str, Any]:
    """Return the result of a cleanup of Dagster's runs as metadata of its step."""
    rows = [
        (str(reason), f"{count:,}", markdown.link(result.examples[reason][:8], "runs", result.examples[reason]))
        for reason, count in result.kept.most_common()
    ]
    return {
        "kept": dg.MetadataValue.md(markdown.table(KEPT_HEAD, rows, total=len(rows), empty="No old run has to stay.")),
        "old_runs": dg.MetadataValue.int(result.old),
        "deleted": dg.MetadataValue.int(result.deleted),
        "rows": dg.MetadataValue.int(result.rows),
        "bytes": dg.MetadataValue.int(result.size),
        "ended_before": dg.MetadataValue.timestamp(result.before),
        "dry_run": dg.MetadataValue.bool(result.dry_run),
    }


class _Links:
    """Links to assets and runs, for the rows that are shown."""

    def __init__(self, watcher: Watcher, instance: dg.DagsterInstance, found: Sequence[Finding]) -> None:
        self._watcher = watcher
        self._base = watcher.settings.dagster_url
        keys = dict(_keys(found[: markdown.SHOWN]))
        records = instance.get_asset_records(list(keys.values())) if keys else []
        known = {record.asset_entry.asset_key for record in records}
        self._assets = {name: key for name, key in keys.items() if key in known}

    def pipeline(self, finding: Finding) -> str:
        """Return the pipeline, linked to its asset in Dagster, and to its page on the board."""
        key = self._assets.get(finding.pipeline_name)
        board = self._watcher.pipeline_address(finding.pipeline_name)
        name = (
            markdown.text(finding.pipeline_name)
            if key is None
            else markdown.link(finding.pipeline_name, "assets", *key.path, base=self._base)
        )
        return name if board is None else f"{name} ([board]({board}))"

    def execution(self, finding: Finding) -> str:
        """Return the execution, linked to its run if it ran in Dagster."""
        if finding.execution_id is None:
            return "–"
        execution = self._watcher.execution(finding.execution_id)
        run_id = execution.execution_metadata.get("run_id")
        if execution.source is not ExecutionSource.DAGSTER or not isinstance(run_id, str):
            return str(finding.execution_id)
        return markdown.link(finding.execution_id, "runs", run_id, base=self._base)


def _keys(found: Sequence[Finding]) -> Iterator[tuple[str, dg.AssetKey]]:
    for finding in found:
        key = named_asset_key(finding.pipeline_name)
        if asset_pipeline_name(key) == finding.pipeline_name:
            yield finding.pipeline_name, key
