"""Which metadata of a materialization is a number of rows, and which of an execution's counts it is.

Ours come first, then what the project says (`count_keys`), then Dagster's own, then those that integrations and many
projects write. Three things differ, and are kept apart: zero rows (the number 0), an unknown number (no key), and no
number at all (a key whose value is none).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import dagster as dg

from watcher_core import InvalidValueError
from watcher_dagster.metadata import COUNT_KEYS, PARTITION_ROW_COUNT_KEY, ROW_COUNT_KEY

PROJECTS: Final = "many projects"

# By the execution's field, the best first, each with who writes it. `inserts` are rows that the execution wrote,
# `total_rows` is the total of the table, or of the partition.
PRESETS: Final[Mapping[str, Mapping[str, str]]] = {
    "total_rows": {
        PARTITION_ROW_COUNT_KEY: "Dagster's name for the rows of a partition; dagster-dlt",
        ROW_COUNT_KEY: "Dagster's name for the rows of a table; dagster-dbt, -dlt and -sling, if asked to",
        "dagster/total_row_count": "Dagster before 1.7.3",
        "row_count": "the I/O managers for DuckDB, Snowflake and BigQuery before Dagster 1.7",
        "num_rows": PROJECTS,
        "nrows": PROJECTS,
        "n_rows": PROJECTS,
        "number_of_rows": PROJECTS,
        "num_records": PROJECTS,
        "number_of_records": PROJECTS,
        "record_count": PROJECTS,
        "total_rows": PROJECTS,
    },
    "inserts": {
        "rows_loaded": "dagster-dlt; a load of no rows has no such key",
        "recordsCommitted": "dagster-airbyte",
        "rows_synced": "Airbyte, where a project passes the job on",
        "rowsSynced": "Airbyte, where a project passes the job on",
        "rows_updated_or_inserted": "Fivetran, where a project passes its audit table on",
        "rows_affected": "a dbt adapter's response, where a project passes it on",
        "rows_inserted": PROJECTS,
        "inserted_rows": PROJECTS,
        "records_inserted": PROJECTS,
    },
    "updates": {"rows_updated": PROJECTS, "updated_rows": PROJECTS, "records_updated": PROJECTS},
    "soft_deletes": {"rows_deleted": PROJECTS, "deleted_rows": PROJECTS, "records_deleted": PROJECTS},
}
# dagster-sling's `row_count` is what a stream has inserted; its materializations name the stream.
SLING_COUNT_KEY: Final = "row_count"
SLING_STREAM_KEY: Final = "stream_name"

NONE: Final = "none"

MAX_COUNT: Final = 2**63 - 1

Metadata = Mapping[str, dg.MetadataValue[Any]]
Place = tuple[int, str]  # how good a key is, lower is better, and the field that it counts


class CountKeys:
    """The keys that count rows in a project: the presets and its own.

    Args:
        own: Keys of the project, each with the field that it counts: `inserts`, `updates`, `soft_deletes` or
            `total_rows`; or `none`, for a key that counts no rows, whatever the presets say.
        setting: The same as text: `WATCHER_COUNT_KEYS`, as in `rows written=inserts, row_count=none`. What `own` says
            of a key wins.

    Raises:
        InvalidValueError: It names no such field, or no key.
    """

    def __init__(self, own: Mapping[str, str] | None = None, *, setting: str | None = None) -> None:
        self._own: dict[str, Place | None] = {}
        named = [("count_keys", key, field) for key, field in (own or {}).items()]
        named += [("WATCHER_COUNT_KEYS", *_split(entry)) for entry in (setting or "").split(",") if entry.strip()]
        for rank, (origin, key, field) in enumerate(named):
            if not isinstance(key, str) or not key.strip() or field not in (*COUNT_KEYS, NONE):
                raise InvalidValueError(
                    f"{origin} has {key!r}: {field!r}; it must be a key with one of {', '.join(COUNT_KEYS)}, {NONE}"
                )
            self._own.setdefault(key, None if field == NONE else (rank, field))

    def place(self, key: str) -> Place | None:
        """Return which field a key counts; `None` where it counts no rows."""
        return self._own[key] if key in self._own else _preset(key)

    def counts(self, metadata: Metadata) -> dict[str, Any]:
        """Return the counts among metadata, by the execution's field.

        What is no whole number of rows is no count; it stays among the metadata.
        """
        best: dict[str, tuple[int, int]] = {}
        for key, entry in metadata.items():
            place = self.place(key)
            if place is None:
                continue
            rank, field = place
            if key == SLING_COUNT_KEY and SLING_STREAM_KEY in metadata and key not in self._own:
                field = "inserts"
            if (field not in best or rank < best[field][0]) and (count := whole_count(entry)) is not None:
                best[field] = rank, count
        return {field: count for field, (_, count) in best.items()}


def _split(entry: str) -> tuple[str, str]:
    key, _, field = entry.rpartition("=")
    return key.strip(), field.strip()


def whole_count(entry: dg.MetadataValue[Any]) -> int | None:
    """Return a value as a number of rows: a whole number, also as a float or as digits; `None` for all else."""
    value = entry.value
    if (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19) or (
        isinstance(value, float) and value.is_integer()
    ):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        return None
    return value


# Ours before the project's own, whose ranks begin at 0, and these before the presets.
_OURS: Final[Mapping[str, Place]] = {key: (-1, field) for field, key in COUNT_KEYS.items()}
_PRESET_PLACES: Final[Mapping[str, Place]] = {
    key: (1_000_000 + rank, field) for field, keys in PRESETS.items() for rank, key in enumerate(keys)
}


@lru_cache(maxsize=10_000)
def _preset(key: str) -> Place | None:
    """The place of a key that every project has; `Number of records` is `number_of_records`."""
    known = _OURS.get(key) or _PRESET_PLACES.get(key)
    if known is not None or "/" in key:
        return known
    return _PRESET_PLACES.get("_".join(key.casefold().replace("-", " ").split()))


PRESETS_ALONE: Final = CountKeys()
