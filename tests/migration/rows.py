"""Rows of every table, as a database holds them that was filled by one of the versions before.

A revision is given what it has room for: of each row the columns that are there, and no row with a value that an enum
does not know yet. So a row has the columns of all revisions, also those that are gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

Row = Mapping[str, Any]

# The values that programs stumble over.
STRANGE = "Ümläut 'quoted' \"twice\" %s {x} \\ 100 % \u202e 🙂"
LONGEST_NAME = "n" * 2048
LONGEST_IDENTITY = "é" * 1280  # 2,560 bytes
LARGEST = 2**63 - 1

EARLY, LATE = "2024-02-29T23:59:59.999999+00:00", "2024-03-01T01:00:00+01:00"


def _execution(number: int, external_id: str, **columns: Any) -> Row:
    given = {
        "pipeline_id": 1,
        "source": "dagster",
        "state": "succeeded",
        "start_date": EARLY,
        "end_date": None if columns.get("state") == "running" else LATE,
    }
    return {"id": number, "external_id": external_id, **given, **columns}


def _alert(number: int, kind: str, state: str, **columns: Any) -> Row:
    given = {
        "level": "error",
        "deduplication_key": f"{kind}/{number}",
        "pipeline_id": 1,
        "facts": {"n": number, "text": STRANGE},
        "opened_at": EARLY,
        "resolved_at": LATE if state == "resolved" else None,
    }
    return {"id": number, "kind": kind, "state": state, **given, **columns}


# In the order in which they refer to each other.
ROWS: Mapping[str, Sequence[Row]] = {
    "address_type": [
        {"id": 1, "name": "postgresql", "group_name": "database"},
        {"id": 2, "name": STRANGE, "group_name": ""},
    ],
    "pipeline_type": [
        {"id": 1, "name": "default"},
        {
            "id": 2,
            "name": STRANGE,
            "freshness_number": 1,
            "freshness_datepart": "month",
            "timeliness_number": LARGEST,
            "timeliness_datepart": "year",
            "failure_number": 100,
            "freshness_calendar": "Mon-Fri",
            "freshness_timezone": "Europe/Berlin",
            "alert_level": "critical",
        },
    ],
    "address": [
        {"id": 1, "name": "raw", "address_type_id": 1},
        {"id": 2, "name": "db.schema.clean", "address_type_id": 1, "table_name": "clean", "provisional": True},
        {"id": 3, "name": STRANGE, "address_type_id": 2, "deprecated": True, "address_metadata": {STRANGE: [None]}},
        {"id": 4, "name": LONGEST_NAME, "address_type_id": 1},
    ],
    "address_alias": [{"name": "what raw was called", "address_id": 1}],
    "pipeline": [
        {
            "id": 1,
            "name": "orders",
            "pipeline_type_id": 1,
            "watermark": "41",
            "next_watermark": "42",
            "address_id": 2,
            "freshness_number": 1,
            "freshness_datepart": "hour",
            "last_target_insert": EARLY,
        },
        {"id": 2, "name": STRANGE, "pipeline_type_id": 2, "active": False, "pipeline_metadata": {"": {"a": [1e300]}}},
        {"id": 3, "name": LONGEST_NAME, "pipeline_type_id": 1, "watermark": STRANGE, "mute_freshness_check": True},
        {"id": 4, "name": "Orders", "pipeline_type_id": 1, "removed_at": LATE, "declared_by": "here"},
    ],
    "pipeline_alias": [{"name": "what orders was called", "pipeline_id": 1}],
    "pipeline_type_alias": [{"name": "what default was called", "pipeline_type_id": 1}],
    # A run with a step that has parts of its own; each with what is largest, missing or strange.
    "pipeline_execution": [
        _execution(1, "run", pipeline_id=2, inserts=LARGEST, total_rows=0),
        _execution(2, "run/step/orders", parent_id=1, inserts=0, watermark="40", next_watermark="41", full_load=True),
        _execution(3, LONGEST_IDENTITY, parent_id=2, execution_metadata={"partition": STRANGE, "": None}),
        _execution(4, "Run", state="running", parent_id=5),
        _execution(5, "run", source="python", state="failed", execution_metadata={"partition": "a", "error": STRANGE}),
        _execution(6, "failed", state="failed", parent_id=1, execution_metadata={"partition": "a"}, pipeline_id=3),
        _execution(7, STRANGE, source="http", state="canceled", end_date=EARLY, logical_date=EARLY),
        _execution(8, "skipped", source="cli", state="skipped"),
        _execution(9, "blocked", state="blocked", scope="a", instance_id="instance"),
        _execution(10, "import:1", source="import", updates=3, soft_deletes=4),
        _execution(11, "openlineage/1", source="openlineage"),
    ],
    "watermark_event": [
        {"id": 1, "pipeline_id": 1, "pipeline_execution_id": 2, "kind": "conflict", "new_watermark": "41"},
        {"id": 2, "pipeline_id": 1, "kind": "rewind", "old_watermark": STRANGE, "new_watermark": None},
    ],
    "recorder": [{"instance_id": "instance", "cursor": {"run": 7}, "lag_seconds": 0.5, "message": STRANGE}],
    "recorder_lease": [{"instance_id": "instance", "holder": "gone", "expires_at": EARLY}],
    "execution_process": [
        {"pipeline_execution_id": 4, "host": "gone", "process_id": 1, "process_key": "k", "heartbeat_at": EARLY}
    ],
    "observation": [{"pipeline_id": 1, "instance_id": "instance", "scope": "", "data_version": STRANGE}],
    "address_lineage": [
        {"id": 1, "pipeline_id": 1, "source_address_id": 1, "target_address_id": 2, "created_at": EARLY},
        {"id": 2, "pipeline_id": 2, "source_address_id": 2, "target_address_id": 3, "origin": "asset_graph"},
        {"id": 3, "pipeline_id": 2, "source_address_id": 3, "target_address_id": 3, "origin": "declared"},
        {"id": 4, "pipeline_id": 1, "source_address_id": 3, "target_address_id": 1, "origin": "declared"},
    ],
    "address_lineage_closure": [
        {"source_address_id": source, "target_address_id": target, "depth": depth}
        for source, target, depth in ((1, 2, 1), (2, 3, 1), (3, 1, 1), (1, 3, 2), (2, 1, 2), (3, 2, 2))
    ],
    "column_lineage": [
        {
            "id": 1,
            "pipeline_id": 1,
            "source_address_id": 1,
            "source_column": STRANGE,
            "target_address_id": 2,
            "target_column": "x",
        }
    ],
    "freshness_pipeline_log": [
        {
            "id": 1,
            "pipeline_id": 1,
            "last_dml_timestamp": EARLY,
            "evaluation_timestamp": LATE,
            "freshness_number": LARGEST,
            "freshness_datepart": "hour",
            "used_child_config": True,
        }
    ],
    "timeliness_pipeline_execution_log": [
        {
            "id": 1,
            "pipeline_id": 1,
            "pipeline_execution_id": 2,
            "duration_seconds": 1e-9,
            "execution_state": "succeeded",
            "evaluation_timestamp": LATE,
            "timeliness_number": 1,
            "timeliness_datepart": "minute",
            "used_child_config": False,
        }
    ],
    "failure_pipeline_execution_log": [
        {
            "pipeline_execution_id": 6,
            "pipeline_id": 3,
            "failures_in_a_row": 1,
            "evaluation_timestamp": LATE,
            "failure_number": 1,
            "used_child_config": False,
        }
    ],
    "check_state": [{"kind": "freshness", "checked_at": LATE, "interval_seconds": 30}],
    "asset_check": [{"id": 1, "pipeline_id": 1, "name": STRANGE, "status": "failed", "severity": "error"}],
    "asset_check_result": [{"id": 1, "asset_check_id": 1, "external_id": "run", "status": "failed", "open": True}],
    "anomaly_detection_rule": [
        {"id": 1, "pipeline_id": 1, "metric_field": "inserts", "lookback_days": 365, "active": False},
        {"id": 2, "pipeline_id": 1, "metric_field": "throughput", "method": "zscore", "minimum_executions": 2},
    ],
    "anomaly_detection_result": [
        {"rule_id": 1, "pipeline_execution_id": 2, "flagged": True, "value": 1e308, "explanation": {"why": STRANGE}},
        {"rule_id": 2, "pipeline_execution_id": 2, "flagged": False, "value": -0.5, "unflagged_at": LATE},
    ],
    "anomaly_pending": [{"id": 1, "pipeline_id": 1, "pipeline_execution_id": 2}],
    # Before 0012 an alert knew by itself what its one destination knows.
    "alert": [
        _alert(1, "freshness", "open", delivered_at=LATE, notified_at=LATE, destination="#data", thread="1.2"),
        _alert(2, "failure", "acknowledged", pipeline_id=3, pipeline_execution_id=6, acknowledged_at=LATE),
        _alert(3, "timeliness", "snoozed", snoozed_until="2100-01-01T00:00Z", pipeline_execution_id=2, attempts=3),
        _alert(4, "anomaly", "resolved", pipeline_execution_id=2, resolved_by_hand=True, note=STRANGE),
        _alert(5, "freshness", "open", pipeline_id=2, event="opened", next_attempt_at=LATE, last_error=STRANGE),
        _alert(6, "asset_check", "open", cause_alert_id=1),
        _alert(7, "health", "open", pipeline_id=None, level="critical"),
    ],
    "alert_delivery": [
        {"alert_id": 1, "destination": "#data", "delivered_at": LATE, "notified_at": LATE, "thread": "1.2"},
        {"alert_id": 5, "destination": STRANGE, "event": "opened", "attempts": 3, "last_error": STRANGE},
    ],
    "alert_action": [
        {"id": 1, "alert_id": 4, "kind": "resolved", "acted_at": LATE, "acted_by": STRANGE, "note": STRANGE},
    ],
    "heartbeat": [{"round": "checks", "ended_at": EARLY, "failing_since": EARLY, "error": STRANGE}],
    "pipeline_cadence": [{"pipeline_id": 1, "learned_at": EARLY, "last_start": EARLY}],
    "maintenance_window": [
        {"id": 1, "pipeline_id": 1, "starts_at": EARLY, "ends_at": LATE, "note": STRANGE},
        {"id": 2, "starts_at": EARLY, "cron": "0 6 * * *", "duration_seconds": 60, "timezone": "Asia/Kathmandu"},
    ],
    "api_token": [{"id": 1, "name": STRANGE, "digest": "\\x00ff", "scope": "read", "pipelines": "orders*"}],
    "pipeline_automation": [
        {
            "pipeline_id": 1,
            "instance_id": "instance",
            "condition": STRANGE,
            "upstream": ["a", STRANGE],
            "was_missing": True,
            "declared_by": "here",
        }
    ],
    "pipeline_columns": [{"pipeline_id": 1, "instance_id": "instance", "scope": "", "columns": {STRANGE: "text"}}],
    "trace_pending": [{"id": 1, "pipeline_execution_id": 2}],
    "execution_daily": [
        {
            "day": "2024-02-01",
            "pipeline_id": 1,
            "runs": 1,
            "succeeded": 1,
            **dict.fromkeys(("failed", "canceled", "skipped", "blocked", "timed"), 0),
            **dict.fromkeys(("inserts", "updates", "soft_deletes", "rows", "seconds"), 2 * LARGEST),
        }
    ],
    "execution_daily_pending": [
        {"id": 1, "sign": 1, "day": "2024-02-02", "pipeline_id": 1, "state": "succeeded", "inserts": 5}
    ],
    "openlineage_run": [
        {"id": "0190b1f0-0000-7000-8000-000000000001", "facts": {"x": STRANGE}},
        {
            "id": "0190b1f0-0000-7000-8000-000000000002",
            "parent_run_id": "0190b1f0-0000-7000-8000-000000000001",
        },
    ],
    "openlineage_job": [{"name": STRANGE, "run_id": "0190b1f0-0000-7000-8000-000000000001", "lineage": {}}],
    "openlineage_pending": [{"id": 1, "pipeline_execution_id": 2, "was_running": True}],
    "failure_pending": [{"id": 1, "pipeline_execution_id": 2}],
}


def fill(connection: psycopg.Connection[Any]) -> None:
    """Write what this revision has room for, past its triggers, and let identities go on behind it."""
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute("""
        SELECT table_name, column_name, udt_name FROM information_schema.columns WHERE table_schema = 'watcher'
    """):
        columns.setdefault(table, {})[column] = kind
    labels: dict[str, set[str]] = {}
    for kind, label in connection.execute("SELECT typname, enumlabel FROM pg_enum JOIN pg_type t ON t.oid = enumtypid"):
        labels.setdefault(kind, set()).add(label)
    assert not columns.keys() - ROWS.keys() - {"alembic_version"}, "a table without rows: add some"

    connection.execute("SET session_replication_role = replica")  # an alert may be written before its cause
    for table in columns.keys() & ROWS.keys():
        there = columns[table]
        for row in ROWS[table]:
            given = {name: value for name, value in row.items() if name in there and value is not None}
            if any(value not in labels[there[name]] for name, value in given.items() if there[name] in labels):
                continue
            names = ", ".join(given)
            connection.execute(
                f"INSERT INTO watcher.{table} ({names}) OVERRIDING SYSTEM VALUE"
                f" SELECT {names} FROM jsonb_populate_record(NULL::watcher.{table}, %s)",
                [Jsonb(given)],
            )
        if "id" in there and there["id"] == "int8":
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('watcher.{table}', 'id'), max(id)) FROM watcher.{table}"
            )
    connection.execute("SET session_replication_role = origin")


def ids(connection: psycopg.Connection[Any], table: str) -> set[int]:
    """The ids of the rows of a table."""
    return {number for (number,) in connection.execute(f"SELECT id FROM watcher.{table}")}


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many rows each table has."""
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'watcher'::regnamespace AND relkind = 'r'"
    ).fetchall()
    asked = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM watcher.{name}" for (name,) in tables)
    return dict(connection.execute(asked).fetchall())
