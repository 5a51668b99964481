"""Pipelines and addresses, their types, and their names."""

from __future__ import annotations

from watcher_core.catalog.addresses import (
    addresses_of_pipelines,
    clean_address,
    ensure_addresses,
    find_address_id,
    get_or_create_address,
    get_or_create_address_type,
    list_address_types,
    list_addresses,
    retype_addresses,
    update_address,
    update_address_type,
)
from watcher_core.catalog.names import by_names, by_reference
from watcher_core.catalog.pipelines import (
    clean_configuration,
    configure_pipelines,
    declare_configuration,
    ensure_pipelines,
    get_or_create_pipeline,
    get_or_create_pipeline_type,
    get_pipeline,
    list_pipeline_types,
    list_pipelines,
    update_pipeline,
    update_pipeline_type,
)

__all__ = [
    "addresses_of_pipelines",
    "by_names",
    "by_reference",
    "clean_address",
    "clean_configuration",
    "configure_pipelines",
    "declare_configuration",
    "ensure_addresses",
    "ensure_pipelines",
    "find_address_id",
    "get_or_create_address",
    "get_or_create_address_type",
    "get_or_create_pipeline",
    "get_or_create_pipeline_type",
    "get_pipeline",
    "list_address_types",
    "list_addresses",
    "list_pipeline_types",
    "list_pipelines",
    "retype_addresses",
    "update_address",
    "update_address_type",
    "update_pipeline",
    "update_pipeline_type",
]
