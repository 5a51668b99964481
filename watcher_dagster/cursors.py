"""What is kept between two ticks, and read by the next: of another version of Watcher, or changed by a person."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Cursor = TypeVar("Cursor", bound=DataclassInstance)

log = logging.getLogger("watcher.dagster")


def read_cursor(of: type[Cursor], kept: str | None) -> Cursor | None:
    """Return the cursor that a sensor has in Dagster; `None` at its first tick.

    In Dagster's UI anybody can set it to any text. What is no cursor counts as none: a sensor that fails at each tick
    until somebody resets it helps nobody.

    Args:
        of: Its dataclass.
        kept: What Dagster keeps.
    """
    if not kept:
        return None
    try:
        return of(**known_fields(of, json.loads(kept)))
    except (ValueError, TypeError, RecursionError) as error:
        log.warning("the sensor begins anew: its cursor is no %s: %s", of.__name__, error)
        return None


def known_fields(of: type[DataclassInstance], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the kept values that this version knows: a later one may have added some.

    Args:
        of: The dataclass that they are fields of.
        kept: The values by name.
    """
    if not isinstance(kept, Mapping):
        raise TypeError(f"it is {type(kept).__name__}; it must be an object")
    return {field.name: kept[field.name] for field in fields(of) if field.name in kept}
