"""What a materialization says of an execution: counts, watermark, logical date, and metadata worth keeping."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import dagster as dg

from watcher_dagster.metadata import COUNT_KEYS, NEXT_WATERMARK_KEY, PARTITION_ROW_COUNT_KEY, ROW_COUNT_KEY

# Where the total is found when nobody set ours: Dagster's own keys first, then those that integrations write.
TOTAL_ROWS_KEYS: Final = (
    PARTITION_ROW_COUNT_KEY,
    ROW_COUNT_KEY,
    "dagster/total_row_count",  # Dagster before 1.7.3
    "rows_loaded",  # dagster-dlt
    "recordsCommitted",  # dagster-airbyte
    "row_count",  # dagster-sling, as text; the I/O managers for DuckDB, Snowflake and BigQuery before 1.7
    "rows_affected",  # a dbt adapter's response, where a project passes it on
)

MAX_COUNT: Final = 2**63 - 1
MAX_TEXT_CHARACTERS: Final = 1_000
MAX_METADATA_CHARACTERS: Final = 16_000

Metadata = Mapping[str, dg.MetadataValue[Any]]
Counts = dict[str, Any]  # whole numbers, by the execution's field


def row_counts(metadata: Metadata) -> Counts:
    """The counts among the metadata of a materialization, by the execution's field.

    What is no whole number of rows is no count; it stays among the metadata.
    """
    counts: Counts = {}
    for field, key in COUNT_KEYS.items():
        if key in metadata and (count := _count(metadata[key])) is not None:
            counts[field] = count
    if "total_rows" not in counts:
        for key in TOTAL_ROWS_KEYS:
            if key in metadata and (count := _count(metadata[key])) is not None:
                counts["total_rows"] = count
                break
    return counts


def range_counts(partitions: Sequence[Metadata]) -> list[Counts]:
    """The counts of the partitions that one step materialized at once, in their order.

    Dagster repeats the metadata of the step on every partition. A number that all of them carry is most likely the
    step's, and counting it once a partition would make it many times what it is; so it is left out. Only what is a
    partition's by its name is believed.
    """
    found = [row_counts(metadata) for metadata in partitions]
    if len(found) < 2:
        return found
    for field in COUNT_KEYS:
        if len({counts.get(field) for counts in found}) == 1:
            for counts in found:
                counts.pop(field, None)
    for counts, metadata in zip(found, partitions, strict=True):
        own = metadata.get(PARTITION_ROW_COUNT_KEY)
        if own is not None and (count := _count(own)) is not None:
            counts.setdefault("total_rows", count)
    return found


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


def _count(entry: dg.MetadataValue[Any]) -> int | None:
    value = entry.value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        return None
    return value
