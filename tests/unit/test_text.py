"""Words for counts, durations, times, thresholds and owners."""

from __future__ import annotations

import datetime as dt
import json
import math

import pytest

from watcher_core import text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 ms"),
        (0, "0 ms"),
        (0.35, "350 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (3.24, "3.2 s"),
        (59.94, "59.9 s"),
        (59.95, "1 min"),
        (59.96, "1 min"),
        (60, "1 min"),
        (200, "3 min 20 s"),
        (3_599.6, "1 h"),
        (5_400, "1 h 30 min"),
        (86_399.9, "1 d"),
        (97_200, "1 d 3 h"),
        (1_814_400, "21 d"),
        (86_400_000, "1,000 d"),
        (None, "–"),
        ("5", "–"),
        (True, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: object, words: str) -> None:
    assert text.duration(seconds) == words


def test_what_is_no_duration_is_named_as_the_caller_asks() -> None:
    assert text.duration(None, unknown="an unknown time") == "an unknown time"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": "failed"}, "failed"),
        ({"status": "failed", "description": "too old\nby far"}, "failed: too old"),
        ({"status": "failed", "description": "bad", "result": {text.DBT_FAILED_ROWS: 1}}, "failed: bad, 1 row"),
        (
            {"status": "failed", "result": {"rows": 3, "share": 0.51234, "ok": True, "x": "y"}},
            "failed: rows 3, share 0.5123",
        ),
        ({"status": "failed", "blocking": True, "held_back": 2}, "failed, blocks 2 assets downstream"),
        (
            {"failed_partitions": ["a", "b"], "failed_partition_count": 2, "partition_count": 7},
            "failed for 2 of 7 partitions (a, b)",
        ),
        (
            {"failed_partitions": list("abcdefghijkl"), "failed_partition_count": 30},
            "failed for 30 partitions (a, b, c, d, e, f, g, h, i, j and 20 more)",
        ),
        (
            {"status": "errored", "checks": ["a", "b"], "description": "E: no"},
            "raised an error in 2 checks (a, b): E: no",
        ),
        ({"status": "no_result"}, "ran and gave no result"),
        (
            {
                "status": "not_run",
                "evaluated_at": "2026-03-01T10:00:00+00:00",
                "unchecked_since": "2026-03-02T10:00:00+00:00",
                "usual_seconds": 86_400.0,
            },
            "has not run since 2026-03-01 10:00:00 UTC, usually every 1 d, although the asset was materialized at"
            " 2026-03-02 10:00:00 UTC",
        ),
        ({}, "failed"),
        (
            {"status": "not_run"},
            "has not run since an unknown time, usually every –, although the asset was materialized at"
            " an unknown time",
        ),
    ],
)
def test_what_came_of_a_check(facts: dict[str, object], words: str) -> None:
    assert text.check_result(facts) == words


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-01-31T07:00:00+01:00", "2026-01-31 06:00:00 UTC"),
        ("2026-01-31T06:00:00", "2026-01-31 06:00:00 UTC"),
        (dt.datetime(2026, 1, 31, 6, tzinfo=dt.UTC), "2026-01-31 06:00:00 UTC"),
        *((value, None) for value in (None, 3, "", "soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")),
    ],
)
def test_a_moment_is_in_utc_or_none(value: object, moment: str | None) -> None:
    assert text.clock(text.as_moment(value), unknown="") == (moment or "")


def test_a_clock_is_in_utc() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    assert text.clock(dt.datetime(2026, 3, 1, 12, 0, 5, tzinfo=zone)) == "2026-03-01 10:00:05 UTC"
    assert text.clock(None, unknown="never") == "never"


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (2_000, "2,000 runs"), (-1, "-1 runs")]
)
def test_a_count_with_its_noun(count: int, words: str) -> None:
    assert text.plural(count, "run") == words


def test_a_noun_with_a_plural_of_its_own() -> None:
    assert text.plural(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (2.5, "2.5"),
        (999.96, "1,000"),
        (1_234.5, "1,234"),
        (-12_345, "-12,345"),
        (2**63 - 1, "9,223,372,036,854,775,807"),
        (10**309, "1" + 103 * ",000"),
        (None, "–"),
        (True, "True"),
        ("seven", "seven"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_a_number(value: object, words: str) -> None:
    assert text.number(value) == words


@pytest.mark.parametrize(
    ("number", "datepart", "words"), [(2, "hour", "2 hours"), (1, "day", "1 day"), (None, None, "none")]
)
def test_a_threshold(number: int | None, datepart: str | None, words: str) -> None:
    assert text.threshold(number, datepart) == words


@pytest.mark.parametrize(
    ("declared", "owners"),
    [
        (["team:sales", 7], ("team:sales",)),
        (["a", None, {"name": "b"}], ("a",)),
        ("team:sales", ("team:sales",)),
        (["b", "a", "b"], ("b", "a")),
        ([], ()),
        ({"name": "a"}, ()),
        (7, ()),
        (None, ()),
    ],
)
def test_owners_are_the_same_from_metadata_and_from_json(declared: object, owners: tuple[str, ...]) -> None:
    assert text.parse_owners(declared) == owners
    assert text.owners(json.dumps(declared)) == owners


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.5060690499, 0.5061),
        (12.3456, 12.35),
        (-3.04159, -3.042),
        (1_234_567.89, 1_234_568.0),
        (480.0, 480.0),
        (0, 0.0),
    ],
)
def test_numbers_are_rounded_as_people_read_them(value: float, shown: float) -> None:
    assert text.rounded(value) == shown


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (None, ""),
        ("", ""),
        ("2026-01-31", "2026-01-31"),
        ("all", ""),
        ("all/2026-01-31", "2026-01-31"),
        ("all/2026-01-01/2026-01-31", "2026-01-01 to 2026-01-31"),
        ("0123456789abcdef", "a part of it"),
        ("0123456789abcdef/2026-01-31", "a part of it, 2026-01-31"),
        ("all of it", "all of it"),
        ("0123456789abcdef0", "0123456789abcdef0"),
    ],
)
def test_what_of_its_pipeline_an_execution_did(scope: str | None, words: str) -> None:
    assert text.scope(scope) == words


@pytest.mark.parametrize(
    ("name", "message", "words"),
    [
        ("KeyError", "'region'", "KeyError: 'region'"),
        ("OperationalError", "OperationalError: connection refused", "OperationalError: connection refused"),
        (
            "OperationalError",
            "psycopg.OperationalError: connection refused",
            "psycopg.OperationalError: connection refused",
        ),
        ("Error", "ValueError: no region", "Error: ValueError: no region"),
        ("TimeoutError", None, "TimeoutError"),
        ("TimeoutError", "TimeoutError", "TimeoutError"),
        (None, "no region", "no region"),
        (None, None, ""),
    ],
)
def test_an_error_has_its_class_once(name: str | None, message: str | None, words: str) -> None:
    assert text.error(name, message) == words
