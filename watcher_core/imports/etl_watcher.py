"""The import of an etl-watcher database, from its first look to the comparison at the end."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from watcher_core import arguments, catalog, database
from watcher_core.errors import InvalidValueError
from watcher_core.imports import executions, findings, survey
from watcher_core.imports.definitions import Definitions, Written, read_definitions, write_definitions, write_lineage
from watcher_core.imports.refusals import refuse_what_cannot_be_stored
from watcher_core.imports.source import Source, count_rows, opened
from watcher_core.values import ImportedRows, ImportNote, ImportReport

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

# Opens a transaction here, with its time.
Transactions = Callable[[], AbstractContextManager[tuple["Session", dt.datetime]]]
Progress = Callable[[int, int], None]

# The name is in the identity of each execution, before the id.
LONGEST_NAME: Final = 200

# Kinds of rows, and the tables that a dry run counts there and here.
KINDS: Final = {
    "pipeline types": "pipeline_type",
    "pipelines": "pipeline",
    "address types": "address_type",
    "addresses": "address",
    "edges of lineage": "address_lineage",
    "anomaly rules": "anomaly_detection_rule",
    "executions": "pipeline_execution",
    "timeliness logs": "timeliness_pipeline_execution_log",
    "anomaly results": "anomaly_detection_result",
    "freshness logs": "freshness_pipeline_log",
}


@dataclass
class _Totals:
    created: int = 0
    changed: int = 0
    late: int = 0
    unusual: int = 0
    changes: dict[int, tuple[dt.datetime | None, ...]] = field(default_factory=dict)


def import_etl_watcher(
    url: str,
    transactions: Transactions,
    *,
    name: str | None = None,
    since: dt.datetime | None = None,
    dry_run: bool = False,
    skip_unknown: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring the database of etl-watcher over, or what is new in it.

    Args:
        url: Its database. It is only read, in one transaction.
        transactions: Opens a transaction here.
        name: What the identities of its executions begin with; its database's name without.
        since: Only executions that started at this time or later, and what was found of them.
        dry_run: Only look, and count.
        skip_unknown: Leave out columns that are not known.
        progress: Called with how many executions are done, and how many there are.

    Raises:
        ConfigurationError: The URL cannot be read.
        DatabaseUnavailableError: A database cannot be reached.
        InvalidValueError: It is no database of etl-watcher, or something in it cannot be stored here.
    """
    began = time.monotonic()
    with opened(url, skip_unknown=skip_unknown) as source:
        called = _clean_name(source.database if name is None else name)
        refuse_what_cannot_be_stored(source)
        found = read_definitions(source)
        notes = [*found.notes, *survey.look_at_executions(source, since=since)]
        if dry_run:
            rows, differences = _look(source, transactions, called, since), list[str]()
        else:
            rows, differences = _write(source, transactions, found, called, since, progress)
        return _report(called, dry_run, rows, notes, differences, began)


def _report(
    name: str,
    dry_run: bool,
    rows: Iterator[ImportedRows],
    notes: list[ImportNote],
    differences: list[str],
    began: float,
) -> ImportReport:
    by_kind = {each.kind: each for each in rows}
    return ImportReport(
        source=name,
        dry_run=dry_run,
        rows=tuple(by_kind[kind] for kind in KINDS if kind in by_kind),
        notes=tuple(notes),
        differences=tuple(differences),
        seconds=round(time.monotonic() - began, 3),
    )


def _clean_name(name: str) -> str:
    cleaned = arguments.name(name, "source")
    if ":" in cleaned or len(cleaned.encode()) > LONGEST_NAME:
        raise InvalidValueError(
            f"source is {arguments.shown(cleaned)}; it has at most {LONGEST_NAME} bytes and no colon, because it "
            "stands in the identity of each execution. Give another one with --source"
        )
    return cleaned


def _look(source: Source, transactions: Transactions, name: str, since: dt.datetime | None) -> Iterator[ImportedRows]:
    with transactions() as (session, _):
        here = survey.count_imported(database.driver(session), name=name, since=since)
    counts = count_rows(source)
    counts["pipeline_execution"] = survey.count_executions(source, since=since)
    return iter(
        [
            ImportedRows(kind=kind, found=counts[table], here=here if kind == "executions" else None)
            for kind, table in KINDS.items()
        ]
    )


def _write(
    source: Source,
    transactions: Transactions,
    found: Definitions,
    name: str,
    since: dt.datetime | None,
    progress: Progress | None,
) -> tuple[Iterator[ImportedRows], list[str]]:
    with transactions() as (session, now):
        written = write_definitions(session, found, now=now)
    with transactions() as (session, now):
        lineage_rows = write_lineage(session, found, written.pipeline_ids, now=now)
    totals = _write_executions(source, transactions, written, name, since, progress)
    for key, dates in found.last_changes.items():
        _merge(totals.changes, written.pipeline_ids[key], dates)
    with transactions() as (session, _):
        catalog.note_changes(session, changes=totals.changes)
    with transactions() as (session, _):
        stale = findings.write_stale(session, source, pipeline_ids=written.pipeline_ids, since=since)
    with transactions() as (session, _):
        here, differences = survey.compare(
            source,
            database.driver(session),
            name=name,
            names={key: row["name"] for key, row in found.pipelines.items()},
            pipeline_ids=written.pipeline_ids,
            since=since,
        )
    counts = count_rows(source)
    rows = [
        *written.rows,
        *lineage_rows,
        ImportedRows(
            kind="executions",
            found=survey.count_executions(source, since=since),
            created=totals.created,
            changed=totals.changed,
            here=here,
        ),
        ImportedRows(kind="timeliness logs", found=counts["timeliness_pipeline_execution_log"], created=totals.late),
        ImportedRows(kind="anomaly results", found=counts["anomaly_detection_result"], created=totals.unusual),
        stale,
    ]
    return iter(rows), differences


def _write_executions(
    source: Source,
    transactions: Transactions,
    written: Written,
    name: str,
    since: dt.datetime | None,
    progress: Progress | None,
) -> _Totals:
    totals = _Totals()
    expected = survey.count_executions(source, since=since) if progress else 0
    done = 0
    for batch in executions.read_batches(source, since=since):
        with transactions() as (session, _):
            connection = database.driver(session)
            result = executions.write_batch(connection, batch, name=name, pipeline_ids=written.pipeline_ids)
            totals.late += findings.write_late(connection, source, batch, name=name)
            totals.unusual += findings.write_unusual(connection, source, batch, name=name, rule_ids=written.rule_ids)
        totals.created += result.created
        totals.changed += result.changed
        for pipeline_id, dates in result.changes.items():
            _merge(totals.changes, pipeline_id, dates)
        done += len(batch.lines)
        if progress is not None:
            progress(done, expected)
    return totals


def _merge(
    changes: dict[int, tuple[dt.datetime | None, ...]], pipeline_id: int, dates: tuple[dt.datetime | None, ...]
) -> None:
    """Keep the later one of each date."""
    known = changes.get(pipeline_id, (None,) * len(dates))
    changes[pipeline_id] = tuple(
        max((each for each in pair if each is not None), default=None) for pair in zip(known, dates, strict=True)
    )
