"""The health of Watcher and of the Dagster that it watches: one list of facts, for the doctor and for alerts."""

from __future__ import annotations

from watcher_core.health.alerting import update_alerts
from watcher_core.health.checks import KEY as CHECK_KEY
from watcher_core.health.checks import check_facts, overdue
from watcher_core.health.clocks import clock_facts
from watcher_core.health.dagster import DagsterError, examine_dagster, launch_job
from watcher_core.health.heartbeats import (
    HEARTBEAT_KEY,
    Round,
    end_round,
    heartbeat_facts,
    list_heartbeats,
    note_result,
    send_heartbeat,
)
from watcher_core.health.queues import (
    ANOMALIES_KEY,
    DELIVERY_KEY,
    TRACES_KEY,
    undelivered_fact,
    unexported_facts,
    unjudged_fact,
)
from watcher_core.health.recorders import KEY as RECORDER_KEY
from watcher_core.health.recorders import recorder_facts
from watcher_core.health.spool import spool_facts, spool_key

__all__ = [
    "ANOMALIES_KEY",
    "CHECK_KEY",
    "DELIVERY_KEY",
    "HEARTBEAT_KEY",
    "RECORDER_KEY",
    "TRACES_KEY",
    "DagsterError",
    "Round",
    "check_facts",
    "clock_facts",
    "end_round",
    "examine_dagster",
    "heartbeat_facts",
    "launch_job",
    "list_heartbeats",
    "note_result",
    "overdue",
    "recorder_facts",
    "send_heartbeat",
    "spool_facts",
    "spool_key",
    "undelivered_fact",
    "unexported_facts",
    "unjudged_fact",
    "update_alerts",
]
