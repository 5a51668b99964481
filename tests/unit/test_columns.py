"""Changes of columns: what counts as one, and what is said of it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.factories import at
from watcher_core.recording.column_types import changes, fields_of, in_words
from watcher_core.recording.columns import Columns, compare
from watcher_core.text import COLUMNS_ACCEPTED_AFTER

CHANGES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "another type": ({"amount": "int"}, {"amount": "double"}, "column amount: int → double"),
    "added": ({"id": "int"}, {"id": "int", "vat": "double"}, "column vat was added"),
    "removed": ({"id": "int", "vat": "double"}, {"id": "int"}, "column vat was removed"),
    "renamed": ({"vat": "int"}, {"tax": "int"}, "column vat was removed; column tax was added"),
    "all at once": (
        {"id": "int", "old": "int", "amount": "int"},
        {"id": "int", "amount": "double", "vat": "int"},
        "column amount: int → double; column old was removed; column vat was added",
    ),
    "order alone": ({"a": "int", "b": "text"}, {"b": "text", "a": "int"}, ""),
    "how the type is written": (
        {"a": "VARCHAR(10)", "b": "struct<x: int>"},
        {"a": "varchar( 10 )", "b": "STRUCT<x int>"},
        "",
    ),
    "length of a type": ({"a": "varchar(10)"}, {"a": "varchar(20)"}, "column a: varchar(10) → varchar(20)"),
    "a number's places": ({"a": "decimal(10, 2)"}, {"a": "decimal(12,2)"}, "column a: decimal(10, 2) → decimal(12,2)"),
    "a field": (
        {"address": "struct<street:string,zip:int>"},
        {"address": "struct<zip:string,street:string>"},
        "column address.zip: int → string",
    ),
    "the order of fields": ({"a": "STRUCT<x INT64, y STRING>"}, {"a": "STRUCT<y STRING, x INT64>"}, ""),
    "a field of a list": (
        {"lines": "ARRAY<STRUCT<sku STRING, price DECIMAL(10,2)>>"},
        {"lines": "ARRAY<STRUCT<sku STRING, price DECIMAL(10,2), vat INT64>>"},
        "column lines[].vat was added",
    ),
    "DuckDB": (
        {"a": 'STRUCT("x y" INTEGER, b STRUCT(c VARCHAR))[]'},
        {"a": 'STRUCT("x y" INTEGER, b STRUCT(c BIGINT))[]'},
        "column a[].b.c: VARCHAR → BIGINT",
    ),
    "Arrow": (
        {"a": "list<item: struct<x: int64, y: map<string, double>>>"},
        {"a": "list<item: struct<x: int64, y: map<string, float>>>"},
        "column a[].y: map<string, double> → map<string, float>",
    ),
    "Polars": ({"a": "Struct({'x': Int64})"}, {"a": "Struct({'x': String})"}, "column a.x: Int64 → String"),
    "Trino": ({"a": "row(x integer, y array(varchar))"}, {"a": "row(y array(varchar))"}, "column a.x was removed"),
    "a structure that became text": (
        {"a": "struct<x:int>"},
        {"a": "text"},
        "column a.x was removed; column a was added",
    ),
    "what cannot be read is compared as it is": ({"a": "struct<x"}, {"a": "struct<y"}, "column a: struct<x → struct<y"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_what_counts_as_a_change(kind: str) -> None:
    before, after, expected = CHANGES[kind]
    assert in_words(changes(fields_of(before), fields_of(after))) == expected
    assert changes(fields_of(after), fields_of(after)) == []


def test_many_changes_are_counted() -> None:
    said = in_words(changes({}, {f"c{number}": "int" for number in range(40)}))
    assert said.startswith("column c0 was added; column c1 was added; ")
    assert said.endswith("; and 30 more")


def test_a_type_that_is_deeply_nested_or_endless_stays_readable() -> None:
    deep = "struct<a:" * 200 + "int" + ">" * 200
    [said] = changes(fields_of({"x": deep}), fields_of({"x": deep.replace("int", "text")}))
    assert len(said) < 300


A, B, C = {"id": "int"}, {"id": "int", "vat": "double"}, {"id": "text", "vat": "double"}
WEEK = COLUMNS_ACCEPTED_AFTER.total_seconds() / 60


def seen(columns: dict[str, str], minutes: float, day: int | None = None) -> Columns:
    logical = None if day is None else dt.datetime(2026, 1, day, tzinfo=dt.UTC)
    return Columns(columns=columns, reported_at=at(minutes), logical_date=logical)


STORIES: dict[str, tuple[list[Columns], list[bool | str | None]]] = {
    "the first is no change": ([seen(A, 0)], [True]),
    "the same says nothing": ([seen(A, 0), seen(A, 1)], [True, None]),
    "changed, and changed back": (
        [seen(A, 0), seen(B, 1), seen(B, 2), seen(A, 3)],
        [True, "column vat was added", None, True],
    ),
    "a second change counts from before the first": (
        [seen(A, 0), seen(B, 1), seen(C, 2)],
        [True, "column vat was added", "column id: int → text; column vat was added"],
    ),
    "a change of a week ago is taken for right": (
        [seen(A, 0), seen(B, 1), seen(C, WEEK + 2), seen(B, WEEK + 3)],
        [True, "column vat was added", "column id: int → text", True],
    ),
    "an event that comes late": (
        [seen(A, 0), seen(B, 5), seen(A, 3), seen(A, 5)],
        [True, "column vat was added", None, None],
    ),
    "a backfill of old partitions": (
        [seen(A, 0, 1), seen(B, 1, 2), seen(A, 2, 1), seen(B, 3, 3)],
        [True, "column vat was added", None, None],
    ),
    "the newest partition once more": (
        [seen(A, 0, 2), seen(B, 1, 2)],
        [True, "column vat was added"],
    ),
    "all of it, after partitions": ([seen(A, 0, 2), seen(B, 1), seen(A, 2, 1)], [True, "column vat was added", None]),
}


@pytest.mark.parametrize("story", STORIES)
def test_which_materializations_are_a_change(story: str) -> None:
    known: Columns | None = None
    found: list[bool | str | None] = []
    for each in STORIES[story][0]:
        known, passed, said = compare(known, each)
        found.append(said if passed is False else passed)
    assert found == STORIES[story][1]
