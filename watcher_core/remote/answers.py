"""The answers of a server as values. `pydantic` would take longer to load than all the rest of a short job."""

from __future__ import annotations

import datetime as dt
import enum
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Any, TypeVar, cast

from watcher_core.metrics import MetadataMetric, stored_metric

T = TypeVar("T")


def value_of(kind: type[T], found: dict[str, Any]) -> T:
    """Return the value of an object of JSON. What a newer server says beside it is passed over."""
    readers = _readers(cast("Hashable", kind))
    return kind(**{name: read(found[name]) for name, read in readers.items() if name in found})


@cache
def _readers(kind: Any) -> dict[str, Callable[[Any], Any]]:
    hints = typing.get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in fields(kind)}


def _reader(type_: Any) -> Callable[[Any], Any]:
    """Return how a field is read: JSON has no dates, no enums, and no values of ours."""
    origin, within = typing.get_origin(type_), typing.get_args(type_)
    if origin is tuple and within[-1] is Ellipsis:
        read = _reader(within[0])
        return lambda found: tuple(map(read, found))
    if origin is tuple:
        parts = [*map(_reader, within)]
        return lambda found: tuple(read(part) for read, part in zip(parts, found, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, value = map(_reader, within)
        if key is _as_it_is and value is _as_it_is:
            return _as_it_is
        return lambda found: {key(name): value(each) for name, each in found.items()}
    if origin in (typing.Union, types.UnionType):
        if MetadataMetric in within:
            return _if_set(stored_metric)
        return next((_if_set(read) for read in map(_reader, within) if read is not _as_it_is), _as_it_is)
    if isinstance(type_, type) and is_dataclass(type_):
        return partial(value_of, type_)
    if isinstance(type_, type) and issubclass(type_, enum.Enum):
        return type_
    return _DATES.get(type_, _as_it_is)


_DATES: dict[Any, Callable[[Any], Any]] = {
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
}


def _if_set(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _as_it_is(value: Any) -> Any:
    return value
