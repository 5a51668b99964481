"""Names: a dataset of OpenLineage is an address of ours, and a job is a pipeline.

OpenLineage names a dataset by its namespace, which says where it is, and a name in that. An address has one name: both,
joined as a URL is. Producers write the key of an object with a slash before it, or without, and some a slash behind the
namespace: all are the same object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from watcher_core import storages, values

SCHEME = re.compile(r"(?:jdbc:)?([a-z][a-z0-9+.-]*)://", re.IGNORECASE)

# What has a namespace without a scheme.
FILE: Final = "file"
BIGQUERY: Final = "bigquery"
PUBSUB: Final = "pubsub"
GLUE: Final = "arn:aws:glue:"

# The scheme of a namespace, by type of address, where the types have other spellings of their own.
SCHEMES: Final[Mapping[str, str]] = {
    "athena": "awsathena",
    "gcs": "gs",
    "postgresql": "postgres",
    "s3": "s3",
    "sqlserver": "mssql",
}

# The ports of namespaces, by type, where a URL leaves them out because they are the usual ones.
PORTS: Final[Mapping[str, int]] = {
    "mysql": 3306,
    "oracle": 1521,
    "postgresql": 5432,
    "redshift": 5439,
    "sqlserver": 1433,
}

# The types whose tables have names with slashes.
SLASHED: Final = ("cosmosdb", "sqlite", "duckdb", "lancedb", "deltalake", "hudi", "iceberg")

# The type of what has a namespace that says nothing.
OTHER_TYPE: Final = "dataset"

TABLE_GROUPS: Final = ("database", "warehouse")

# The type of the pipelines that are first heard of by OpenLineage.
PIPELINE_TYPE: Final = "openlineage"


def address_name(namespace: str, name: str) -> str:
    """Return the name of the address of a dataset."""
    base = "file://" if namespace == FILE else namespace
    is_scheme = base.endswith("://")
    if not is_scheme:
        base = base.removesuffix("/")
    return f"{base}{name}" if is_scheme or name.startswith("/") else f"{base}/{name}"


def address_of(namespace: str, name: str) -> values.Address:
    """Return the address of a dataset."""
    type_name, group = _type(namespace)
    parts = name.split(".") if group in TABLE_GROUPS else []
    database, schema, table = ([None] * (3 - len(parts)) + parts)[-3:] if len(parts) in (2, 3) else [None] * 3
    return values.Address(
        address_name(namespace, name),
        type_name,
        group,
        database_name=database,
        schema_name=schema,
        table_name=table,
        address_metadata={storages.NAMED_AS: {"namespace": namespace, "name": name}},
    )


def dataset_of(address: values.Address, default_namespace: str = OTHER_TYPE) -> tuple[str, str]:
    """Return the namespace and the name of an address: those that it came with, else as the specification has them.

    Args:
        address: The address.
        default_namespace: The namespace of one that does not say where it is.
    """
    known = _named_as(address)
    if known is not None:
        return known
    scheme = SCHEME.match(address.name)
    if scheme is None:
        return _without_scheme(address, default_namespace)
    place, slash, name = address.name[scheme.end() :].partition("/")
    word = _kind(scheme[1])
    if word == FILE and not place:
        return FILE, f"/{name}"
    type_name, group = _type(scheme[0])
    if type_name == BIGQUERY:
        return BIGQUERY, _dotted(f"{place}/{name}")
    if type_name == PUBSUB:
        return PUBSUB, f"topic:{place}:{name.removeprefix('topics/')}"
    if group in TABLE_GROUPS and type_name not in SLASHED:
        name = _dotted(name)
        port = PORTS.get(type_name)
        place = place.rpartition("@")[2]
        place = f"{place}:{port}" if port and place and not re.search(r":\d+$", place) else place
    return f"{SCHEMES.get(type_name, word)}://{place}", name or slash or "/"


def came_as(address: values.Address) -> str | None:
    """Return the name by which an address came from OpenLineage; `None` where it did not."""
    known = _named_as(address)
    return None if known is None else address_name(*known)


def _named_as(address: values.Address) -> tuple[str, str] | None:
    known = address.address_metadata.get(storages.NAMED_AS)
    if isinstance(known, Mapping) and isinstance(known.get("namespace"), str) and isinstance(known.get("name"), str):
        return known["namespace"], known["name"]
    return None


def _without_scheme(address: values.Address, default_namespace: str) -> tuple[str, str]:
    """What has one namespace wherever it is, is in that one; of the others it is not known where they are."""
    parts = address.name.split(".")
    if address.address_type_name == BIGQUERY and len(parts) == 3 and all(parts):
        return BIGQUERY, address.name
    if address.address_type_group_name == FILE and address.name.startswith("/"):
        return FILE, address.name
    return default_namespace, address.name


def _dotted(path: str) -> str:
    """The name of a table whose parts are those of a path."""
    return ".".join(part for part in path.split("/") if part)


def is_table(address: values.Address) -> bool:
    """Whether the names of an address are those of a table, and not of a place."""
    return address.address_type_group_name in TABLE_GROUPS


def _type(namespace: str) -> tuple[str, str]:
    if namespace.startswith(GLUE):
        return "glue", "warehouse"
    scheme = SCHEME.match(namespace)
    word = _kind(scheme[1]) if scheme else namespace
    known = storages.address_type(word)
    if known is not None:
        return known
    return (word, storages.OTHER_GROUP) if scheme else (OTHER_TYPE, storages.OTHER_GROUP)


def _kind(scheme: str) -> str:
    """What a scheme says of the storage: a URL of SQLAlchemy names a driver behind it, as `mysql+pymysql`."""
    word, plus, _ = scheme.lower().partition("+")
    return word if plus and storages.address_type(word) else scheme.lower()


def pipeline_name(namespace: str, name: str) -> str:
    """Return the name of the pipeline of a job."""
    return f"{namespace}/{name}"
