"""Loading the history that executions are judged by: one indexed query, whatever the number of rules.

An execution is judged by the newest successful runs before it in logical time: its partition's start where it has one,
else when it started. Several executions of one pipeline that lie close together are judged by one history, loaded once.
Numbers are read as arrays in the binary form that NumPy uses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format

from watcher_core.anomalies.results import AT
from watcher_core.arguments import json_text
from watcher_core.database import Driver
from watcher_core.enums import AnomalyMetric
from watcher_core.errors import ConfigurationError
from watcher_core.metrics import METADATA, MetadataMetric, Metric

if TYPE_CHECKING:
    from watcher_core.anomalies.methods.arrays import Flags, Floats, Integers
    from watcher_core.anomalies.methods.windows import Timelines

# How much history a judgement uses.
MOST_RUNS = 2_000
LEAST_DAYS = 60
RHYTHM_RUNS = 30

# Executions that are further apart are judged by separate histories, so that the runs between them are not loaded.
CLOSE = dt.timedelta(days=2)

# Rows that an execution handled, for its throughput: its total, else the sum of its counts.
ROWS = """coalesce(CAST(total_rows AS double precision),
                    CASE WHEN num_nonnulls(inserts, updates, soft_deletes) > 0
                         THEN coalesce(CAST(inserts AS double precision), 0)
                            + coalesce(CAST(updates AS double precision), 0)
                            + coalesce(CAST(soft_deletes AS double precision), 0) END)"""

# The time of a step that did more than this execution says nothing about it.
OWN_DURATION = "CASE WHEN execution_metadata ->> 'duration_of' IS DISTINCT FROM 'step' THEN duration_seconds END"

METRICS = {
    AnomalyMetric.DURATION_SECONDS: OWN_DURATION,
    AnomalyMetric.TOTAL_ROWS: "CAST(total_rows AS double precision)",
    AnomalyMetric.INSERTS: "CAST(inserts AS double precision)",
    AnomalyMetric.UPDATES: "CAST(updates AS double precision)",
    AnomalyMetric.SOFT_DELETES: "CAST(soft_deletes AS double precision)",
    AnomalyMetric.THROUGHPUT: f"{ROWS} / nullif({OWN_DURATION}, 0)",
}

# A number in JSON, as one that NumPy has; NULL for anything else.
NUMBER = """CASE WHEN jsonb_typeof({0}) = 'number'
                 THEN CASE WHEN abs(CAST({0} AS numeric)) < 1e-300 THEN 0
                           WHEN abs(CAST({0} AS numeric)) < 1e300 THEN CAST({0} AS double precision) END END"""

# The value of a rule's metric; it refers to the columns of one execution.
VALUE = " ".join(
    [
        "CASE rule.metric_field",
        *(f"WHEN '{metric}' THEN {expression}" for metric, expression in METRICS.items()),
        "ELSE",
        NUMBER.format(f"(execution_metadata -> substr(rule.metric_field, {len(METADATA) + 1}))"),
        "END",
    ]
)

# The time zone of a rule's seasons: its own, else that of the pipeline's partitions or schedule.
PIPELINE_ZONE = """coalesce(pipeline.pipeline_metadata ->> 'partitions_timezone',
                            pipeline.pipeline_metadata ->> 'schedule_timezone')"""

# One array for each metric, in the same order; NaN for a run without a value.
ARRAYS = ", ".join(f"array_agg(coalesce({expression}, 'NaN'))" for expression in METRICS.values())

# Which data a run has loaded: runs with the same logical time and the same number have loaded the
# same. NaN, which equals nothing, if it is not known.
LOADED = """coalesce(CAST(hashtext(coalesce(run.execution_metadata ->> 'partition', run.next_watermark))
                              AS double precision), 'NaN')"""

RUN = f"""
               SELECT *
                 FROM watcher.pipeline_execution AS execution
                WHERE execution.pipeline_id = span.pipeline_id
                  AND execution.state = 'succeeded'
                  AND {AT.format("execution")}"""

# The runs before the first of the executions to judge, between them, and after the last one: an execution that is older
# than all others is judged by the latter. Of a pipeline that seldom runs, some are older, or later, than the days asked
# for.
LOAD = f"""
    SELECT span.number, {{of_metadata}} array_agg(CAST(run.id AS double precision)),
           array_agg(date_part('epoch', {AT.format("run")})), array_agg({LOADED}), {ARRAYS}
      FROM unnest(CAST(%(pipeline_ids)s AS bigint[]), CAST(%(firsts)s AS timestamptz[]),
                  CAST(%(lasts)s AS timestamptz[]), CAST(%(days)s AS integer[]), CAST(%(keys)s AS jsonb[]))
           WITH ORDINALITY AS span (pipeline_id, first, last, days, keys, number)
     CROSS JOIN LATERAL (
           SELECT span.first - make_interval(hours => 24 * span.days) AS since,
                  span.last + make_interval(hours => 24 * span.days) AS until) AS bounds
     CROSS JOIN LATERAL (
           ({RUN} < bounds.since
            ORDER BY {AT.format("execution")} DESC
            LIMIT {RHYTHM_RUNS})
            UNION ALL
           ({RUN} >= bounds.since
              AND {AT.format("execution")} < span.first
            ORDER BY {AT.format("execution")} DESC
            LIMIT {MOST_RUNS})
            UNION ALL
           ({RUN} BETWEEN span.first AND span.last)
            UNION ALL
           ({RUN} > span.last
              AND {AT.format("execution")} <= bounds.until
            ORDER BY {AT.format("execution")}
            LIMIT {MOST_RUNS})
            UNION ALL
           ({RUN} > bounds.until
            ORDER BY {AT.format("execution")}
            LIMIT {RHYTHM_RUNS})) AS run
     GROUP BY span.number
"""

# Beside the metrics that are columns, so many numbers of the metadata: each span names its own.
OF_METADATA = "array_agg(coalesce({number}, 'NaN')), "


def load_statement(numbers: int) -> str:
    """Return the statement that reads histories, with so many numbers of the metadata."""
    keys = [f"(run.execution_metadata -> (span.keys ->> {place}))" for place in range(numbers)]
    return LOAD.format(of_metadata="".join(OF_METADATA.format(number=NUMBER.format(key)) for key in keys))


# The few runs that were flagged when they were judged, by rule.
FLAGGED = """
    SELECT rule_id, pipeline_execution_id, unflagged_at IS NOT NULL
      FROM watcher.anomaly_detection_result
     WHERE rule_id = ANY(%(rule_ids)s)
       AND flagged
       AND pipeline_execution_id >= %(oldest)s
"""

NEWEST = f"""
    SELECT {AT.format("execution")}
      FROM watcher.pipeline_execution AS execution
     WHERE execution.pipeline_id = %(pipeline_id)s
       AND execution.state = 'succeeded'
       AND (CAST(%(until)s AS timestamptz) IS NULL OR {AT.format("execution")} <= %(until)s)
     ORDER BY {AT.format("execution")} DESC
     LIMIT {RHYTHM_RUNS}
"""

# An array of numbers in PostgreSQL's binary form: a header, then each number after its size.
ARRAY_HEADER = 20
ELEMENT = [("size", ">i4"), ("number", ">f8")]


class ArrayLoader(Loader):
    """Reads an array of numbers as a NumPy array."""

    format = Format.BINARY

    def load(self, data: Buffer) -> Floats:
        import numpy as np

        return np.frombuffer(data, ELEMENT, offset=ARRAY_HEADER)["number"].astype(np.float64)


class Span(NamedTuple):
    """Executions of one pipeline that share a history.

    Attributes:
        pipeline_id: The pipeline.
        first, last: The logical times of the oldest and the newest of them.
        days: How far their history goes back.
        metadata: The metrics of it that are numbers in metadata.
    """

    pipeline_id: int
    first: dt.datetime
    last: dt.datetime
    days: int
    metadata: tuple[MetadataMetric, ...] = ()


class Flagged(NamedTuple):
    """The executions that a rule has flagged, and those of them that a person unflagged."""

    flagged: list[int]
    unflagged: list[int]


@dataclass(frozen=True, eq=False)
class Runs:
    """The successful runs of a pipeline around some executions and including them; oldest first.

    Attributes:
        ids: Execution ids.
        at: Logical times, in UTC epoch seconds.
        superseded: Whether a later run has loaded the same data again.
        metrics: The values by metric; NaN for a run without a value.
    """

    ids: Integers
    at: Floats
    superseded: Flags
    metrics: dict[Metric, Floats]

    @cached_property
    def timelines(self) -> Timelines:
        """What the rules that judge by these runs share."""
        from watcher_core.anomalies.methods.windows import Timelines

        return Timelines()

    @cached_property
    def _by_id(self) -> Integers:
        order: Integers = self.ids.argsort()
        return order

    def positions(self, ids: Sequence[int]) -> dict[int, int]:
        """Return the positions of the executions that are among the runs."""
        found = self.ids.searchsorted(ids, sorter=self._by_id)
        places = self._by_id[found[found < len(self.ids)]]
        asked = set(ids)
        there = zip(self.ids[places].tolist(), places.tolist(), strict=True)
        return {execution_id: place for execution_id, place in there if execution_id in asked}

    def marks(self, ids: Sequence[int]) -> Flags:
        """Return a flag for each run: whether it is one of the executions."""
        import numpy as np

        flags = np.zeros(len(self.ids), np.bool_)
        if ids:
            flags[list(self.positions(ids).values())] = True
        return flags


def newest_times(connection: Driver, *, pipeline_id: int, until: dt.datetime | None) -> list[dt.datetime]:
    """Return the logical times of a pipeline's newest successful runs, as many as judge one that seldom runs."""
    given = {"pipeline_id": pipeline_id, "until": until}
    return [at for (at,) in connection.execute(NEWEST, given)]


def pipeline_zone(connection: Driver, *, pipeline_id: int) -> str | None:
    """Return the time zone of a pipeline's partitions or schedule; `None` if it is not known."""
    row = connection.execute(f"SELECT {PIPELINE_ZONE} FROM watcher.pipeline WHERE id = %s", (pipeline_id,)).fetchone()
    return row[0] if row else None


def require_methods() -> None:
    """Check that NumPy and SciPy are installed.

    Raises:
        ConfigurationError: One of them is missing; the message says how to install them.
    """
    try:
        import numpy  # noqa: F401 (only looked for)
        import scipy  # noqa: F401 (as above)
    except ImportError as exc:
        raise ConfigurationError(
            "anomaly detection needs NumPy and SciPy; install them with: pip install 'watcher-dagster[anomalies]'"
        ) from exc


def spans(pipeline_id: int, at: Iterable[dt.datetime], *, days: int, metrics: Iterable[Metric] = ()) -> Iterator[Span]:
    """Divide the logical times of executions of one pipeline into spans that share a history."""
    times = sorted(at)
    metadata = metadata_metrics(metrics)
    first = times[0]
    for before, after in zip(times, [*times[1:], None], strict=True):
        if after is None or after - before > CLOSE:
            yield Span(pipeline_id, first, before, max(days, LEAST_DAYS), metadata)
            first = after or first


def metadata_metrics(metrics: Iterable[Metric]) -> tuple[MetadataMetric, ...]:
    """Return the metrics that are numbers in metadata, each once."""
    return tuple(sorted({metric for metric in metrics if isinstance(metric, MetadataMetric)}))


def load(connection: Driver, asked: Sequence[Span]) -> list[Runs]:
    """Read the runs around each span, in one query."""
    import numpy as np

    given = {
        "pipeline_ids": [span.pipeline_id for span in asked],
        "firsts": [span.first for span in asked],
        "lasts": [span.last for span in asked],
        "days": [span.days for span in asked],
        "keys": [json_text([metric.key for metric in span.metadata]) for span in asked],
    }
    numbers = max((len(span.metadata) for span in asked), default=0)
    found = {}
    with connection.cursor(binary=True) as cursor:
        cursor.adapters.register_loader(cursor.adapters.types["float8"].array_oid, ArrayLoader)
        for number, *arrays in cursor.execute(load_statement(numbers), given):
            of_metadata, (ids, at, loaded, *columns) = arrays[:numbers], arrays[numbers:]
            order = np.lexsort((ids, loaded, at))
            by_metric: dict[Metric, Floats] = dict(zip(METRICS, columns, strict=True))
            by_metric.update(zip(asked[number - 1].metadata, of_metadata, strict=False))
            by_metric = {metric: values[order] for metric, values in by_metric.items()}
            superseded = _same_as_next(at[order]) & _same_as_next(loaded[order])
            found[number] = Runs(ids[order].astype(np.int64), at[order], superseded, by_metric)
    nothing = np.empty(0)

    def none(span: Span) -> Runs:
        no_values: dict[Metric, Floats] = dict.fromkeys((*METRICS, *span.metadata), nothing)
        return Runs(nothing.astype(np.int64), nothing, nothing.astype(np.bool_), no_values)

    return [found.get(number) or none(span) for number, span in enumerate(asked, 1)]


def _same_as_next(values: Floats) -> Flags:
    import numpy as np

    return np.append(values[:-1] == values[1:], np.zeros(min(1, len(values)), np.bool_))


def flagged(connection: Driver, *, rule_ids: Sequence[int], among: Iterable[Runs]) -> dict[int, Flagged]:
    """Return the executions that rules have flagged, and those of them that a person unflagged, by rule."""
    oldest = min((int(runs.ids.min()) for runs in among if len(runs.ids)), default=0)
    found = {rule_id: Flagged([], []) for rule_id in rule_ids}
    for rule_id, execution_id, is_unflagged in connection.execute(
        FLAGGED, {"rule_ids": list(rule_ids), "oldest": oldest}
    ):
        found[rule_id].flagged.append(execution_id)
        if is_unflagged:
            found[rule_id].unflagged.append(execution_id)
    return found
