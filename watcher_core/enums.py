"""The enums of the schema, each member with its meaning."""

from __future__ import annotations

from enum import StrEnum


class DatePart(StrEnum):
    """The unit of a freshness or timeliness threshold; calendar units, in UTC."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"  # a calendar month, not 30 days
    YEAR = "year"  # a calendar year, not 365 days


class ExecutionState(StrEnum):
    """Where an execution stands."""

    RUNNING = "running"  # started, not ended
    SUCCEEDED = "succeeded"  # ended; its watermark and counts hold
    FAILED = "failed"  # ended by an error, which stands in its metadata
    CANCELED = "canceled"  # ended by a person or a shutdown
    SKIPPED = "skipped"  # ended without doing its work, as planned: an optional output that was not yielded
    BLOCKED = "blocked"  # did not run: something upstream failed, or a blocking check did


class ExecutionSource(StrEnum):
    """Which edge recorded an execution."""

    DAGSTER = "dagster"  # the recorder, or WatcherResource inside a step
    PYTHON = "python"  # Watcher.track or start_execution
    CLI = "cli"  # watcher run
    HTTP = "http"  # the HTTP API
    IMPORT = "import"  # watcher import: history of another system, which has judged it
    OPENLINEAGE = "openlineage"  # events of OpenLineage


class WatermarkEventKind(StrEnum):
    """Why something about a watermark was put on record."""

    CONFLICT = "conflict"  # a successful execution could not move the watermark: another had moved it
    REWIND = "rewind"  # a person set it


class LineageOrigin(StrEnum):
    """The source of an edge of lineage. Each source removes only edges that it recorded itself."""

    DECLARED = "declared"  # code: create_lineage, or sources= and targets= of track
    ASSET_GRAPH = "asset_graph"  # the asset definitions of a code location
    MATERIALIZATION = "materialization"  # what a materialization says that it has read
    OPENLINEAGE = "openlineage"  # the datasets that OpenLineage's events of a job name


class Direction(StrEnum):
    """Which way a question about lineage goes."""

    UPSTREAM = "upstream"  # where the data comes from
    DOWNSTREAM = "downstream"  # where the data goes


class AnomalyMethod(StrEnum):
    """How an anomaly rule judges."""

    SEASONAL = "seasonal"  # robust, season-aware, adapting
    ZSCORE = "zscore"  # mean and standard deviation of the same hour of day


class AnomalyMetric(StrEnum):
    """What an anomaly rule judges."""

    DURATION_SECONDS = "duration_seconds"
    TOTAL_ROWS = "total_rows"
    INSERTS = "inserts"
    UPDATES = "updates"
    SOFT_DELETES = "soft_deletes"
    THROUGHPUT = "throughput"  # total rows a second


class AssetCheckStatus(StrEnum):
    """What came of an asset check."""

    PASSED = "passed"
    FAILED = "failed"  # it gave a result, and did not pass
    ERRORED = "errored"  # its step failed before it gave a result
    NO_RESULT = "no_result"  # its step succeeded, and gave none


class AlertKind(StrEnum):
    """Which check an alert comes from."""

    FRESHNESS = "freshness"
    TIMELINESS = "timeliness"
    FAILURE = "failure"
    ANOMALY = "anomaly"
    ASSET_CHECK = "asset_check"  # a check of Dagster on an asset
    MISSED = "missed"  # a run that was due and did not come
    STUCK = "stuck"  # an execution that goes on for ever
    HEALTH = "health"  # Dagster or Watcher itself does not work; belongs to no pipeline


class AlertLevel(StrEnum):
    """How loud an alert is, from quiet to loud."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def loudness(self) -> int:
        """What levels are compared by; as text they have another order."""
        return list(AlertLevel).index(self)


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"  # somebody should look
    ACKNOWLEDGED = "acknowledged"  # somebody looks
    SNOOZED = "snoozed"  # quiet until a time
    RESOLVED = "resolved"  # the cause is gone


class AlertActionKind(StrEnum):
    """What a person did about an alert."""

    ACKNOWLEDGED = "acknowledged"  # looks at it
    SNOOZED = "snoozed"  # wants quiet until a time
    RESOLVED = "resolved"  # took it for over
    NOTED = "noted"  # said something, and changed nothing


class AlertEvent(StrEnum):
    """What about an alert is to be delivered next."""

    OPENED = "opened"  # the cause was found
    REMINDED = "reminded"  # its snooze has ended, and it is still open
    REOPENED = "reopened"  # the cause is back, shortly after its end was notified
    UPDATED = "updated"  # it is open, and there is more of it
    ACKNOWLEDGED = "acknowledged"  # somebody looks; for places that show it
    SNOOZED = "snoozed"  # somebody has put it off; for places that show it
    RESOLVED = "resolved"  # the cause is gone
    MISSED = "missed"  # it came and went while messages did not get through


class TokenScope(StrEnum):
    """What a token of the HTTP API may do. Each includes those before it."""

    READ = "read"  # read everything
    WRITE = "write"  # record, configure, and act on alerts
    ADMIN = "admin"  # delete history
