"""The real I/O managers for DuckDB and Polars: what they write, and where that lies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from dagster_duckdb_polars import DuckDBPolarsIOManager
from dagster_polars import PolarsParquetIOManager

from tests.integrations.conftest import Location


@dg.asset(key_prefix=["shop"])
def orders() -> pl.DataFrame:
    return pl.DataFrame({"id": [1, 2, 3]})


# Without reading it: the I/O manager of this version cannot read from DuckDB 2.
@dg.asset(key_prefix=["shop"], deps=[orders])
def report() -> pl.DataFrame:
    return pl.DataFrame({"orders": [3]})


def test_dbt_and_the_io_manager_meet_in_one_address(locations: Callable[..., Location], tmp_path: Path) -> None:
    by_dbt = dg.AssetSpec(
        "orders_of_dbt", metadata={"dagster/table_name": "warehouse.shop.orders", "dagster/storage_kind": "duckdb"}
    )
    manager = DuckDBPolarsIOManager(database=str(tmp_path / "warehouse.duckdb"))
    location = locations(orders, report, by_dbt, io_manager=manager)
    assert location.run([orders.key, report.key])
    assert location.lives("shop/orders", "shop/report") == {
        "shop/orders": "warehouse.shop.orders",
        "shop/report": "warehouse.shop.report",
    }
    assert location.edges() == {("warehouse.shop.orders", "warehouse.shop.report")}
    assert location.addresses() == {"warehouse.shop.orders": "duckdb", "warehouse.shop.report": "duckdb"}
    assert location.counts("shop/orders") == {"total_rows": 3}


@pytest.mark.parametrize(
    "partitions", [None, dg.StaticPartitionsDefinition(["north", "south"])], ids=["whole", "partitions"]
)
def test_files_of_polars(partitions: Any, locations: Callable[..., Location], tmp_path: Path) -> None:
    @dg.asset(key_prefix=["shop"], partitions_def=partitions)
    def sales() -> pl.DataFrame:
        return pl.DataFrame({"id": [1, 2]})

    location = locations(sales, io_manager=PolarsParquetIOManager(base_dir=str(tmp_path / "lake")))
    for partition in [None] if partitions is None else ["north", "south"]:
        assert location.run(partition=partition)
    end = ".parquet" if partitions is None else ""
    assert location.lives("shop/sales") == {"shop/sales": f"{tmp_path}/lake/shop/sales{end}"}
    assert location.counts("shop/sales") == {"total_rows": 2}
