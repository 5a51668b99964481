"""The columns of a table by name and type, and what has changed from one materialization to the next, in words. Pure.

A structure is looked into: what changes is one of its fields, not the text of its type. Neither the order of columns or
fields counts, nor blanks and the case of letters in a type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

# How types with fields begin, and those that hold others, in the databases and libraries that report columns.
_STRUCTURE: Final = re.compile(r"(?:struct|row|record|object|tuple)\s*([<({])(.*)([>)}])", re.IGNORECASE | re.DOTALL)
_LIST: Final = re.compile(r"(?:array|list|large_list|vector)\s*([<(])(.*)([>)])", re.IGNORECASE | re.DOTALL)
# What Arrow calls the values of a list.
_OF_LIST: Final = re.compile(r"(?:item|element)\s*:\s*", re.IGNORECASE)
_FIELD: Final = re.compile(r"\s*(?:\"([^\"]+)\"|`([^`]+)`|'([^']+)'|([^\s:\"`']+))\s*[:\s]\s*(.+)", re.DOTALL)
_OPENING, _CLOSING = "<({[", ">)}]"
_PAIRS: Final = {"<": ">", "(": ")", "{": "}"}

# What is said of a change, and how deep structures are looked into.
MOST_NAMED: Final = 10
MOST_CHARACTERS: Final = 80
MOST_LEVELS: Final = 20


def fields_of(columns: Mapping[str, str]) -> dict[str, str]:
    """Return columns and the fields of structures, each with its type: `{"address.zip": "int"}`."""
    found: dict[str, str] = {}
    for name, written in columns.items():
        _add(found, name, written.strip(), MOST_LEVELS)
    return found


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return what has changed between two of what `fields_of` returns, in words; nothing where they are the same."""
    changed = [
        f"column {_short(name)}: {_short(before[name])} → {_short(written)}"
        for name, written in after.items()
        if name in before and _plain(before[name]) != _plain(written)
    ]
    added = [f"column {_short(name)} was added" for name in after if name not in before]
    removed = [f"column {_short(name)} was removed" for name in before if name not in after]
    return [*changed, *removed, *added]


def in_words(changed: list[str]) -> str:
    """Return changes as a sentence: the first of them, and how many more there are."""
    more = len(changed) - MOST_NAMED
    return "; ".join(changed[:MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")


def _add(found: dict[str, str], name: str, written: str, levels: int) -> None:
    fields = list(_fields(written)) if levels else []
    values = _values(written)
    if fields:
        for field, inner in fields:
            _add(found, f"{name}.{field}", inner, levels - 1)
    elif levels and values is not None and next(_fields(values), None):
        _add(found, f"{name}[]", values, levels - 1)
    else:
        found[name] = written


def _values(written: str) -> str | None:
    """The type of what a list holds; `None` where it is no list."""
    inner = written[:-2] if written.endswith("[]") else _inner(_LIST, written)
    return None if inner is None else _OF_LIST.sub("", inner.strip(), count=1)


def _fields(written: str) -> Iterator[tuple[str, str]]:
    """The fields of a structure, with their types; nothing where it is none, or one that cannot be read."""
    inner = _inner(_STRUCTURE, written)
    if inner is None:
        return
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    parts = [_FIELD.fullmatch(part) for part in _parts(inner)]
    if all(parts):
        for part in parts:
            if part is not None:
                yield next(name for name in part.groups()[:4] if name), part[5].strip()


def _inner(kind: re.Pattern[str], written: str) -> str | None:
    found = kind.fullmatch(written)
    return found[2].strip() or None if found is not None and _PAIRS.get(found[1]) == found[3] else None


def _parts(inner: str) -> Iterator[str]:
    """What stands between the commas that are in no brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(inner):
        if letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
        elif letter == "," and depth == 0:
            yield inner[start:place]
            start = place + 1
    yield inner[start:]


def _plain(written: str) -> str:
    return "".join(written.split()).casefold()


def _short(written: str) -> str:
    line = " ".join(written.split())
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…"
