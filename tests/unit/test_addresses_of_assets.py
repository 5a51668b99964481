"""Where an asset lives, as its definition or a materialization tells it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from watcher_core import Address
from watcher_core.storages import STORAGES, address_type
from watcher_dagster import watcher_metadata
from watcher_dagster.lineage.addresses import (
    AssetAddress,
    key_address,
    kind,
    materialization_address,
    spec_address,
)

KEY = ["shop", "orders"]
AT_KEY = "shop/orders"


def of_spec(metadata: dict[str, Any] | None = None, kinds: set[str] | None = None) -> AssetAddress:
    return spec_address(dg.AssetSpec(KEY, metadata=metadata, kinds=kinds))


def of_event(metadata: dict[str, Any], partition: str | None = None) -> AssetAddress:
    return materialization_address(dg.AssetMaterialization(KEY, metadata=metadata, partition=partition))


# The name


def test_an_asset_that_says_nothing_lives_at_its_key() -> None:
    assert (
        of_spec()
        == of_event({})
        == key_address(AT_KEY)
        == AssetAddress(Address(AT_KEY, "asset", "dagster", provisional=True))
    )


@pytest.mark.parametrize("of", [of_spec, of_event])
def test_what_comes_first(of: Any) -> None:
    told: dict[str, Any] = {"dagster/table_name": "sales.orders"}
    assert of(told).address.name == "sales.orders"
    told = {"dagster/uri": "s3://shop/orders"} | told
    assert of(told).address.name == "s3://shop/orders"
    told |= watcher_metadata(address="the warehouse")
    assert of(told).address.name == "the warehouse"
    assert of(told).has_location


def test_names_are_kept_as_they_are_given_but_for_blanks_around_them() -> None:
    assert of_spec({"dagster/uri": " s3://Shop/Örders "}).address.name == "s3://Shop/Örders"


@pytest.mark.parametrize(
    "value",
    [
        dg.MetadataValue.text("s3://a/b"),
        dg.MetadataValue.url("s3://a/b"),
        dg.MetadataValue.path("s3://a/b"),
        "s3://a/b",
    ],
)
def test_wrapped_values(value: object) -> None:
    assert of_spec({"dagster/uri": value}).address == Address("s3://a/b", "s3", "bucket")


def test_a_path() -> None:
    assert of_spec({"dagster/uri": Path("/data/orders.csv")}).address.name == "/data/orders.csv"


@pytest.mark.parametrize("value", ["", "  ", 7, None, ["a"], {"a": 1}, "a\x00b", "\ud800", "a" * 2049, "ü" * 1025])
def test_what_cannot_be_a_name_is_passed_over(value: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "watcher.dagster"):
        found = of_spec({"watcher/address": value, "dagster/table_name": "sales.orders"})
    assert found.address.name == "sales.orders"
    (told,) = caplog.messages
    assert told.startswith("asset shop/orders: watcher/address is ")
    assert len(told) < 300


def test_the_longest_name() -> None:
    assert of_spec({"watcher/address": "a" * 2048}).address.name == "a" * 2048


def test_the_uri_of_a_partition_is_not_that_of_the_asset() -> None:
    told = {"dagster/uri": "s3://shop/orders/2024-01-01"}
    assert not of_event(told, partition="2024-01-01").has_location
    assert of_event(told).has_location
    told["dagster/table_name"] = "sales.orders"
    assert of_event(told, partition="2024-01-01").address.name == "sales.orders"
    assert of_event(told | {"watcher/address": "x"}, partition="2024-01-01").address.name == "x"


def test_secrets_are_taken_out() -> None:
    found = of_spec({"dagster/uri": "postgresql://ann:se@cret@host:5432/db?password=x"})
    assert found.address.name == "postgresql://ann@host:5432/db?password=***"


def test_a_secret_in_a_name_that_is_refused_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    of_spec({"dagster/uri": "postgresql://ann:secret@host/" + "a" * 3000})
    assert "secret" not in caplog.text
    assert "postgresql://ann@host/" in caplog.text


# The type


@pytest.mark.parametrize("of", [of_spec, of_event])
def test_what_comes_first_for_the_type(of: Any) -> None:
    told = {"dagster/uri": "s3://a/b"}
    assert of(told).address == Address("s3://a/b", "s3", "bucket")
    told["dagster/storage_kind"] = "Snowflake"
    assert of(told).address == Address("s3://a/b", "snowflake", "warehouse")
    told |= watcher_metadata(address_type="postgresql")
    assert of(told).address == Address("s3://a/b", "postgresql", "database")
    told |= watcher_metadata(address_type="Ours")
    assert of(told).address == Address("s3://a/b", "Ours", "other")
    told |= watcher_metadata(address_type_group="tape")
    assert of(told).address == Address("s3://a/b", "Ours", "tape")
    assert of(told).is_typed


def test_a_kind_comes_before_the_scheme_and_after_the_storage_kind() -> None:
    told = {"dagster/uri": "s3://a/b"}
    assert of_spec(told, {"iceberg"}).address.address_type_name == "iceberg"
    assert of_spec(told | {"dagster/storage_kind": "duckdb"}, {"iceberg"}).address.address_type_name == "duckdb"


@pytest.mark.parametrize(
    ("kinds", "name"),
    [
        ({"python", "postgres"}, "postgresql"),
        ({"dbt", "snowflake"}, "snowflake"),
        ({"parquet", "s3"}, "s3"),
        ({"duckdb", "csv"}, "duckdb"),
        ({"Azure Blob Storage"}, "azureblob"),
        ({"google_sheets"}, "googlesheets"),
        ({"python", "pandas"}, "asset"),
        (set(), "asset"),
    ],
)
def test_the_kind_that_is_a_storage(kinds: set[str], name: str) -> None:
    assert of_spec(kinds=kinds).address.address_type_name == name
    assert of_spec(kinds=kinds).is_typed == (name != "asset")


@pytest.mark.parametrize(
    ("uri", "type_name", "group"),
    [
        ("s3://a/b", "s3", "bucket"),
        ("S3A://a/b", "s3", "bucket"),
        ("gs://a/b", "gcs", "bucket"),
        ("abfss://c@a.dfs.core.windows.net/b", "adls", "bucket"),
        ("wasbs://c@a/b", "azureblob", "bucket"),
        ("postgres://host/db", "postgresql", "database"),
        ("postgresql+psycopg2://host/db", "postgresql", "database"),
        ("jdbc:mysql://host/db", "mysql", "database"),
        ("mssql+pyodbc://host/db", "sqlserver", "database"),
        ("mongodb+srv://host/db", "mongodb", "database"),
        ("snowflake://account/db", "snowflake", "warehouse"),
        ("bigquery://project/dataset", "bigquery", "warehouse"),
        ("https://api.example.com/v1", "http", "api"),
        ("kafka://broker/topic", "kafka", "stream"),
        ("file:///data/orders.csv", "file", "file"),
        ("ipfs://a", "ipfs", "other"),
        ("orders.csv", "asset", "dagster"),
    ],
)
def test_the_scheme_of_a_uri(uri: str, type_name: str, group: str) -> None:
    found = of_spec({"dagster/uri": uri}).address
    assert (found.address_type_name, found.address_type_group_name) == (type_name, group)


def test_no_spelling_means_two_types() -> None:
    spellings = [
        spelling for types in STORAGES.values() for name, others in types.items() for spelling in (name, *others)
    ]
    assert len(spellings) == len(set(spellings))
    assert all(address_type(spelling) for spelling in spellings)
    assert address_type("python") is None


def test_a_type_as_a_kind() -> None:
    assert [kind(name) for name in ("postgresql", "Our Tape", "ü", "a" * 70)] == [
        "postgresql", "our_tape", "asset", "a" * 63,
    ]  # fmt: skip
    assert dg.AssetSpec("a", tags={"dagster/kind/" + kind("Größe / x"): ""}).kinds == {"gr_e_x"}


# Two that tell, and what is on record


def told(name: str = "", type_name: str = "") -> AssetAddress:
    address = Address(name or AT_KEY, type_name or "asset", f"group of {type_name}" if type_name else "dagster")
    return AssetAddress(address, has_location=bool(name), is_typed=bool(type_name))


@pytest.mark.parametrize(
    ("definition", "event", "both"),
    [
        (told(), told(), told()),
        (told("a", "s3"), told("b", "gcs"), told("a", "s3")),
        (told("a"), told("b", "gcs"), told("a", "gcs")),
        (told("", "s3"), told("b", "gcs"), told("b", "s3")),
        (told(), told("b", "gcs"), told("b", "gcs")),
        (told("a", "s3"), told(), told("a", "s3")),
    ],
)
def test_one_over_the_other(definition: AssetAddress, event: AssetAddress, both: AssetAddress) -> None:
    assert definition.over(event) == both


@pytest.mark.parametrize(
    ("asset", "known", "settled"),
    [
        (told(), None, told()),
        (told(), told("a", "s3"), told("a", "s3")),
        (told("", "duckdb"), told("a", "s3"), told("a", "s3")),
        (told("", "duckdb"), told(AT_KEY, "s3"), told("", "duckdb")),
        (told(), told(AT_KEY, "s3"), told("", "s3")),
        (told("a"), told("a", "s3"), told("a", "s3")),
        (told("a", "gcs"), told("a", "s3"), told("a", "gcs")),
        (told("b"), told("a", "s3"), told("b")),
    ],
)
def test_what_nothing_tells_of_stays_as_it_is_on_record(
    asset: AssetAddress, known: AssetAddress | None, settled: AssetAddress
) -> None:
    on_record = (
        None
        if known is None
        else Address(
            known.address.name,
            known.address.address_type_name,
            known.address.address_type_group_name,
            id=7,
            deprecated=True,
        )
    )
    assert asset.settled(on_record) == settled.address
