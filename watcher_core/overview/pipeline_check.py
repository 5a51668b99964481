"""The check of one pipeline with all that explains it, as an asset check shows it: one statement, and so one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from watcher_core import arguments, catalog, checks, recording, values
from watcher_core.database import Driver
from watcher_core.enums import AlertKind
from watcher_core.errors import NotFoundError

# Where in a row each begins, and what is made of the last of them.
EXECUTION: Final = len(catalog.PIPELINE_FIELDS)
THRESHOLD: Final = EXECUTION + len(recording.EXECUTION_FIELDS)
FINDING: Final = THRESHOLD + len(checks.THRESHOLD_COLUMNS)

FindingOf = Callable[[Sequence[Any], dt.datetime], values.Finding]
FINDING_OF: Mapping[AlertKind, FindingOf] = {
    AlertKind.FRESHNESS: checks.stale_of,
    AlertKind.TIMELINESS: checks.late_of,
}


def _statement(kind: AlertKind, found: str) -> str:
    """A row for each finding, or a single one where there is none."""
    return f"""
    WITH {found}
    SELECT {catalog.PIPELINE_COLUMNS},
           {recording.EXECUTION_COLUMNS},
           {", ".join(checks.THRESHOLD_COLUMNS)},
           found.*
      FROM watcher.pipeline
      JOIN watcher.pipeline_type AS type ON type.id = pipeline.pipeline_type_id
      {checks.joined_thresholds(kind.value)}
      LEFT JOIN LATERAL (SELECT *
                           FROM watcher.pipeline_execution
                          WHERE pipeline_id = %(pipeline_id)s
                          ORDER BY start_date DESC, id DESC
                          LIMIT 1) AS execution ON true
      LEFT JOIN found ON true
     WHERE pipeline.id = %(pipeline_id)s
    """


STATEMENTS: Mapping[AlertKind, str] = {
    AlertKind.FRESHNESS: _statement(AlertKind.FRESHNESS, checks.STALE_OF_ONE),
    AlertKind.TIMELINESS: _statement(AlertKind.TIMELINESS, checks.LATE_OF_ONE),
}


# The pipeline and the time, together: each way to PostgreSQL and back takes a tenth of a check.
ASKED = f"""
    SELECT coalesce(CAST(%(id)s AS bigint), {catalog.ID_BY_NAME}),
           coalesce(CAST(%(now)s AS timestamptz), clock_timestamp())
"""


def check_pipeline(
    connection: Driver, *, reference: int | str, kind: AlertKind, now: dt.datetime | None
) -> values.PipelineCheck:
    """Check one pipeline for freshness or timeliness, and write nothing.

    Args:
        connection: Its statements need no transaction.
        reference: The pipeline's id or name.
        kind: The check.
        now: The time at which age and duration are measured; without, that of the database.

    Raises:
        NotFoundError: The pipeline is not known.
    """
    asked: dict[str, Any] = {"id": None, "name": None, "now": now}
    if isinstance(reference, str):
        asked["name"] = arguments.text(reference.strip(), "name")
    else:
        asked["id"] = arguments.identifier(reference, "id")
    pipeline_id, now = connection.execute(ASKED, asked).fetchone() or (None, now)
    given = {"pipeline_id": pipeline_id, "now": now, **checks.NONE_JUDGED}
    rows = connection.execute(STATEMENTS[kind], given).fetchall()
    if not rows:
        raise NotFoundError("pipeline", reference)
    threshold = checks.threshold_of(rows[0][THRESHOLD:FINDING])
    if threshold.calendar or threshold.timezone:
        # Python knows when a change was due. If there has been one meanwhile, this is not what it is judged by.
        given |= checks.judge_calendars(connection, now=now, pipeline_id=pipeline_id)
        rows = connection.execute(STATEMENTS[kind], given).fetchall() or rows
    newest = rows[0][EXECUTION:THRESHOLD]
    found = [FINDING_OF[kind](row[FINDING:], now) for row in rows if row[FINDING] is not None]
    return values.PipelineCheck(
        kind=kind,
        at=now,
        pipeline=catalog.pipelines_of([rows[0][:EXECUTION]])[0],
        threshold=threshold,
        newest_execution=None if newest[0] is None else recording.execution_of(newest),
        findings=tuple(sorted(found, key=lambda finding: (finding.measured_from, finding.execution_id))),
    )
