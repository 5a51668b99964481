"""Pipelines and addresses, their types, and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watcher_core.lazy import exported

if TYPE_CHECKING:
    from watcher_core.catalog.addresses import (
        addresses_of_pipelines,
        clean_address,
        current_names,
        ensure_addresses,
        find_address_id,
        find_named_address,
        get_or_create_address,
        get_or_create_address_type,
        list_address_types,
        list_addresses,
        merge_rows,
        provisional_ids,
        retype_addresses,
        update_address,
        update_address_type,
    )
    from watcher_core.catalog.lookup import FoundPipeline, find_pipeline
    from watcher_core.catalog.names import by_names, by_reference
    from watcher_core.catalog.pipelines import (
        clean_configuration,
        configure_pipelines,
        current_pipeline_names,
        declare_configuration,
        ensure_pipelines,
        get_or_create_pipeline,
        get_or_create_pipeline_type,
        get_pipeline,
        get_pipeline_type,
        list_pipeline_types,
        list_pipelines,
        update_pipeline,
        update_pipeline_type,
    )

__all__ = [
    "FoundPipeline",
    "addresses_of_pipelines",
    "by_names",
    "by_reference",
    "clean_address",
    "clean_configuration",
    "configure_pipelines",
    "current_names",
    "current_pipeline_names",
    "declare_configuration",
    "ensure_addresses",
    "ensure_pipelines",
    "find_address_id",
    "find_named_address",
    "find_pipeline",
    "get_or_create_address",
    "get_or_create_address_type",
    "get_or_create_pipeline",
    "get_or_create_pipeline_type",
    "get_pipeline",
    "get_pipeline_type",
    "list_address_types",
    "list_addresses",
    "list_pipeline_types",
    "list_pipelines",
    "merge_rows",
    "provisional_ids",
    "retype_addresses",
    "update_address",
    "update_address_type",
    "update_pipeline",
    "update_pipeline_type",
]

_MODULES = {
    "FoundPipeline": "lookup",
    "addresses_of_pipelines": "addresses",
    "by_names": "names",
    "by_reference": "names",
    "clean_address": "addresses",
    "clean_configuration": "pipelines",
    "configure_pipelines": "pipelines",
    "current_names": "addresses",
    "current_pipeline_names": "pipelines",
    "declare_configuration": "pipelines",
    "ensure_addresses": "addresses",
    "ensure_pipelines": "pipelines",
    "find_address_id": "addresses",
    "find_named_address": "addresses",
    "find_pipeline": "lookup",
    "get_or_create_address": "addresses",
    "get_or_create_address_type": "addresses",
    "get_or_create_pipeline": "pipelines",
    "get_or_create_pipeline_type": "pipelines",
    "get_pipeline": "pipelines",
    "get_pipeline_type": "pipelines",
    "list_address_types": "addresses",
    "list_addresses": "addresses",
    "list_pipeline_types": "pipelines",
    "list_pipelines": "pipelines",
    "merge_rows": "addresses",
    "provisional_ids": "addresses",
    "retype_addresses": "addresses",
    "update_address": "addresses",
    "update_address_type": "addresses",
    "update_pipeline": "pipelines",
    "update_pipeline_type": "pipelines",
}

__getattr__, __dir__ = exported(__name__, _MODULES)
