"""What the metadata and the partition of a materialization say."""

import datetime as dt
from typing import Any

import dagster as dg
import pytest

from watcher_core import InvalidValueError
from watcher_dagster.counts import CountKeys
from watcher_dagster.partitions import (
    _is_readable,
    partition_start,
    partition_watermark,
    partitions_format,
    partitions_timezone,
    readable_windows,
)
from watcher_dagster.recorder.materializations import (
    MAX_METADATA_CHARACTERS,
    combined,
    may_be_no_change,
    next_watermark,
    own_duration,
    plain_metadata,
    range_counts,
    row_counts,
)


def metadata(**values: Any) -> dict[str, dg.MetadataValue[Any]]:
    return dict(dg.AssetMaterialization("a", metadata=values).metadata)


def keyed(values: dict[str, Any]) -> dict[str, dg.MetadataValue[Any]]:
    return dict(dg.AssetMaterialization("a", metadata=values).metadata)


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ({}, {}),
        ({"watcher/inserts": 1, "watcher/updates": 2, "watcher/soft_deletes": 3, "watcher/total_rows": 6},
         {"inserts": 1, "updates": 2, "soft_deletes": 3, "total_rows": 6}),
        ({"watcher/total_rows": 6, "dagster/row_count": 7}, {"total_rows": 6}),
        ({"dagster/partition_row_count": 5, "dagster/row_count": 7}, {"total_rows": 5}),
        ({"dagster/row_count": 7, "rows_loaded": 3}, {"inserts": 3, "total_rows": 7}),
        ({"rows_loaded": 3}, {"inserts": 3}),
        ({"recordsCommitted": 3, "bytesEmitted": 99}, {"inserts": 3}),
        ({"rows_synced": 3}, {"inserts": 3}),
        ({"rows_updated_or_inserted": 3}, {"inserts": 3}),
        ({"rows_affected": 3, "dagster/row_count": 9}, {"inserts": 3, "total_rows": 9}),
        ({"row_count": "150"}, {"total_rows": 150}),
        ({"row_count": "150", "stream_name": "public.orders", "elapsed_time": 1.5}, {"inserts": 150}),
        ({"rows_inserted": 0}, {"inserts": 0}),
        ({"rows_inserted": 1, "rows_updated": 2, "rows_deleted": 3, "num_rows": 4},
         {"inserts": 1, "updates": 2, "soft_deletes": 3, "total_rows": 4}),
        ({"nrows": 12.0}, {"total_rows": 12}),
        ({"Number of records": 12}, {"total_rows": 12}),
        ({"dagster/row_count": float("nan")}, {}),
        ({"dagster/row_count": float("inf")}, {}),
        ({"dagster/row_count": 0}, {"total_rows": 0}),
        # no counts
        ({"dagster/row_count": -1}, {}),
        ({"dagster/row_count": 1.5}, {}),
        ({"dagster/row_count": True}, {}),
        ({"dagster/row_count": "many"}, {}),
        ({"dagster/row_count": "\N{SUPERSCRIPT TWO}"}, {}),
        ({"dagster/row_count": 2**63}, {}),
        ({"watcher/inserts": None}, {}),
        ({"watcher/total_rows": "many", "dagster/row_count": 7}, {"total_rows": 7}),
        ({"number of columns": 7}, {}),
        ({"dagster/number of rows": 7}, {}),
    ],
)  # fmt: skip
def test_row_counts(told: dict[str, Any], counts: dict[str, int]) -> None:
    assert row_counts(keyed(told)) == counts


@pytest.mark.parametrize(
    ("own", "told", "counts"),
    [
        ({"neue Zeilen": "inserts"}, {"neue Zeilen": 5}, {"inserts": 5}),
        ({"loaded": "total_rows"}, {"loaded": 5, "dagster/row_count": 7}, {"total_rows": 5}),
        ({"loaded": "total_rows"}, {"loaded": 5, "watcher/total_rows": 7}, {"total_rows": 7}),
        ({"rows_loaded": "total_rows"}, {"rows_loaded": 5}, {"total_rows": 5}),
        ({"row_count": "none"}, {"row_count": 5}, {}),
        ({"row_count": "total_rows"}, {"row_count": 5, "stream_name": "x"}, {"total_rows": 5}),
    ],
)
def test_a_project_says_what_its_keys_count(own: dict[str, str], told: dict[str, Any], counts: dict[str, int]) -> None:
    assert row_counts(keyed(told), CountKeys(own)) == counts


@pytest.mark.parametrize(
    ("own", "setting", "named"),
    [
        ({"a": "rows"}, None, "count_keys has 'a': 'rows'"),
        ({" ": "inserts"}, None, "count_keys has ' '"),
        ({1: "inserts"}, None, "count_keys has 1"),
        ({}, "a=rows", "WATCHER_COUNT_KEYS has 'a': 'rows'"),
        ({}, "a", "WATCHER_COUNT_KEYS has '': 'a'"),
    ],
)
def test_keys_that_count_nothing_known_are_refused(own: Any, setting: str | None, named: str) -> None:
    with pytest.raises(InvalidValueError, match=named):
        CountKeys(own, setting=setting)


def test_a_setting_says_the_same() -> None:
    keys = CountKeys({"b": "updates"}, setting="rows written=inserts, row_count=none, b=soft_deletes, a=b=total_rows,")
    told = {"rows written": 1, "row_count": 2, "b": 3, "a=b": 4}
    assert row_counts(keyed(told), keys) == {"inserts": 1, "updates": 3, "total_rows": 4}


@pytest.mark.parametrize(
    ("reported", "counts"),
    [
        # the code's own event, and then Dagster's
        ([{"watcher/inserts": 42, "dagster/row_count": 5}, {}], {"inserts": 42, "total_rows": 5}),
        # the last value of each key
        ([{"watcher/inserts": 10}, {"watcher/inserts": 30, "watcher/updates": 1}], {"inserts": 30, "updates": 1}),
        # chunks
        ([{"watcher/inserts": 10, "watcher/counts": "add"}] * 3 + [{}], {"inserts": 30}),
        ([{"rows_loaded": 10, "watcher/counts": "add"}, {"rows_loaded": 5, "watcher/counts": "add"}], {"inserts": 15}),
        ([{"watcher/inserts": 10, "watcher/counts": "add"}, {"watcher/inserts": 7}], {"inserts": 7}),
        ([{"watcher/inserts": 10, "watcher/counts": "sum"}] * 2, {"inserts": 10}),
        ([{"watcher/inserts": 0}, {}], {"inserts": 0}),
    ],
)
def test_events_of_one_asset_in_a_step_are_combined(reported: list[dict[str, Any]], counts: dict[str, int]) -> None:
    keys = CountKeys()
    assert row_counts(combined([keyed(one) for one in reported], keys), keys) == counts


DLT = {"first_run": False, "dataset_name": "raw", "jobs": {"label": []}}


@pytest.mark.parametrize(
    ("told", "no_change", "counts"),
    [
        (DLT, True, {}),
        (DLT | {"dagster/partition_row_count": 0}, True, {}),
        (DLT | {"rows_loaded": 3, "dagster/partition_row_count": 3}, False, {"inserts": 3, "total_rows": 3}),
        # a table that is named by its rows: dagster-dlt knows no columns of it
        (DLT | {"dagster/column_schema": dg.TableSchema(columns=[])}, False, {}),
        (DLT | {"dagster/column_schema": dg.TableSchema(columns=[dg.TableColumn("id")])}, True, {}),
        ({"rows": None}, False, {}),
    ],
)
def test_a_load_that_does_not_say_how_many_rows(told: dict[str, Any], no_change: bool, counts: dict[str, int]) -> None:
    assert (may_be_no_change(keyed(told)), row_counts(keyed(told))) == (no_change, counts)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [({"Execution Duration": 1.2}, 1.2), ({"elapsed_time": 3}, 3.0), ({}, None), ({"elapsed_time": "1.5 s"}, None),
     ({"elapsed_time": 3, "stream_name": "public.orders", "row_count": "5"}, 3.0),
     # the time of the whole replication
     ({"elapsed_time": 3, "stream_name": "public.orders", "dagster/table_name": "PG.raw.orders"}, None),
     ({"Execution Duration": float("nan")}, None), ({"elapsed_time": -1.0}, None), ({"elapsed_time": True}, None),
     ({"Execution Duration": 10**400}, None), ({"elapsed_time": float("inf")}, None)],
)  # fmt: skip
def test_own_duration(told: dict[str, Any], seconds: float | None) -> None:
    assert own_duration(keyed(told)) == seconds


@pytest.mark.parametrize(
    ("partitions", "counts"),
    [
        # the numbers of the step, on each partition
        ([{"watcher/inserts": 30, "dagster/row_count": 30}] * 3, [{}, {}, {}]),
        # each partition's own
        ([{"dagster/row_count": 1}, {"dagster/row_count": 2}], [{"total_rows": 1}, {"total_rows": 2}]),
        ([{"dagster/partition_row_count": 5, "file": "a"}, {"dagster/partition_row_count": 5, "file": "b"}],
         [{"total_rows": 5}, {"total_rows": 5}]),
        # the step's, under the name of a partition's
        ([{"dagster/partition_row_count": 30}] * 3, [{}, {}, {}]),
        ([{"watcher/inserts": 1, "watcher/updates": 9}, {"watcher/inserts": 2, "watcher/updates": 9}],
         [{"inserts": 1}, {"inserts": 2}]),
        ([{"dagster/row_count": 1}], [{"total_rows": 1}]),
        ([], []),
    ],
)  # fmt: skip
def test_what_is_repeated_on_every_partition_is_not_counted_for_each(
    partitions: list[dict[str, Any]], counts: list[dict[str, int]]
) -> None:
    assert range_counts([keyed(partition) for partition in partitions]) == counts


@pytest.mark.parametrize(
    ("key", "start"),
    [
        ("2024-01-31", dt.datetime(2024, 1, 31, tzinfo=dt.UTC)),
        ("2024-02", dt.datetime(2024, 2, 1, tzinfo=dt.UTC)),
        ("2024-01-31-05:00", dt.datetime(2024, 1, 31, 5, tzinfo=dt.UTC)),
        ("2024-11-03-01:00-0500", dt.datetime(2024, 11, 3, 1, tzinfo=dt.UTC)),  # as its neighbours are read
        ("2024-01-31|red", dt.datetime(2024, 1, 31, tzinfo=dt.UTC)),
        ("red|2024-01-31", dt.datetime(2024, 1, 31, tzinfo=dt.UTC)),
        ("2024-01-31|2024-02-01", None),
        ("red", None),
        ("", None),
        ("2024", None),
        ("2024-13", None),
        ("2024-02-30", None),
        ("4711-08", None),
        ("2024-01-31 and more", None),
        ("2024-01-31\n", None),
        ("\N{ARABIC-INDIC DIGIT TWO}024-01-31", None),
    ],
)
def test_partition_start(key: str, start: dt.datetime | None) -> None:
    assert partition_start(key) == start


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Berlin", "Australia/Sydney", "Asia/Tokyo"])
def test_partitions_of_a_time_zone_begin_where_their_definition_says(zone: str) -> None:
    around = [
        ("03-09", "03-11"),
        ("03-30", "04-01"),
        ("04-06", "04-08"),
        ("10-05", "10-07"),
        ("10-26", "10-28"),
        ("11-02", "11-04"),
    ]
    hours = [
        dg.HourlyPartitionsDefinition(f"2024-{begin}-00:00", end_date=f"2024-{end}-00:00", timezone=zone)
        for begin, end in around  # when clocks change
    ]
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2025-01-01", timezone=zone)
    for definition in [days, *hours]:
        assert partitions_timezone(definition) == zone
        for key in definition.get_partition_keys():
            begins = definition.time_window_for_partition_key(key).start
            assert partition_start(key, zone) == begins.astimezone(dt.UTC)


def test_the_time_zone_of_partitions() -> None:
    berlin = dg.DailyPartitionsDefinition("2024-01-01", timezone="Europe/Berlin")
    colors = dg.StaticPartitionsDefinition(["red", "blue"])
    both = dg.MultiPartitionsDefinition({"day": berlin, "color": colors})
    assert partitions_timezone(both) == "Europe/Berlin"
    assert partition_start("red|2024-01-31", "Europe/Berlin") == dt.datetime(2024, 1, 30, 23, tzinfo=dt.UTC)
    for without in (None, colors, dg.DailyPartitionsDefinition("2024-01-01"), dg.DynamicPartitionsDefinition(name="a")):
        assert partitions_timezone(without) is None


def test_partitions_whose_keys_have_a_format_of_their_own() -> None:
    zone = "America/New_York"
    days = dg.DailyPartitionsDefinition("20240301", end_date="20240401", fmt="%Y%m%d", timezone=zone)
    hours = dg.HourlyPartitionsDefinition("2024-11-03T00", end_date="2024-11-04T00", fmt="%Y-%m-%dT%H", timezone=zone)
    for definition in (days, hours):
        fmt = partitions_format(definition)
        for key in definition.get_partition_keys():
            begins = definition.time_window_for_partition_key(key).start
            assert partition_start(key, zone, fmt) == begins.astimezone(dt.UTC)
            assert (partition_watermark(key, fmt), partition_start(key)) == (key, None)
    assert partition_start("red|20240305", None, "%Y%m%d") == dt.datetime(2024, 3, 5, tzinfo=dt.UTC)
    assert partition_start("red", None, "%Y%m%d") is None
    assert partition_start("20240305", None, "%Y%Y") is None  # a pattern that Python does not compile
    assert partitions_format(dg.DailyPartitionsDefinition("2024-01-01")) is None
    assert partitions_format(dg.HourlyPartitionsDefinition("2024-01-01-00:00")) is None


@pytest.mark.parametrize(
    ("definition", "key", "read"),
    [
        (dg.WeeklyPartitionsDefinition("2024-W01", fmt="%Y-W%W", day_offset=1), "2024-W02", "as 2024-01-01 00:00:00"),
        (
            dg.TimeWindowPartitionsDefinition(dt.datetime(2024, 1, 1), fmt="%d/%m", cron_schedule="0 0 * * *"),  # noqa: DTZ001 - Dagster's own way
            "02/01",
            "as 1900-01-02 00:00:00",
        ),
        (dg.MonthlyPartitionsDefinition("2024", fmt="%Y"), "2024", "as 2024-01-01 00:00:00"),
        (dg.HourlyPartitionsDefinition("20240101T01", fmt="%Y%m%dT%I"), "20240101T12", "as 2024-01-01 00:00:00"),
    ],
    ids=["weeks", "no year", "no month", "twelve hours"],
)
def test_a_format_of_keys_that_do_not_say_when_they_begin_is_no_time(
    definition: dg.TimeWindowPartitionsDefinition, key: str, read: str, caplog: pytest.LogCaptureFixture
) -> None:
    _is_readable.cache_clear()
    both = dg.MultiPartitionsDefinition({"when": definition, "color": dg.StaticPartitionsDefinition(["red"])})
    for each in (definition, both):
        assert (partitions_format(each), partitions_timezone(each), readable_windows(each)) == (None, None, None)
    (warning,) = caplog.messages  # once
    assert f"the format {definition.fmt!r} " in warning
    assert f"{key!r}, which begins at " in warning
    assert f"is read {read}; use another fmt" in warning
    assert partition_watermark(key, partitions_format(definition)) is None


@pytest.mark.parametrize(
    "definition",
    [
        dg.WeeklyPartitionsDefinition("2024-W01-1", fmt="%Y-W%W-%w", day_offset=1),
        dg.DailyPartitionsDefinition("20240101", fmt="%Y%m%d", hour_offset=6),
        dg.MonthlyPartitionsDefinition("Jan 2024", fmt="%b %Y"),
        dg.TimeWindowPartitionsDefinition("2024", fmt="%Y", cron_schedule="0 0 1 1 *"),
    ],
    ids=["weeks", "days from six", "months", "years"],
)
def test_a_format_of_keys_that_say_when_they_begin_is_a_time(definition: dg.TimeWindowPartitionsDefinition) -> None:
    assert readable_windows(definition) is definition
    assert partitions_format(definition) == definition.fmt


def test_partition_watermark() -> None:
    assert partition_watermark("2024-01-31") == "2024-01-31"
    assert partition_watermark("red") is None
    assert partition_watermark("red|2024-01-31") is None


@pytest.mark.parametrize(
    ("told", "watermark"),
    [({"watcher/next_watermark": "150"}, "150"), ({"watcher/next_watermark": 150}, "150"), ({}, None),
     ({"watcher/next_watermark": True}, None), ({"watcher/next_watermark": None}, None)],
)  # fmt: skip
def test_next_watermark(told: dict[str, Any], watermark: str | None) -> None:
    assert next_watermark(keyed(told)) == watermark


def test_plain_metadata_is_what_a_table_can_show() -> None:
    told = metadata(
        number=1, share=0.5, nothing=None, flag=True, text="short", long="x" * 1_001, url=dg.MetadataValue.url("https://x"),
        nan=float("nan"), infinite=float("-inf"), json={"a": 1}, table=dg.MetadataValue.md("# A"),
        path=dg.MetadataValue.path("/tmp/x"), asset=dg.MetadataValue.asset(dg.AssetKey("other")),
    )  # fmt: skip
    assert plain_metadata(told) == {
        "number": 1, "share": 0.5, "flag": True, "text": "short", "url": "https://x", "nan": "nan", "infinite": "-inf",
        "table": "# A", "path": "/tmp/x",
    }  # fmt: skip


def test_plain_metadata_is_bounded() -> None:
    kept = plain_metadata(keyed({f"key {number}": "x" * 1_000 for number in range(100)}))
    assert 10 < len(kept) <= MAX_METADATA_CHARACTERS / 1_000
