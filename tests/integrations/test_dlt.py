"""The real dlt, to DuckDB, through dagster-dlt."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import dlt
import pytest
from dagster_dlt import DagsterDltResource, DagsterDltTranslator, dlt_assets

from tests.integrations.conftest import Location
from watcher_core import ExecutionState

Rows = list[dict[str, Any]]

SUCCEEDED, FAILED = ExecutionState.SUCCEEDED, ExecutionState.FAILED


@pytest.fixture(autouse=True)
def _dlt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    monkeypatch.setenv("DLT_DATA_DIR", str(tmp_path / "dlt"))


class Shop:
    """Pipelines of dlt into one file of DuckDB, and their assets."""

    def __init__(self, directory: Path, locations: Callable[..., Location]) -> None:
        self._file = directory / "warehouse.duckdb"
        self._locations = locations

    def pipeline(self, data_set: str = "raw", name: str = "shop") -> Any:
        return dlt.pipeline(name, destination=dlt.destinations.duckdb(str(self._file)), dataset_name=data_set)

    def location(self, *assets: Any) -> Location:
        return self._locations(*assets, dlt_resource=DagsterDltResource())

    def load(
        self, rows: dict[str, Any], *, counted: bool = False, partition: str | None = None, **hints: Any
    ) -> Location:
        """Load rows, by resource, as a process of its own does: with objects that no run has used before.

        dagster-dlt changes the schema of the pipeline that it is given, so that a second run in one process fails.
        """
        partitions = None if partition is None else dg.StaticPartitionsDefinition(["x", "y"])
        source = dlt.source(lambda: [resource(name, given, **hints) for name, given in rows.items()], name="shop")()
        location = self.location(assets(source, self.pipeline(), counted=counted, partitions_def=partitions))
        location.succeeded = location.run(partition=partition)
        return location


@pytest.fixture
def shop(tmp_path: Path, locations: Callable[..., Location]) -> Shop:
    return Shop(tmp_path, locations)


def resource(name: str, rows: Rows | Exception, **hints: Any) -> Any:
    def read() -> Iterator[Any]:
        if isinstance(rows, Exception):
            raise rows
        yield from rows

    return dlt.resource(read, name=name, **hints)


def assets(source: Any, pipeline: Any, *, counted: bool = False, **options: Any) -> Any:
    @dlt_assets(dlt_source=source, dlt_pipeline=pipeline, name=f"load_{pipeline.pipeline_name}", **options)
    def load(context: dg.AssetExecutionContext, dlt_resource: DagsterDltResource) -> Iterator[Any]:
        events = dlt_resource.run(context=context)
        yield from events.fetch_row_count() if counted else events

    return load


def rows(*ids: int) -> Rows:
    return [{"id": number} for number in ids]


@pytest.mark.parametrize(("disposition", "total"), [("append", 5), ("merge", 4), ("replace", 2)])
def test_loads_of_rows(disposition: str, total: int, shop: Shop) -> None:
    hints: dict[str, Any] = {"write_disposition": disposition, "primary_key": "id", "counted": True}
    location = shop.load({"orders": rows(1, 2, 3)}, **hints)
    assert location.counts("dlt_shop_orders") == {"inserts": 3, "total_rows": 3}
    location = shop.load({"orders": rows(3, 4)}, **hints)
    assert location.counts("dlt_shop_orders") == {"inserts": 2, "total_rows": total}
    assert location.addresses()["warehouse.raw.orders"] == "duckdb"
    assert location.failing() == {}


@pytest.mark.parametrize("disposition", ["append", "replace"])
def test_a_load_of_no_rows_is_unknown_and_no_change(disposition: str, shop: Shop) -> None:
    location = shop.load({"orders": rows(1)}, write_disposition=disposition)
    changed = location.changed("dlt_shop_orders")
    assert (location.counts("dlt_shop_orders"), changed is None) == ({"inserts": 1}, False)
    location = shop.load({"orders": []}, write_disposition=disposition)
    assert location.states("dlt_shop_orders") == {"dlt_shop_orders": SUCCEEDED}
    assert len(location.watcher.executions(pipeline="dlt_shop_orders")) == 2
    assert (location.counts("dlt_shop_orders"), location.changed("dlt_shop_orders")) == ({}, changed)


def test_rows_of_an_empty_resource_that_cannot_be_counted(shop: Shop) -> None:
    location = shop.load({"orders": rows(1, 2), "refunds": [], "users": rows(1)}, counted=True)
    assert not location.succeeded
    names = ("dlt_shop_orders", "dlt_shop_refunds", "dlt_shop_users")
    assert location.states(*names) == dict.fromkeys(names, SUCCEEDED)
    assert location.counts("dlt_shop_orders") == {"inserts": 2, "total_rows": 2}
    for name in names[1:]:
        assert location.counts(name) == {}
        assert "could not be counted" in location.last(name).execution_metadata["warning"]
    # The run has failed, and no asset of it.
    (details,) = location.failing().values()
    assert details["failed_steps"] == ["load_shop"]
    assert "failed_assets" not in details


def test_tables_that_rows_name(shop: Shop) -> None:
    events: Rows = [{"kind": "click"}, {"kind": "view"}]
    location = shop.load({"events": events}, table_name=lambda row: f"event_{row['kind']}")
    assert location.counts("dlt_shop_events") == {}
    assert location.changed("dlt_shop_events") is not None
    assert "warehouse.raw.events" not in location.addresses()


def test_a_partition_of_no_rows(shop: Shop) -> None:
    location = shop.load({"orders": rows(1, 2)}, counted=True, partition="x")
    assert location.counts("dlt_shop_orders") == {"inserts": 2, "total_rows": 2}
    location = shop.load({"orders": []}, counted=True, partition="y")
    assert location.last("dlt_shop_orders").scope == "y"
    assert location.counts("dlt_shop_orders") == {}


def test_pipelines_into_two_data_sets_have_addresses_of_their_own(shop: Shop) -> None:
    class ByPipeline(DagsterDltTranslator):  # type: ignore[misc] # has no types where mypy runs
        def get_asset_spec(self, data: Any) -> dg.AssetSpec:
            return super().get_asset_spec(data).replace_attributes(key=[data.pipeline.pipeline_name, "orders"])

    source = dlt.source(lambda: [resource("orders", rows(1))], name="shop")
    pipelines = [shop.pipeline("raw", "one"), shop.pipeline("Raw Archive", "two")]
    location = shop.location(
        *(assets(source(), pipeline, dagster_dlt_translator=ByPipeline()) for pipeline in pipelines)
    )
    written = {
        "one/orders": "warehouse.raw.orders",
        "two/orders": "warehouse.raw_archive.orders",
    }
    location.tick()
    assert location.lives(*written) == written
    assert location.run()
    assert location.lives(*written) == written


def test_a_resource_that_raises(shop: Shop) -> None:
    location = shop.load({"orders": ValueError("the API answers 503"), "refunds": rows(1)})
    failing = location.failing()
    assert {name: details["error"] for name, details in failing.items()} == dict.fromkeys(
        ("dlt_shop_orders", "dlt_shop_refunds"), "the API answers 503"
    )
    assert location.last("dlt_shop_orders").execution_metadata["error"]["class"] == "ValueError"
    assert len(location.watcher.alerts()) == 1
