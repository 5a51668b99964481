"""The answers of a server as values. `pydantic` would take longer to load than all the rest of a short job."""

from __future__ import annotations

import datetime as dt
import enum
import json
import typing
from collections.abc import Callable, Hashable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def read_value(kind: type[T], answer: bytes) -> T:
    """Return the value that a server has answered as JSON. What a newer server says beside it is passed over."""
    return value_of(kind, json.loads(answer))


def value_of(kind: type[T], found: dict[str, Any]) -> T:
    """Return the value of an object of JSON."""
    readers = _readers(cast("Hashable", kind))
    return kind(**{name: read(found[name]) for name, read in readers.items() if name in found})


@cache
def _readers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    types = typing.get_type_hints(kind)
    return {field.name: _reader(types[field.name]) for field in fields(kind)}


def _reader(type_: Any) -> Callable[[Any], Any]:
    """Return how a field is read: JSON has no dates and no enums."""
    for each in typing.get_args(type_) or (type_,):
        if isinstance(each, type) and issubclass(each, enum.Enum):
            return _if_set(each)
        if each is dt.datetime:
            return _if_set(dt.datetime.fromisoformat)
    return _as_it_is


def _if_set(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _as_it_is(value: Any) -> Any:
    return value
