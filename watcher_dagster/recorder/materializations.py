"""What a materialization says of an execution: counts, watermark, logical date, and metadata worth keeping."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any, Final

import dagster as dg

from watcher_dagster.counts import PRESETS_ALONE, SLING_STREAM_KEY, CountKeys, Metadata, whole_count
from watcher_dagster.metadata import (
    COLUMN_SCHEMA_KEY,
    COUNT_KEYS,
    COUNTS_KEY,
    COUNTS_THAT_ADD_UP,
    NEXT_WATERMARK_KEY,
    PARTITION_ROW_COUNT_KEY,
    TABLE_NAME_KEY,
)

# How long an asset took, where its step made others too: of dagster-dbt and dagster-sling, in seconds.
DURATION_KEYS: Final = ("Execution Duration", "elapsed_time")

# What dagster-dlt reports of every load, and of one that loaded rows.
DLT_KEYS: Final = frozenset({"jobs", "first_run", "dataset_name"})
DLT_COUNT_KEY: Final = "rows_loaded"

MAX_TEXT_CHARACTERS: Final = 1_000
MAX_METADATA_CHARACTERS: Final = 16_000

Counts = dict[str, Any]  # whole numbers, by the execution's field


def combined(reported: Sequence[Metadata], keys: CountKeys) -> Metadata:
    """Return what several events of one step say of one asset and partition.

    The last value of each key wins: Dagster adds an event without metadata after those that the code logs. Counts add
    up only in events that say so, as code that logs an event for each chunk does.
    """
    if len(reported) == 1:
        return reported[0]
    merged: dict[str, dg.MetadataValue[Any]] = {}
    for metadata in reported:
        flag = metadata.get(COUNTS_KEY)
        adds_up = flag is not None and flag.value == COUNTS_THAT_ADD_UP
        for key, entry in metadata.items():
            before = whole_count(merged[key]) if adds_up and key in merged and keys.place(key) else None
            count = None if before is None else whole_count(entry)
            merged[key] = entry if before is None or count is None else dg.MetadataValue.int(before + count)
    return merged


def row_counts(metadata: Metadata, keys: CountKeys = PRESETS_ALONE) -> Counts:
    """Return the counts among the metadata of a materialization, by the execution's field."""
    if _is_load_without_count(metadata) and PARTITION_ROW_COUNT_KEY in metadata:
        # dagster-dlt writes 0 for a number that it does not know.
        metadata = {key: entry for key, entry in metadata.items() if key != PARTITION_ROW_COUNT_KEY}
    return keys.counts(metadata)


def range_counts(partitions: Sequence[Metadata], keys: CountKeys = PRESETS_ALONE) -> list[Counts]:
    """Return the counts of the partitions that one step materialized at once, in their order.

    Dagster repeats the metadata of the step on every partition. A number that all of them carry is most likely the
    step's, and counting it once a partition would make it many times what it is; so it is left out. What is a
    partition's by its name is believed, unless all that the partitions report is the same.
    """
    found = [row_counts(metadata, keys) for metadata in partitions]
    if len(found) < 2:
        return found
    for field in COUNT_KEYS:
        if len({counts.get(field) for counts in found}) == 1:
            for counts in found:
                counts.pop(field, None)
    if all(metadata == partitions[0] for metadata in partitions):
        return found
    for counts, metadata in zip(found, partitions, strict=True):
        own = metadata.get(PARTITION_ROW_COUNT_KEY)
        if own is not None and (count := whole_count(own)) is not None:
            counts.setdefault("total_rows", count)
    return found


def may_be_no_change(metadata: Metadata) -> bool:
    """Return whether this is a load of an integration that reports rows where there are some, and reported none.

    dagster-dlt leaves the number out for a load of no rows, and for a resource whose rows name their tables; of the
    latter it knows no columns.
    """
    schema = metadata.get(COLUMN_SCHEMA_KEY)
    return _is_load_without_count(metadata) and (schema is None or bool(getattr(schema.value, "columns", ())))


def own_duration(metadata: Metadata) -> float | None:
    """Return how many seconds the asset itself took, where the materialization says so.

    dagster-sling repeats the time of the replication on each of its streams, unless it streams what Sling reports; it
    names the table then.
    """
    is_of_replication = SLING_STREAM_KEY in metadata and TABLE_NAME_KEY in metadata
    for key in () if is_of_replication else DURATION_KEYS:
        entry = metadata.get(key)
        value = None if entry is None else entry.value
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= sys.float_info.max:
            return float(value)
    return None


def _is_load_without_count(metadata: Metadata) -> bool:
    return "first_run" in metadata and DLT_COUNT_KEY not in metadata and metadata.keys() >= DLT_KEYS


def next_watermark(metadata: Metadata) -> str | None:
    """Where the watermark goes, if the materialization says so."""
    entry = metadata.get(NEXT_WATERMARK_KEY)
    value = None if entry is None else entry.value
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def plain_metadata(metadata: Metadata) -> dict[str, Any]:
    """The metadata that a table can show: numbers, flags and short texts, as long as there is room."""
    plain: dict[str, Any] = {}
    room = MAX_METADATA_CHARACTERS
    for key, entry in metadata.items():
        value = entry.value
        if isinstance(value, str):
            size = len(value)
            if size > MAX_TEXT_CHARACTERS:
                continue
        elif isinstance(value, bool | int):
            size = 20
        elif isinstance(value, float):
            size = 20
            if not math.isfinite(value):
                value = str(value)  # JSON knows no NaN
        else:
            continue
        room -= size + len(key)
        if room < 0:
            break
        plain[key] = value
    return plain
