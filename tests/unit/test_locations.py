"""Where integrations say that data lies: events and definitions as they write them, in our own words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from watcher_core import Address
from watcher_dagster.lineage.addresses import AssetAddress, materialization_address, spec_address

KEY = ["shop", "orders"]
AT_KEY = "shop/orders"


def of_event(metadata: dict[str, Any], partition: str | None = None) -> Address:
    return materialization_address(dg.AssetMaterialization(KEY, metadata=metadata, partition=partition)).address


def of_spec(metadata: dict[str, Any], kinds: set[str] | None = None) -> AssetAddress:
    return spec_address(dg.AssetSpec(KEY, metadata=metadata, kinds=kinds))


def parts(address: Address) -> tuple[str | None, ...]:
    return address.database_name, address.schema_name, address.table_name


# Tables


def test_a_name_without_a_place_is_not_believed_across_assets() -> None:
    """Two assets that both call their table `orders` need not have the same one."""
    address = of_event({"dagster/table_name": "orders", "dagster/storage_kind": "snowflake"})
    assert (address.name, address.address_type_name, address.provisional) == (AT_KEY, "snowflake", True)
    assert parts(address) == (None, None, "orders")


@pytest.mark.parametrize(
    ("table_name", "name", "kind"),
    [
        ("/data/w.duckdb.main.orders", "w.main.orders", "duckdb"),
        ("w.duckdb.main.orders", "w.main.orders", "duckdb"),
        ("/data/w.v2.duckdb.main.orders", "w.main.orders", "duckdb"),
        ("/data/w.db.main.orders", "w.main.orders", "duckdb"),
        ("C:\\data\\w.duckdb.main.orders", "w.main.orders", "duckdb"),
        ("/data/warehouse.main.orders", "warehouse.main.orders", "duckdb"),
        ("md:w.main.orders", "w.main.orders", "motherduck"),
        (":memory:.main.orders", AT_KEY, "duckdb"),
    ],
)
def test_a_table_of_duckdb_has_the_name_that_dbt_gives_it(table_name: str, name: str, kind: str) -> None:
    """The I/O manager writes the path of the file in the place of the database."""
    address = of_event({"dagster/table_name": table_name, "Query": dg.MetadataValue.md("SELECT * FROM main.orders")})
    assert (address.name, address.address_type_name) == (name, kind)
    assert address.provisional == (name == AT_KEY)
    dbt = of_spec({"dagster/table_name": "w.main.orders", "dagster/storage_kind": "duckdb"}).address
    assert (dbt.name, dbt.address_type_name) == ("w.main.orders", "duckdb")


def test_the_name_of_the_table_in_older_versions_of_dagster() -> None:
    assert of_event({"dagster/relation_identifier": "db.main.orders"}).name == "db.main.orders"


# Files


@pytest.mark.parametrize(
    ("path", "partition", "name", "kind"),
    [
        ("/data/orders.parquet", None, "/data/orders.parquet", "parquet"),
        ("s3://lake/orders.parquet", None, "s3://lake/orders.parquet", "s3"),
        ("/data/orders/2024-01-01.parquet", "2024-01-01", "/data/orders", "parquet"),
        (
            "/data/orders/day=2024-01-01/part.parquet",
            "2024-01-01",
            "/data/orders/day=2024-01-01/part.parquet",
            "parquet",
        ),
        ("/data/orders/2024-01-01/eu.parquet", "2024-01-01|eu", "/data/orders", "parquet"),
        ("/data/orders/eu/2024-01-01.parquet", "2024-01-01|eu", "/data/orders", "parquet"),
        ("/data/orders.delta", "2024-01-01", "/data/orders.delta", "deltalake"),
        ("/dagster/storage/orders", None, AT_KEY, "asset"),
    ],
)
def test_files_of_io_managers(path: str, partition: str | None, name: str, kind: str) -> None:
    address = of_event({"path": dg.MetadataValue.path(path)}, partition)
    assert (address.name, address.address_type_name) == (name, kind)


def test_a_path_that_no_io_manager_wrote_is_no_address() -> None:
    assert of_event({"path": "/reports/orders.pdf"}).name == AT_KEY


# dlt


class DltPipeline:
    """What of a pipeline of dlt is read."""

    def __init__(
        self, data_set: str, *, kind: str = "duckdb", database: str | None = None, fails: bool = False
    ) -> None:
        self.dataset_name = data_set
        self.destination = SimpleNamespace(
            destination_name="my_destination", destination_type=f"dlt.destinations.{kind}"
        )
        self._database, self._fails = database, fails

    def destination_client(self) -> Any:
        if self._fails:
            raise RuntimeError("credentials are missing")
        return SimpleNamespace(
            config=SimpleNamespace(credentials=SimpleNamespace(database=self._database)),
            sql_client=SimpleNamespace(dataset_name=self.dataset_name.lower()),
            schema=SimpleNamespace(naming=SimpleNamespace(normalize_table_identifier=str.lower)),
        )


def dlt_definition(pipeline: DltPipeline, table: str = "Orders", **more: Any) -> Address:
    return of_spec(
        {
            "dagster/table_name": table,
            "dagster/storage_kind": "my_destination",
            "dagster_dlt/pipeline": pipeline,
            **more,
        }
    ).address


def dlt_load(data_set: str, **more: Any) -> Address:
    return of_event(
        {
            "first_run": False,
            "dataset_name": data_set,
            "destination_name": "duckdb",
            "destination_type": "dlt.destinations.duckdb",
            "dagster/storage_kind": "duckdb",
            **more,
        }
    )


def test_pipelines_of_dlt_into_two_data_sets_have_two_addresses() -> None:
    """The definition alone says a bare resource name."""
    one = dlt_definition(DltPipeline("Raw", database="/data/w.duckdb"))
    other = dlt_definition(DltPipeline("Other", database="/data/w.duckdb"))
    assert (one.name, other.name) == ("w.raw.orders", "w.other.orders")
    assert parts(one) == ("w", "raw", "orders")
    assert one.address_type_name == "duckdb"


@pytest.mark.parametrize(
    ("pipeline", "name", "kind"),
    [
        (DltPipeline("raw", kind="postgres", database="shop"), "shop.raw.orders", "postgresql"),
        (DltPipeline("raw", kind="postgres"), "my_destination.raw.orders", "postgresql"),
        (DltPipeline("raw", fails=True), "my_destination.raw.Orders", "my_destination"),
    ],
)
def test_destinations_of_dlt(pipeline: DltPipeline, name: str, kind: str) -> None:
    address = dlt_definition(pipeline)
    assert (address.name, address.address_type_name) == (name, kind)


def test_a_resource_that_names_a_table_for_each_row_has_no_table_of_its_own() -> None:
    source = SimpleNamespace(resources={"Orders": SimpleNamespace(table_name=lambda row: row["kind"])})
    more: Any = {"dagster_dlt/source": source}
    address = dlt_definition(DltPipeline("raw", database="/data/w.duckdb"), **more)
    assert (address.name, address.provisional, parts(address)) == (AT_KEY, True, (None, "raw", None))


def test_a_load_of_dlt_names_its_data_set_and_not_the_schema_of_its_source() -> None:
    assert dlt_load("raw", **{"dagster/table_name": "duckdb.shop_source.orders"}).name == "duckdb.raw.orders"


def test_a_load_of_dlt_without_a_table_leaves_the_address_as_it_is() -> None:
    """Each load after the first says no table; an empty one never does."""
    address = dlt_load("raw")
    assert (address.name, address.provisional, parts(address)) == (AT_KEY, True, (None, "raw", None))


# Sling


class SlingTranslator:
    """What of dagster-sling's translator is read: the assets of streams."""

    def get_asset_spec(self, stream: dict[str, Any]) -> dg.AssetSpec:
        own = stream["name"] == "sales.orders"
        return dg.AssetSpec(KEY if own else ["other"])


def sling(stream: dict[str, Any] | None, *, kinds: set[str] | None = None, **defaults: Any) -> Address:
    """The address of the asset of `sales.orders`, as dagster-sling defines it."""
    metadata: dict[str, Any] = {
        "stream_config": stream,
        "dagster_sling/dagster_sling_translator": SlingTranslator(),
        "dagster_sling/sling_replication_config": {
            "source": "MY_MYSQL",
            "target": "MY_POSTGRES",
            "defaults": defaults,
            "streams": {"sales.users": None, "sales.orders": stream},
        },
    }
    return of_spec(metadata, kinds).address


@pytest.mark.parametrize(
    ("stream", "defaults", "name"),
    [
        ({"object": "raw.orders"}, {"object": "archive.{stream_table}"}, "MY_POSTGRES.raw.orders"),
        (None, {"object": "raw.{stream_table}"}, "MY_POSTGRES.raw.orders"),
        # what Sling makes of a stream without an object depends on the connection
        (None, {}, AT_KEY),
        ({"mode": "snapshot"}, {"object": "{target_schema}.orders"}, AT_KEY),
    ],
)
def test_streams_of_sling(stream: dict[str, Any] | None, defaults: dict[str, Any], name: str) -> None:
    address = sling(stream, kinds={"sling"}, **defaults)
    assert (address.name, address.address_type_name) == (name, "postgresql")


def test_a_stream_of_sling_whose_asset_has_another_key() -> None:
    metadata = {
        "dagster_sling/dagster_sling_translator": SlingTranslator(),
        "dagster_sling/sling_replication_config": {"target": "PG", "streams": {"a.b": {"object": "raw.b"}}},
    }
    assert of_spec(metadata).address.name == AT_KEY


def test_the_kind_of_an_asset_comes_before_the_name_of_a_connection() -> None:
    assert sling(None, kinds={"sling", "snowflake"}).address_type_name == "snowflake"
    assert of_spec({"dagster/storage_kind": "PROD_PG"}, {"sling", "snowflake"}).address.address_type_name == "snowflake"
    assert of_event({"dagster/storage_kind": "PROD_PG"}).address_type_name == "postgresql"
    assert of_event({"dagster/storage_kind": "PROD"}).address_type_name == "PROD"


def test_a_replication_of_sling() -> None:
    told = {"stream_name": "sales.orders", "dagster/table_name": "MY_PG.raw.orders", "dagster/storage_kind": "MY_PG"}
    address = of_event(told)
    assert (address.name, address.address_type_name, parts(address)) == (
        "MY_PG.raw.orders",
        "postgresql",
        (None, "raw", "orders"),
    )
    assert of_event(told | {"dagster/table_name": "MY_PG.raw.{stream_table}"}).name == AT_KEY
    # dagster-sling gives the name of the stream where the defaults of the replication name the table
    assert of_event(told | {"dagster/table_name": "MY_PG.sales.orders"}).name == AT_KEY
