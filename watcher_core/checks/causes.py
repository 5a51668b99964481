"""The findings of a check as what opens alerts, in the statement that finds them: so no finding goes there and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

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


def facts(**named: str) -> str:
    """SQL: the facts of a finding; those that are NULL are left out.

    Args:
        named: What gives each fact, by the name that `Finding` has for it.
    """
    listed = ",\n               ".join(f"'{name}', {value}" for name, value in named.items())
    return f"jsonb_strip_nulls(jsonb_build_object(\n               {listed}))"
