"""Where integrations say that data lies: what each of them writes into metadata, read as one form. Pure.

An integration that knows less than the whole place is not believed across assets: two assets whose table is `orders`
need not have the same. Its table and data set are then kept as parts of an address that is named by the asset's key.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final

import dagster as dg

from watcher_dagster import metadata as keys

logger = logging.getLogger("watcher.dagster")

# What dagster-dlt and dagster-sling put into the definitions of their assets: objects and configuration of theirs.
DLT_PIPELINE_KEY: Final = "dagster_dlt/pipeline"
DLT_SOURCE_KEY: Final = "dagster_dlt/source"
SLING_CONFIGURATION_KEY: Final = "dagster_sling/sling_replication_config"
SLING_TRANSLATOR_KEY: Final = "dagster_sling/dagster_sling_translator"
SLING_STREAM_NAME_KEY: Final = "stream_name"
# The name of `dagster/table_name` in Dagster before 1.8.
LEGACY_TABLE_NAME_KEY: Final = "dagster/relation_identifier"
# Where an I/O manager that writes files has written.
PATH_KEY: Final = "path"

_DUCKDB_FILE = re.compile(
    r"(?P<path>.+\.(?:duckdb|ddb|db)|.*[/\\][^/\\]+|:memory:|(?:md|motherduck):[^/\\.]*)", re.IGNORECASE
)


@dataclass(frozen=True)
class Location:
    """A place, as far as it is known.

    Attributes:
        name: Its whole name; `None` where a part of it is not known.
        kind: What says of which type it is: a storage, the name of a connection, the end of a file's name.
        database, schema, table: The parts that are known.
    """

    name: str | None
    kind: str | None = None
    database: str | None = None
    schema: str | None = None
    table: str | None = None


def integration_location(
    metadata: Mapping[str, Any], *, asset_key: dg.AssetKey, partition: str | None
) -> Location | None:
    """Return the place that an integration wrote into the metadata of a definition or a materialization.

    Args:
        metadata: Of either.
        asset_key: Of the asset.
        partition: The partition of a materialization.

    Returns:
        `None` where no integration says anything.
    """
    for found in (
        _dlt_definition(metadata),
        _dlt_load(metadata),
        _sling_definition(metadata, asset_key),
        _sling_load(metadata),
    ):
        if found is not None:
            return found
    return _table(metadata) or _file(metadata, partition)


# Tables


def _table(metadata: Mapping[str, Any]) -> Location | None:
    """A table by its name: all but the last part say where it is, so that a name of one part says too little."""
    name = _text(metadata, keys.TABLE_NAME_KEY) or _text(metadata, LEGACY_TABLE_NAME_KEY)
    if name is None:
        return None
    kind = _text(metadata, keys.STORAGE_KIND_KEY)
    parts = name.rsplit(".", 2)
    if len(parts) == 3 and kind in (None, "duckdb", "motherduck") and _DUCKDB_FILE.fullmatch(parts[0]):
        return _duckdb(*parts)
    if len(parts) == 1:
        return Location(None, kind=kind, table=name)
    return Location(name, kind=kind)


def _duckdb(path: str, schema: str, table: str) -> Location:
    """A table of a DuckDB file, under the name that the file has in DuckDB and in dbt."""
    if path == ":memory:":
        return Location(None, kind="duckdb", schema=schema, table=table)  # there is one in each process
    is_remote = path.partition(":")[0].lower() in ("md", "motherduck")
    file = path.partition(":")[2].partition("?")[0] if is_remote else re.split(r"[/\\]", path)[-1]
    database = file.partition(".")[0] or "my_db"
    name = f"{database}.{schema}.{table}"
    return Location(name, "motherduck" if is_remote else "duckdb", database=database, schema=schema, table=table)


# Files


def _file(metadata: Mapping[str, Any], partition: str | None) -> Location | None:
    """The file that an I/O manager wrote, or the directory of its partitions.

    A file without an end, as pickled objects have it, belongs to Dagster and is nobody's table.
    """
    entry = metadata.get(PATH_KEY)
    if not isinstance(entry, dg.PathMetadataValue) or not isinstance(entry.path, str):
        return None
    path = entry.path.replace("\\", "/")
    end = PurePosixPath(path).suffix
    if not end:
        return None
    name = path if partition is None else _without_partition(path, partition)
    return Location(name, kind=end.removeprefix("."))


def _without_partition(path: str, partition: str) -> str:
    """The path up to the last component that does not name the partition, or one of its dimensions."""
    names = {partition, *partition.split("|")}
    names |= {name.replace("/", "_") for name in names} | {part for name in names for part in name.split("/")}
    components = path.split("/")
    while len(components) > 1:
        last = components[-1].rpartition("=")[2]
        if last not in names and last.rpartition(".")[0] not in names:
            break
        components.pop()
    return "/".join(components)


# dlt


def _dlt_definition(metadata: Mapping[str, Any]) -> Location | None:
    pipeline = _object(metadata.get(DLT_PIPELINE_KEY))
    if pipeline is None:
        return None
    table = _text(metadata, keys.TABLE_NAME_KEY)
    try:
        return _dlt_place(pipeline, table, is_one_table=not _is_dynamic(metadata, table))
    except Exception as error:  # dlt raises what it likes where its configuration is not complete
        logger.info("dlt pipeline %s: its destination is not known here: %s", pipeline, error)
    destination, data_set = _known_text(pipeline.destination, "destination_name"), _known_text(pipeline, "dataset_name")
    if not (destination and data_set and table) or _is_dynamic(metadata, table):
        return Location(None, kind=destination, schema=data_set, table=table)
    return Location(f"{destination}.{data_set}.{table}", kind=destination, schema=data_set, table=table)


def _dlt_place(pipeline: Any, table: str | None, *, is_one_table: bool) -> Location:
    """The place as dlt has it configured: its client is made for that, and does not connect."""
    client = pipeline.destination_client()
    configuration = client.config
    kind = str(pipeline.destination.destination_type).rpartition(".")[2]
    sql = getattr(client, "sql_client", None)
    data_set = _known_text(sql, "dataset_name") or str(pipeline.dataset_name)
    table = None if table is None else client.schema.naming.normalize_table_identifier(table)
    bucket = _known_text(configuration, "bucket_url")
    if table is None or not is_one_table:
        return Location(None, kind=kind, schema=data_set, table=table if is_one_table else None)
    if bucket:
        return Location(f"{bucket.rstrip('/')}/{data_set}/{table}", schema=data_set, table=table)
    credentials = getattr(configuration, "credentials", None)
    database = _known_text(credentials, "database") or _known_text(credentials, "project_id")
    if database and kind in ("duckdb", "motherduck"):
        path = database if kind == "duckdb" else f"md:{database}"
        return _duckdb(path, data_set, table)
    first = database or str(pipeline.destination.destination_name)
    return Location(f"{first}.{data_set}.{table}", kind, database=database, schema=data_set, table=table)


def _is_dynamic(metadata: Mapping[str, Any], table: str | None) -> bool:
    """Whether the resource names a table for each row, so that its own name is that of none."""
    resources = getattr(_object(metadata.get(DLT_SOURCE_KEY)), "resources", None)
    try:
        return table is not None and resources is not None and callable(resources[table].table_name)
    except Exception:  # a translator may have given any name
        return False


def _dlt_load(metadata: Mapping[str, Any]) -> Location | None:
    """A load: its data set is right, and its table name has that of dlt's schema in the place of the data set."""
    data_set, destination = _text(metadata, "dataset_name"), _text(metadata, "destination_name")
    if data_set is None or destination is None or "first_run" not in metadata:
        return None
    kind = (_text(metadata, "destination_type") or destination).rpartition(".")[2]
    table = (_text(metadata, keys.TABLE_NAME_KEY) or "").rpartition(".")[2] or None
    name = None if table is None else f"{destination}.{data_set}.{table}"
    return Location(name, kind=kind, schema=data_set, table=table)


# Sling


class _Same:
    """An object that is equal to itself alone, so that what cannot be hashed is a key of a cache."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(maxsize=16)
def _sling_streams(configuration: _Same, translator: _Same) -> dict[dg.AssetKey, str]:
    """The streams of a replication by the keys of their assets: a definition does not name its stream."""
    streams = configuration.value.get("streams") or {}
    return {
        translator.value.get_asset_spec({"name": name, "config": stream}).key: name for name, stream in streams.items()
    }


def _sling_definition(metadata: Mapping[str, Any], asset_key: dg.AssetKey) -> Location | None:
    configuration, translator = metadata.get(SLING_CONFIGURATION_KEY), metadata.get(SLING_TRANSLATOR_KEY)
    if not isinstance(configuration, Mapping):
        return None
    target = configuration.get("target")
    unknown = Location(None, kind=target if isinstance(target, str) else None)
    try:
        name = _sling_streams(_Same(configuration), _Same(translator))[asset_key]
    except Exception as error:  # a project's translator raises what it likes
        logger.info("asset %s: its stream is not known: %s", asset_key.to_user_string(), error)
        return unknown
    own, defaults = configuration["streams"][name], configuration.get("defaults")
    written = next(
        (found["object"] for found in (own, defaults) if isinstance(found, Mapping) and found.get("object")), None
    )
    if not isinstance(target, str) or not isinstance(written, str):
        return unknown
    *schema, table = name.replace('"', "").rsplit(".", 1)
    known = {"stream_name": name, "stream_schema": "".join(schema), "stream_table": table}
    for placeholder, value in known.items():
        written = written.replace(f"{{{placeholder}}}", value).replace(f"{{{placeholder}_lower}}", value.lower())
    return _sling_place(target, written)


def _sling_load(metadata: Mapping[str, Any]) -> Location | None:
    """A load: dagster-sling puts the name of the stream for a table that the replication's defaults name."""
    name, target = _text(metadata, keys.TABLE_NAME_KEY), _text(metadata, keys.STORAGE_KIND_KEY)
    stream = _text(metadata, SLING_STREAM_NAME_KEY)
    if stream is None or name is None or target is None or not name.startswith(f"{target}."):
        return None
    written = name.removeprefix(f"{target}.")
    return Location(None, kind=target) if written == stream else _sling_place(target, written)


def _sling_place(target: str, written: str) -> Location:
    if "{" in written or "*" in written:
        return Location(None, kind=target)
    if "://" in written:
        return Location(written, kind=target)
    *schema, table = written.replace('"', "").rsplit(".", 1)
    return Location(f"{target}.{written}", kind=target, schema="".join(schema) or None, table=table)


# Values


def _text(metadata: Mapping[str, Any], key: str) -> str | None:
    value = _object(metadata.get(key))
    return value.strip() or None if isinstance(value, str) else None


def _object(value: Any) -> Any:
    """A value without what Dagster wraps it in."""
    if isinstance(value, dg.MetadataValue):
        return value.value
    return value


def _known_text(owner: object, attribute: str) -> str | None:
    value = getattr(owner, attribute, None)
    return value or None if isinstance(value, str) else None


def connection_kinds(name: str) -> Iterable[str]:
    """The words of a connection's name, one of which may be its kind: `MY_POSTGRES`, `snowflake-prod`."""
    return (name, *re.split(r"[\s_.-]+", name))
