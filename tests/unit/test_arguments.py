"""What callers may pass, in which form it goes on, and what is refused with which words."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import json
import math
import operator
import pathlib
import re
import types
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pendulum
import pytest

from watcher_core import DatePart, ExecutionState, InvalidValueError
from watcher_core import arguments as clean

UTC = dt.UTC


class NumPyLikeInteger:
    """What NumPy's integers have in common with ours."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value

    def tolist(self) -> int:
        return self.value


# Names


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("orders", "orders"),
        ("  s3://b/Key \n", "s3://b/Key"),
        ("a b", "a b"),
        ("Ünï/cödé", "Ünï/cödé"),
        ("x" * 2048, "x" * 2048),
    ],
)
def test_names_are_kept_as_given_but_for_the_blanks_around_them(given_name: str, kept: str) -> None:
    assert clean.name(given_name, "name") == kept


@pytest.mark.parametrize(
    "refused", ["", "   ", "\t\n", "x" * 2049, "ä" * 1025, "a\x00b", "\ud800", None, 7, b"a", ["a"]]
)
def test_names_that_are_refused(refused: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^name is "):
        clean.name(refused, "name")


def test_a_long_value_is_cut_in_the_message() -> None:
    with pytest.raises(InvalidValueError) as raised:
        clean.name("x" * 1_000_000, "name")
    assert len(str(raised.value)) < 200
    assert "1,000,000 bytes" in str(raised.value)


@pytest.mark.parametrize("kept", [" a ", "x" * 2560, "run/step/asset|2024-01-01"])
def test_an_external_id_is_kept_exactly(kept: str) -> None:
    assert clean.external_id(kept, "external_id") == kept


@pytest.mark.parametrize("refused", ["", "x" * 2561, "\x00", "\udfff", 5, None])
def test_external_ids_that_are_refused(refused: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^external_id is "):
        clean.external_id(refused, "external_id")


# Watermarks


@pytest.mark.parametrize(
    ("passed", "stored"),
    [
        (None, None),
        ("", ""),
        (" 7 ", " 7 "),
        (0, "0"),
        (150, "150"),
        (10**40, "1" + "0" * 40),
        (NumPyLikeInteger(7), "7"),
        (1.5, "1.5"),
        (decimal.Decimal("1.10"), "1.10"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("x" * 1_000_000, "x" * 1_000_000),
    ],
)
def test_a_watermark_is_text_of_any_length(passed: object, stored: str | None) -> None:
    assert clean.watermark(passed, "watermark") == stored


@pytest.mark.parametrize("refused", [True, b"7", ["7"], {"a": 1}, object(), "\x00", "\ud800"])
def test_watermarks_that_are_refused(refused: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^next_watermark is "):
        clean.watermark(refused, "next_watermark")


# Counts


@pytest.mark.parametrize("passed", [0, 1, 2**63 - 1, NumPyLikeInteger(5)])
def test_counts_go_up_to_what_a_bigint_holds(passed: Any) -> None:
    assert clean.count(passed, "inserts") == operator.index(passed)


@pytest.mark.parametrize("summed", [decimal.Decimal(5), decimal.Decimal("5.00"), 5.0, fractions.Fraction(5)])
def test_a_count_may_be_what_a_database_and_pandas_give_for_a_sum(summed: object) -> None:
    found = clean.count(summed, "inserts")
    assert (found, type(found)) == (5, int)


@pytest.mark.parametrize(
    "refused",
    [
        *(-1, 2**63, -1.0, 1.5, 2.0**63, math.nan, math.inf, "5", True, False, [1], np.array([1])),
        *(decimal.Decimal(each) for each in ("1.5", "1e999999", "nan", "snan", "inf")),
    ],
)
def test_counts_that_are_refused(refused: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^inserts is .* whole number from 0"):
        clean.count(refused, "inserts")


class Unwritable:
    """An object of a library that raises whatever is asked of it, as a lazy column may."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def tolist(self) -> int:
        raise RuntimeError("no numbers")


@pytest.mark.parametrize("refused", [10**5000, Unwritable()], ids=["digits", "object"])
def test_what_cannot_be_written_is_refused_by_the_rule_all_the_same(refused: Any) -> None:
    kind = type(refused).__name__
    with pytest.raises(InvalidValueError, match=f"inserts is a value of type {kind}; it must be a whole number"):
        clean.count(refused, "inserts")
    with pytest.raises(InvalidValueError, match=f"next_watermark is a value of type {kind}; "):
        clean.watermark(refused, "next_watermark")
    with pytest.raises(InvalidValueError, match="metadata cannot be stored as JSON because of 'a': "):
        clean.json_object({"right": 1, "a": refused}, "metadata")


def test_numbers_and_what_is_true_of_numpy_and_pandas_are_what_they_say() -> None:
    column = pd.Series([2, None, 3])
    assert clean.count(column.sum(), "inserts") == 5
    assert clean.count(np.float32(5), "inserts") == 5
    assert clean.flag((column > 1).any(), "completed_successfully") is True
    assert clean.flag(np.False_, "completed_successfully") is False
    assert clean.json_object({"columns": pd.Index(["a", "b"]), "mean": np.float32(1.5)}, "metadata") == {
        "columns": ["a", "b"],
        "mean": 1.5,
    }


@pytest.mark.parametrize(
    ("passed", "found"),
    [
        *((2, 2.0), (2.5, 2.5), (np.float32(2.5), 2.5), (np.int8(2), 2.0), (decimal.Decimal("2.5"), 2.5)),
        *((True, None), ("2", None), (None, None), (pd.NA, None), (10**400, None), (decimal.Decimal("snan"), None)),
    ],
)
def test_a_number_of_any_library_is_a_float(passed: object, found: float | None) -> None:
    assert clean.number(passed) == found


@pytest.mark.parametrize("missing", [pd.NA, pd.NaT, np.float64("nan"), math.nan])
def test_the_highest_value_of_no_rows_is_no_watermark(missing: object) -> None:
    with pytest.raises(InvalidValueError, match="as of data without a row; pass no watermark, "):
        clean.watermark(missing, "next_watermark")


@pytest.mark.parametrize("refused", [1, 0, 1.0, "true", None, np.array([True]), np.int64(1)])
def test_what_is_neither_yes_nor_no_is_refused(refused: object) -> None:
    with pytest.raises(InvalidValueError, match=r"completed_successfully is .*; it must be True or False"):
        clean.flag(refused, "completed_successfully")


def test_lines_of_a_form_end_as_lines_do() -> None:
    assert clean.words(" restarted\r\nlook again\n", "note", 100) == "restarted\nlook again"


def test_no_count_is_no_count() -> None:
    assert clean.count(None, "inserts") is None


def test_a_positive_number_is_above_zero() -> None:
    assert clean.positive(1, "attempt") == 1
    with pytest.raises(InvalidValueError, match="attempt is 0; it must be at least 1"):
        clean.positive(0, "attempt")


@pytest.mark.parametrize("passed", [0, -1, 2**63 - 1, NumPyLikeInteger(3)])
def test_an_id_is_any_whole_number_for_it_need_not_be_there(passed: Any) -> None:
    assert clean.identifier(passed, "id") == operator.index(passed)


@pytest.mark.parametrize("refused", [None, "7", 7.5, True, 2**63, -(2**63)])
def test_ids_that_are_refused(refused: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^id is .*; an id is a whole number"):
        clean.identifier(refused, "id")


@pytest.mark.parametrize("refused", [None, 0, 1, "true"])
def test_a_flag_is_true_or_false(refused: object) -> None:
    assert clean.flag(True, "active") is True
    with pytest.raises(InvalidValueError, match=r"^active is "):
        clean.flag(refused, "active")


# Times


def test_an_instant_is_kept_in_utc() -> None:
    """In its own time zone, the second of two hours equals nothing but itself."""
    moment = dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))
    assert clean.instant(moment, "start_date") == dt.datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment",
    [
        pendulum.datetime(2026, 10, 25, 2, 30, 0, 7, tz="Europe/Berlin", fold=1),
        pendulum.datetime(2026, 10, 25, 1, 30, 0, 7),
        pd.Timestamp("2026-10-25T01:30:00.000007Z"),
    ],
)
def test_an_instant_of_another_library_is_one_of_python(moment: dt.datetime) -> None:
    kept = clean.instant(moment, "now")
    assert (type(kept), kept) == (dt.datetime, dt.datetime(2026, 10, 25, 1, 30, 0, 7, tzinfo=UTC))
    assert (kept + dt.timedelta(hours=1)).tzinfo is UTC


def test_an_instant_without_a_time_zone_is_refused_and_told_how_to_get_one() -> None:
    naive = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(
        InvalidValueError, match=r"^start_date is 2026-01-01T00:00:00 without a time zone.*timezone\.utc"
    ):
        clean.instant(naive, "start_date")


@pytest.mark.parametrize(
    "refused",
    [
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.timezone(-dt.timedelta(minutes=1))),
        dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=12))),
    ],
)
def test_an_instant_outside_of_the_years_1_to_9999_in_utc_is_refused(refused: dt.datetime) -> None:
    message = f"end_date is {refused.isoformat()}; in UTC it must be in the years 1 to 9999"
    with pytest.raises(InvalidValueError, match=f"^{re.escape(message)}$"):
        clean.instant(refused, "end_date")


@pytest.mark.parametrize("kept", [dt.datetime.min.replace(tzinfo=UTC), dt.datetime.max.replace(tzinfo=UTC)])
def test_the_first_and_the_last_instant_are_kept(kept: dt.datetime) -> None:
    assert clean.instant(kept, "now") == kept


def test_a_datetime_that_is_none_is_refused() -> None:
    class NotATime(dt.datetime):
        """What pandas' `NaT` has in common with ours."""

        year = math.nan  # type: ignore[assignment] # as pandas has it

    with pytest.raises(InvalidValueError, match=r"it must be a datetime$"):
        clean.instant(NotATime(1, 1, 1, tzinfo=UTC), "start_date")


@pytest.mark.parametrize("refused", [None, "2026-01-01", dt.date(2026, 1, 1), 0])
def test_instants_that_are_none(refused: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^since is .*must be a datetime"):
        clean.instant(refused, "since")


# Choices


@pytest.mark.parametrize("passed", [DatePart.HOUR, "hour", "Hour", "HOUR"])
def test_a_choice_is_a_member_or_its_value(passed: object) -> None:
    assert clean.choice(passed, DatePart, "freshness_datepart") is DatePart.HOUR


@pytest.mark.parametrize("refused", ["hours", "", None, 1])
def test_a_choice_that_is_not_there_names_those_that_are(refused: object) -> None:
    with pytest.raises(
        InvalidValueError, match=r"^state is .*; it may be running, succeeded, failed, canceled, skipped, blocked$"
    ):
        clean.choice(refused, ExecutionState, "state")


# JSON


class Color(enum.StrEnum):
    RED = "red"


def test_metadata_comes_as_it_will_be_read_back() -> None:
    assert clean.json_object(
        {
            "when": dt.datetime(2026, 1, 1, tzinfo=UTC),
            "day": dt.date(2026, 1, 1),
            "time": dt.time(1, 2),
            "took": dt.timedelta(seconds=90),
            "price": decimal.Decimal("1.10"),
            "id": uuid.UUID(int=1),
            "path": pathlib.PurePosixPath("/a/b"),
            "set": {"b", "a"},
            "mixed": {"b", None, 1},
            "missing": [pd.NA, *pd.array([1, None], dtype="Int64")],
            "tuple": (1, 2),
            "count": NumPyLikeInteger(5),
            "color": Color.RED,
            "nested": {"list": [None, True, 1.5]},
            "keys": {"a": 1}.keys(),
            "range": range(2),
            "deque": collections.deque("ab"),
            "view": types.MappingProxyType({"a": 1}),
            7: "a key that is a number",
        },
        "execution_metadata",
    ) == {
        "when": "2026-01-01T00:00:00+00:00",
        "day": "2026-01-01",
        "time": "01:02:00",
        "took": "0:01:30",
        "price": "1.10",
        "id": "00000000-0000-0000-0000-000000000001",
        "path": "/a/b",
        "set": ["a", "b"],
        "mixed": ["b", 1, None],
        "missing": [None, 1, None],
        "tuple": [1, 2],
        "count": 5,
        "color": "red",
        "nested": {"list": [None, True, 1.5]},
        "keys": ["a"],
        "range": [0, 1],
        "deque": ["a", "b"],
        "view": {"a": 1},
        "7": "a key that is a number",
    }


def test_numbers_that_json_does_not_have_become_text() -> None:
    numbers = {"mean": math.nan, "most": math.inf, "least": [-math.inf]}
    assert clean.json_object(numbers, "metadata") == {"mean": "NaN", "most": "Infinity", "least": ["-Infinity"]}


def test_characters_that_postgresql_cannot_hold_are_replaced() -> None:
    given_metadata = {"nul": "a\x00b\x00\x00", "surrogate": "\ud800", "escaped": "\\u0000", "\x00": "key"}
    assert clean.json_object(given_metadata, "metadata") == {
        "nul": "a\ufffdb\ufffd\ufffd",
        "surrogate": "?",
        "escaped": "\\u0000",
        "\ufffd": "key",
    }


@pytest.mark.parametrize("nothing", [None, {}, types.MappingProxyType({})])
def test_no_metadata_is_empty_metadata(nothing: object) -> None:
    assert clean.json_object(nothing, "metadata") == {}


def test_any_mapping_will_do() -> None:
    assert clean.json_object(types.MappingProxyType({"a": 1}), "metadata") == {"a": 1}


def circle() -> dict[str, object]:
    metadata: dict[str, object] = {}
    metadata["self"] = metadata
    return metadata


@pytest.mark.parametrize(
    "refused", ["text", [("a", 1)], 5, {"a": object()}, {("a", "b"): 1}, {"a": b"bytes"}, circle()]
)
def test_metadata_that_is_refused(refused: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^metadata "):
        clean.json_object(refused, "metadata")


@pytest.mark.parametrize(
    "row",
    [
        {"name": "Größe \N{SNOWMAN}", "at": dt.datetime(2026, 3, 1, 12, 30, 0, 250, dt.UTC), "number": 2**62},
        {"facts": {"first": "2026-03-01T12:30:00.000000+00:00", "written": {"a": [1, None, 0.25]}, "is_test": True}},
        {"nul": "a\x00b", "escaped": "a\\u0000b", "quoted": 'a"\\"b', "control": "\x01\x7f\u2028"},
        {"half": "a\ud800b", "nul": "\x00"},
        {"key\x00": "x", "large": 1e22, "small": -1e-9, "zero": -0.0},
    ],
)
def test_rows_are_written_as_other_json_is(row: dict[str, Any]) -> None:
    written = json.loads(clean.json_rows([row, row]))

    expected = json.loads(clean.json_text([row, row]))
    for each in (*written, *expected):  # one writes +00:00 and the other Z, of the same time
        if "at" in each:
            each["at"] = dt.datetime.fromisoformat(each["at"])
    assert written == expected


def test_no_rows_are_an_empty_list() -> None:
    assert clean.json_rows([]) == "[]"


def nested(levels: int) -> dict[str, Any]:
    value: Any = 1
    for level in range(levels):
        value = {"a": value} if level % 2 else [value]
    return {"in": value}


def test_metadata_has_so_many_levels_that_all_can_follow_them() -> None:
    assert clean.json_object(nested(99), "metadata") == nested(99)
    for levels in (100, 500, 3000):
        with pytest.raises(InvalidValueError, match=r"^metadata is nested more than 100 levels deep$"):
            clean.json_object(nested(levels), "metadata")


def test_wide_metadata_and_brackets_in_texts_are_no_levels() -> None:
    wide = {
        "texts": ["{[" * 200, '"{\\', "\\" * 3 + '"' + "[" * 200],
        "rows": [{"a": [number]} for number in range(200)],
    }
    assert clean.json_object(wide, "metadata") == wide
