"""Values from rows, by the ten thousand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def of_row(value: type[T], fields: Mapping[str, Any]) -> T:
    """Return a value of a frozen dataclass that has all of these fields, as a row gives them.

    The class itself sets its fields one by one, which takes longer than PostgreSQL takes to find them.
    """
    made = object.__new__(value)
    made.__dict__.update(fields)
    return made
