"""Anomaly rules: which metrics of which pipelines are judged, and how.

A rule belongs to a pipeline and a metric. A hash of the configuration that code declared last is stored with it, as
with pipelines: a change by hand stays until the configuration in code changes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from psycopg.rows import dict_row
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from watcher_core import arguments, database, values
from watcher_core.anomalies.history import PIPELINE_ZONE
from watcher_core.calendars import clean_timezone
from watcher_core.database import Driver, models
from watcher_core.enums import AnomalyMethod, AnomalyMetric
from watcher_core.errors import InvalidValueError, NotFoundError
from watcher_core.metrics import METADATA, MetadataMetric, Metric, stored_metric
from watcher_core.values import Unset

RULE = models.table(models.AnomalyDetectionRule)
PIPELINE = models.table(models.Pipeline)

# The bounds of a rule's fields: at most a year of history; at least two runs, since one has no spread.
LOOKBACK_DAYS = (1, 365)
MINIMUM_EXECUTIONS = (2, 10_000)
MULTIPLIER = (0.5, 10.0)

# Other names of the metrics.
ALIASES = {
    "total_inserts": AnomalyMetric.INSERTS,
    "total_updates": AnomalyMetric.UPDATES,
    "total_soft_deletes": AnomalyMetric.SOFT_DELETES,
}

# xmax is zero only in a row that this statement has inserted.
CREATED = sa.literal_column("(xmax = 0)", sa.Boolean).label("created")

# Metrics come as they are listed; numbers in metadata, which have no place there, come last.
SELECT = f"""
    SELECT {", ".join(f"rule.{column.name}" for column in RULE.columns)}, pipeline.name AS pipeline_name,
           {PIPELINE_ZONE} AS pipeline_timezone
      FROM watcher.anomaly_detection_rule AS rule
      JOIN watcher.pipeline ON pipeline.id = rule.pipeline_id
"""
BY_PIPELINE = "pipeline.name, array_position(CAST(%(metrics)s AS text[]), rule.metric_field), rule.metric_field"
METRICS = [metric.value for metric in AnomalyMetric]

# The key in `Session.info` that says whether a new pipeline gets a rule for every metric.
AUTO_CREATE_RULES = "auto_create_anomaly_detection_rules"

FOR_NEW_PIPELINES = sa.text("""
    INSERT INTO watcher.anomaly_detection_rule (pipeline_id, metric_field, created_at, updated_at)
    SELECT pipeline_id, metric_field, :now, :now
      FROM unnest(CAST(:pipeline_ids AS bigint[])) AS new (pipeline_id),
           unnest(CAST(:metrics AS text[])) AS metric (metric_field)
        ON CONFLICT (pipeline_id, metric_field) DO NOTHING
""")


def parse_metric(value: object) -> Metric:
    """Return a metric by any of its names.

    Raises:
        InvalidValueError: There is no metric of that name.
    """
    if isinstance(value, str) and value.startswith(METADATA):
        key = value.removeprefix(METADATA)
        if not key.strip():
            raise InvalidValueError(f"metric_field is {value!r}; a key follows, as in {METADATA}revenue")
        return MetadataMetric(METADATA + arguments.name(key, "metric_field"))
    name = str(value).lower()
    if name in ALIASES:
        return ALIASES[name]
    try:
        return AnomalyMetric(name)
    except ValueError:
        raise InvalidValueError(
            f"metric_field is {arguments.shown(value)}; it may be {', '.join(AnomalyMetric)}, or {METADATA} and a key"
        ) from None


def _whole(bounds: tuple[int, int]) -> Callable[[object, str], int]:
    def clean(value: object, argument: str) -> int:
        whole = arguments.count(value, argument)
        if whole is None or not bounds[0] <= whole <= bounds[1]:
            raise InvalidValueError(
                f"{argument} is {arguments.shown(value)}; it must be a whole number from {bounds[0]} to {bounds[1]:,}"
            )
        return whole

    return clean


def _multiplier(value: object, argument: str) -> float:
    least, most = MULTIPLIER
    # NaN is between no two numbers, so it is refused, too.
    found = arguments.number(value)
    if found is None or not least <= found <= most:
        raise InvalidValueError(f"{argument} is {arguments.shown(value)}; it must be a number from {least} to {most:g}")
    return found


RULE_FIELDS: Mapping[str, Callable[[Any, str], Any]] = {
    "method": lambda value, argument: arguments.choice(value, AnomalyMethod, argument),
    "lookback_days": _whole(LOOKBACK_DAYS),
    "minimum_executions": _whole(MINIMUM_EXECUTIONS),
    "std_deviation_threshold_multiplier": _multiplier,
    "active": arguments.flag,
    "timezone": clean_timezone,
}


def clean_rule_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that were passed, checked.

    Raises:
        InvalidValueError: A value is out of bounds; the message names it, and the bounds.
    """
    return {field: RULE_FIELDS[field](value, field) for field, value in fields.items() if not isinstance(value, Unset)}


def get_or_create_rule(
    session: Session, *, pipeline_id: int, metric_field: object, fields: Mapping[str, Any], now: dt.datetime
) -> values.AnomalyRule:
    """Return a pipeline's rule for a metric; create it, or update it if the configuration has changed.

    Args:
        session: The transaction.
        pipeline_id: The pipeline.
        metric_field: The metric, by any of its names.
        fields: What code declares: `method`, `lookback_days`, `minimum_executions`,
            `std_deviation_threshold_multiplier`, `active`. Other fields stay.
        now: The time.

    Raises:
        InvalidValueError: A value breaks a rule.
    """
    field, configuration = parse_metric(metric_field), clean_rule_fields(fields)
    declared = _hash(configuration) if configuration else None
    known = _find(session, pipeline_id, field)
    if known is not None and declared in (None, known.configuration_hash):
        return known
    rule_id, created = _upsert(session, pipeline_id, field, configuration, declared, now=now)
    return values.AnomalyRule(**{**vars(get_rule(session, rule_id)), "created": created})


def configure_rules(
    session: Session, *, configurations: Iterable[values.AnomalyRuleConfiguration], now: dt.datetime
) -> int:
    """Create or update the rules that code declares. Their pipelines must exist.

    Returns:
        How many were new or changed.
    """
    wanted: dict[tuple[str, Metric], dict[str, Any]] = {}
    for declared in configurations:
        key = (arguments.name(declared.pipeline_name, "pipeline_name"), parse_metric(declared.metric_field))
        wanted[key] = clean_rule_fields({field: getattr(declared, field) for field in RULE_FIELDS})
    names = sa.any_(sa.cast(sorted({name for name, _ in wanted}), ARRAY(sa.Text)))
    there = session.execute(sa.select(PIPELINE.c.name, PIPELINE.c.id).where(PIPELINE.c.name == names))
    ids = {row.name: row.id for row in there}
    rules = sa.select(PIPELINE.c.name, RULE.c.metric_field, RULE.c.configuration_hash).join_from(RULE, PIPELINE)
    known = {
        (row.name, row.metric_field): row.configuration_hash
        for row in session.execute(rules.where(PIPELINE.c.name == names))
    }
    changed = 0
    # In the order of their names, so that two callers at once cannot deadlock.
    for key in sorted(wanted):
        digest = _hash(wanted[key]) if wanted[key] else None
        if key not in known or digest not in (None, known[key]):
            _upsert(session, ids[key[0]], key[1], wanted[key], digest, now=now)
            changed += 1
    return changed


def _upsert(
    session: Session,
    pipeline_id: int,
    field: Metric,
    configuration: Mapping[str, Any],
    declared: str | None,
    *,
    now: dt.datetime,
) -> tuple[int, bool]:
    """Write a rule; return its id, and whether it is new."""
    changed = {**configuration, **({"configuration_hash": declared} if declared else {}), "updated_at": now}
    row = session.execute(
        insert(RULE)
        .values(pipeline_id=pipeline_id, metric_field=field.value, created_at=now, **changed)
        .on_conflict_do_update(index_elements=["pipeline_id", "metric_field"], set_=changed)
        .returning(RULE.c.id, CREATED)
    ).one()
    return row.id, row.created


def _hash(configuration: Mapping[str, Any]) -> str:
    canonical = arguments.json_text(dict(configuration), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def create_rules_for_new_pipelines(session: Session, *, pipeline_ids: Iterable[int], now: dt.datetime) -> None:
    """Create a rule for every metric of new pipelines, if the session asks for it."""
    made = list(pipeline_ids)
    if made and session.info.get(AUTO_CREATE_RULES):
        session.execute(
            FOR_NEW_PIPELINES, {"pipeline_ids": made, "metrics": [metric.value for metric in AnomalyMetric], "now": now}
        )


def update_rule(session: Session, *, rule_id: int, fields: Mapping[str, Any], now: dt.datetime) -> values.AnomalyRule:
    """Change a rule by hand: only the fields that are passed.

    Raises:
        NotFoundError: There is no such rule.
        InvalidValueError: A value breaks a rule.
    """
    identifier = arguments.identifier(rule_id, "rule_id")
    found = session.scalar(
        sa.update(RULE)
        .where(RULE.c.id == identifier)
        .values(**clean_rule_fields(fields), updated_at=now)
        .returning(RULE.c.id)
    )
    if found is None:
        raise NotFoundError("anomaly rule", rule_id)
    return get_rule(session, found)


def get_rule(session: Session, rule_id: int) -> values.AnomalyRule:
    """Return the rule with that id.

    Raises:
        NotFoundError: There is no such rule.
    """
    found = _select(database.driver(session), id=arguments.identifier(rule_id, "rule_id"))
    rule = next(found, None)
    if rule is None:
        raise NotFoundError("anomaly rule", rule_id)
    return rule


def _find(session: Session, pipeline_id: int, field: Metric) -> values.AnomalyRule | None:
    return next(_select(database.driver(session), pipeline_id=pipeline_id, metric_field=field.value), None)


def list_rules(session: Session, *, pipeline_id: int) -> list[values.AnomalyRule]:
    """Return the rules of a pipeline, sorted by their metric."""
    return list(select_rules(database.driver(session), pipeline_id=pipeline_id))


def select_rules(
    connection: Driver,
    *,
    pipeline_id: int | None = None,
    active: bool | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> Iterator[values.AnomalyRule]:
    """Ask for rules, by their pipeline's name and by their metric; or for a page, as `database.rows_of_page`."""
    flag = None if active is None else arguments.flag(active, "active")
    return _select(connection, pipeline_id=pipeline_id, active=flag, after=after, limit=limit)


def _select(
    connection: Driver, *, after: int | None = None, limit: int | None = None, **asked: object
) -> Iterator[values.AnomalyRule]:
    """Ask for the rules whose columns have these values; `None` asks for nothing."""
    conditions = [f"rule.{column} = %({column})s" for column, value in asked.items() if value is not None]
    condition = " AND ".join(conditions) or "true"
    rows, page = database.rows_of_page("rule", condition, order=BY_PIPELINE, after=after, limit=limit)
    given = {**asked, **page, "metrics": METRICS}
    return map(_rule, connection.cursor(row_factory=dict_row).execute(f"{SELECT} {rows}", given))


def _rule(row: dict[str, Any]) -> values.AnomalyRule:
    enums = {"metric_field": stored_metric(row["metric_field"]), "method": AnomalyMethod(row["method"])}
    return values.AnomalyRule(**{**row, **enums})
