"""The findings of a check as what opens alerts, in the statement that finds them: so no finding goes there and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from watcher_core.enums import AlertKind

# A time as Python writes it: without a fraction, or with six digits of it.
_ISO = """'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'"""


class Opening(NamedTuple):
    """How alerts are opened from causes; see `alerts.OPENING`.

    Attributes:
        statement: What follows a CTE `cause`: CTEs.
        given: Its parameters.
    """

    statement: str
    given: Mapping[str, Any]


def at(column: str) -> str:
    """SQL: a time as `Finding.facts` has it."""
    return f"replace(to_char({column} AT TIME ZONE 'UTC', {_ISO}), '.000000', '')"


def seconds(column: str) -> str:
    """SQL: a number of Python's `float` as `Finding.facts` has it: whole ones have a digit after the point, too."""
    return f"""CASE WHEN {column} = trunc({column}) THEN to_jsonb(round(CAST({column} AS numeric), 1))
                ELSE to_jsonb({column}) END"""


def facts_of(**facts: str) -> str:
    """SQL: what `Finding.facts` is of these; those that are NULL are left out."""
    listed = ",\n                   ".join(f"'{name}', {value}" for name, value in facts.items())
    return f"""jsonb_strip_nulls(jsonb_build_object(
                   {listed}))"""


def cause(
    kind: AlertKind, *, found: str, pipeline_id: str, execution_id: str, logged: str, where: str = "true", **facts: str
) -> str:
    """SQL: the CTE `cause`, which opens alerts, of what a check has found.

    Args:
        kind: The check.
        found: The CTE of what it has found, with `id` and `asked_level`.
        pipeline_id: The pipeline of each.
        execution_id: The execution of each, or NULL.
        logged: The column of the CTE `logged` that has the ids of those that are new.
        where: Which of them open an alert.
        facts: What gives each fact, by the name that `Finding` has for it; those that are NULL are left out.
    """
    return f"""
    cause AS (
        SELECT CAST('{kind.value}' AS watcher.alert_kind) AS kind, CAST('warning' AS watcher.alert_level) AS level,
               '{kind.value}/' || {found}.id AS deduplication_key, {pipeline_id} AS pipeline_id, {found}.asked_level,
               CAST({execution_id} AS bigint) AS pipeline_execution_id, CAST(%(now)s AS timestamptz) AS at,
               {found}.id IN (SELECT {logged} FROM logged) AS is_new,
               {facts_of(**facts)} AS facts
          FROM {found}
         WHERE {where}
    )"""
