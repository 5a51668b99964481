"""Names: a dataset of OpenLineage is an address of ours, and a job is a pipeline.

OpenLineage names a dataset by its namespace, which says where it is, and a name in that. An address has one name: both,
joined as a URL is. Producers write the key of an object with a slash before it, or without: both are the same object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from watcher_core import storages, values

# Where an address came from OpenLineage, its metadata have the names that it had there.
NAMED_AS: Final = "openlineage"

SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)

# What has a namespace without a scheme.
FILE: Final = "file"
GLUE: Final = "arn:aws:glue:"

# The type of what has a namespace that says nothing.
OTHER_TYPE: Final = "dataset"

TABLE_GROUPS: Final = ("database", "warehouse")

# The type of the pipelines that are first heard of by OpenLineage.
PIPELINE_TYPE: Final = "openlineage"


def address_name(namespace: str, name: str) -> str:
    """Return the name of the address of a dataset."""
    base = "file://" if namespace == FILE else namespace
    return f"{base}{name}" if name.startswith("/") else f"{base.removesuffix('/')}/{name}"


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
        address_metadata={NAMED_AS: {"namespace": namespace, "name": name}},
    )


def dataset_of(address: values.Address, default_namespace: str = OTHER_TYPE) -> tuple[str, str]:
    """Return the namespace and the name of an address: those that it came with, else those in its URL.

    Args:
        address: The address.
        default_namespace: The namespace of one that is no URL.
    """
    known = address.address_metadata.get(NAMED_AS)
    if isinstance(known, Mapping) and isinstance(known.get("namespace"), str) and isinstance(known.get("name"), str):
        return known["namespace"], known["name"]
    scheme = SCHEME.match(address.name)
    if scheme is None:
        return default_namespace, address.name
    place, slash, name = address.name[scheme.end() :].partition("/")
    if scheme[1].lower() == FILE and not place:
        return FILE, f"/{name}"
    return f"{scheme[0]}{place}", name or slash or "/"


def _type(namespace: str) -> tuple[str, str]:
    if namespace.startswith(GLUE):
        return "glue", "warehouse"
    scheme = SCHEME.match(namespace)
    word = scheme[1] if scheme else namespace
    known = storages.address_type(word)
    if known is not None:
        return known
    return (word.lower(), storages.OTHER_GROUP) if scheme else (OTHER_TYPE, storages.OTHER_GROUP)


def pipeline_name(namespace: str, name: str) -> str:
    """Return the name of the pipeline of a job."""
    return f"{namespace}/{name}"
