"""The health of Watcher and of the Dagster that it watches: one list of facts, for the doctor and for alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.health.alerting import update_alerts
    from watcher_core.health.checks import KEY as CHECK_KEY
    from watcher_core.health.checks import check_facts, overdue
    from watcher_core.health.clocks import clock_facts
    from watcher_core.health.dagster import DagsterError, examine_dagster, launch_job
    from watcher_core.health.heartbeats import (
        HEARTBEAT_KEY,
        end_round,
        heartbeat_facts,
        list_heartbeats,
        note_result,
        send_heartbeat,
    )
    from watcher_core.health.queues import (
        ANOMALIES_KEY,
        DELIVERY_KEY,
        OPENLINEAGE_KEY,
        TRACES_KEY,
        undelivered_fact,
        unexported_facts,
        unjudged_fact,
        unreadable_routes_fact,
    )
    from watcher_core.health.recorders import KEY as RECORDER_KEY
    from watcher_core.health.recorders import recorder_facts
    from watcher_core.health.rounds import Round
    from watcher_core.health.spool import spool_facts, spool_key

__all__ = [
    "ANOMALIES_KEY",
    "CHECK_KEY",
    "DELIVERY_KEY",
    "HEARTBEAT_KEY",
    "OPENLINEAGE_KEY",
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
    "unreadable_routes_fact",
    "update_alerts",
]

_MODULES = {
    "ANOMALIES_KEY": "queues",
    "CHECK_KEY": "checks:KEY",
    "DELIVERY_KEY": "queues",
    "DagsterError": "dagster",
    "HEARTBEAT_KEY": "heartbeats",
    "RECORDER_KEY": "recorders:KEY",
    "Round": "rounds",
    "OPENLINEAGE_KEY": "queues",
    "TRACES_KEY": "queues",
    "check_facts": "checks",
    "clock_facts": "clocks",
    "end_round": "heartbeats",
    "examine_dagster": "dagster",
    "heartbeat_facts": "heartbeats",
    "launch_job": "dagster",
    "list_heartbeats": "heartbeats",
    "note_result": "heartbeats",
    "overdue": "checks",
    "recorder_facts": "recorders",
    "send_heartbeat": "heartbeats",
    "spool_facts": "spool",
    "spool_key": "spool",
    "undelivered_fact": "queues",
    "unexported_facts": "queues",
    "unjudged_fact": "queues",
    "unreadable_routes_fact": "queues",
    "update_alerts": "alerting",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
