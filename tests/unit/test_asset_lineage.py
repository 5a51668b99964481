"""From asset definitions and materializations to lineage, without a database."""

import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from watcher_core import Address, ColumnEdge, PipelineLineage
from watcher_dagster import watcher_metadata
from watcher_dagster.lineage.assets import (
    AssetLineage,
    ColumnSource,
    asset_graph,
    materialization_lineage,
    open_names,
    resolve,
)
from watcher_dagster.lineage.recorder import NewestMaterializations

COLUMNS = "dagster/column_lineage"


def at_key(name: str) -> Address:
    return Address(name, "asset", "dagster", provisional=True)


def columns(**deps: list[tuple[str, str]]) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(dg.AssetKey.from_user_string(asset), source) for asset, source in sources]
            for column, sources in deps.items()
        }
    )


def resolved(repository: dg.RepositoryDefinition, known: Mapping[str, Address]) -> list[PipelineLineage]:
    graph = asset_graph(repository)
    return resolve(graph.assets, addresses=graph.addresses, known=known)


def graph_lineage(*assets: Any, known: Mapping[str, Address] | None = None) -> dict[str, PipelineLineage]:
    repository = dg.Definitions(assets=assets).get_repository_def()
    return {lineage.pipeline_name: lineage for lineage in resolved(repository, known or {})}


# Definitions


@dg.asset(key=["shop", "raw"], metadata={"dagster/uri": "s3://shop/raw"}, group_name="sales")
def raw() -> None: ...


def test_an_asset_graph() -> None:
    @dg.asset(deps=[raw, "elsewhere"], kinds={"python", "duckdb"})
    def cleaned() -> None: ...

    @dg.asset
    def report(cleaned: None) -> None: ...

    at_raw = Address("s3://shop/raw", "s3", "bucket")
    at_cleaned = Address("cleaned", "duckdb", "database", provisional=True)
    assert graph_lineage(raw, cleaned, report) == {
        "shop/raw": PipelineLineage(
            pipeline_name="shop/raw", address=at_raw, targets=(at_raw,), columns=(), pipeline_type_name="sales"
        ),
        "cleaned": PipelineLineage(
            pipeline_name="cleaned",
            address=at_cleaned,
            sources=(at_key("elsewhere"), at_raw),
            targets=(at_cleaned,),
            columns=(),
            pipeline_type_name="default",
        ),
        "report": PipelineLineage(
            pipeline_name="report",
            address=at_key("report"),
            sources=(at_cleaned,),
            targets=(at_key("report"),),
            columns=(),
            pipeline_type_name="default",
        ),
    }


def test_it_is_the_same_each_time_and_sorted() -> None:
    assets = [dg.asset(name=name, deps=["z", "y", "x"])(lambda: None) for name in "cab"]
    repository = dg.Definitions(assets=assets).get_repository_def()
    first = resolved(repository, {})
    assert first == resolved(repository, {})
    assert [lineage.pipeline_name for lineage in first] == ["a", "b", "c"]
    assert [source.name for source in first[0].sources] == ["x", "y", "z"]


def test_an_external_asset_has_an_address_and_no_lineage() -> None:
    outside = dg.AssetSpec("outside", deps=["further"], metadata=watcher_metadata(address="crm", address_type="api"))

    @dg.asset(deps=[outside])
    def inside() -> None: ...

    found = graph_lineage(outside, inside)
    assert found.keys() == {"inside"}
    assert found["inside"].sources == (Address("crm", "api", "api"),)


@pytest.mark.filterwarnings("ignore:Function `observable_source_asset`", "ignore:Property `OpDefinition.version`")
def test_a_source_that_is_observed_has_an_address() -> None:
    @dg.observable_source_asset(metadata=watcher_metadata(address="crm", address_type="api"))
    def outside() -> dg.DataVersion:
        return dg.DataVersion("1")

    @dg.asset(deps=[outside])
    def inside() -> None: ...

    found = graph_lineage(outside, inside)
    assert found.keys() == {"inside"}
    assert found["inside"].sources == (Address("crm", "api", "api"),)


def test_an_asset_of_another_code_location_is_where_it_is_on_record() -> None:
    @dg.asset(deps=["elsewhere"])
    def here() -> None: ...

    known = {"elsewhere": Address("s3://e", "s3", "bucket", id=1), "here": Address("db.here", "duckdb", "database")}
    assert graph_lineage(here, known=known)["here"] == PipelineLineage(
        pipeline_name="here",
        address=Address("db.here", "duckdb", "database"),
        sources=(Address("s3://e", "s3", "bucket"),),
        targets=(Address("db.here", "duckdb", "database"),),
        columns=(),
        pipeline_type_name="default",
    )


def test_a_definition_that_says_where_it_is_wins_over_the_record() -> None:
    known = {"shop/raw": Address("old", "duckdb", "database")}
    assert graph_lineage(raw, known=known)["shop/raw"].address == Address("s3://shop/raw", "s3", "bucket")


def test_a_graph_asset_a_multi_asset_and_one_that_depends_on_itself() -> None:
    @dg.op
    def step() -> int:
        return 1

    @dg.graph_asset
    def of_graph() -> int:
        return step()

    @dg.multi_asset(specs=[dg.AssetSpec("first", deps=[of_graph]), dg.AssetSpec("second", deps=["first"])])
    def both():  # unannotated: Dagster would read it
        ...

    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition("2024-01-01"),
        deps=[dg.AssetDep("again", partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1))],
    )
    def again() -> None: ...

    found = graph_lineage(of_graph, both, again)
    assert {name: [source.name for source in one.sources] for name, one in found.items()} == {
        "of_graph": [],
        "first": ["of_graph"],
        "second": ["first"],
        "again": ["again"],
    }


def test_two_assets_at_one_address() -> None:
    table = {"dagster/table_name": "sales.orders"}

    @dg.asset(metadata=table, kinds={"postgres"})
    def loads() -> None: ...

    @dg.asset(metadata=table, deps=[loads])
    def repairs() -> None: ...

    @dg.asset(deps=[loads, repairs])
    def reads() -> None: ...

    found = graph_lineage(loads, repairs, reads)
    assert [source.name for source in found["reads"].sources] == ["sales.orders"]
    assert [source.name for source in found["repairs"].sources] == ["sales.orders"]
    assert [target.name for target in found["repairs"].targets] == ["sales.orders"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_columns_of_a_definition(wrapped: bool) -> None:
    told = columns(total=[("shop/raw", "price"), ("shop/raw", "amount"), ("rates", "usd")], day=[])
    value = dg.MetadataValue.column_lineage(told) if wrapped else told

    @dg.asset(deps=[raw], metadata={COLUMNS: value})
    def sums() -> None: ...

    found = graph_lineage(raw, sums)["sums"]
    assert [source.name for source in found.sources] == ["rates", "s3://shop/raw"]
    assert found.columns == tuple(
        ColumnEdge(source_address=at, source_column=column, target_address="sums", target_column="total")
        for at, column in (("rates", "usd"), ("s3://shop/raw", "amount"), ("s3://shop/raw", "price"))
    )


@pytest.mark.parametrize("name", ["", " ", "a\x00", "\ud800", "a" * 1025])
def test_a_column_that_cannot_be_one_is_passed_over(name: str, caplog: pytest.LogCaptureFixture) -> None:
    told = columns(total=[("raw", name), ("raw", "price")], **{name: [("raw", "price")]})

    @dg.asset(metadata={COLUMNS: told})
    def sums() -> None: ...

    (edge,) = graph_lineage(sums)["sums"].columns or ()
    assert (edge.source_column, edge.target_column) == ("price", "total")
    assert caplog.text.count("is passed over") == 2


# Materializations


def test_a_materialization() -> None:
    event = dg.AssetMaterialization(
        ["shop", "sums"],
        metadata={"dagster/uri": "s3://shop/sums", COLUMNS: columns(total=[("rates", "usd")])},
        tags={
            "dagster/input_event_pointer/shop/eu/raw": "17",
            "dagster/input_event_pointer/never-observed": "NULL",
            "dagster/input_data_version/shop/eu/raw": "abc",
            "dagster/input_event_pointer/": "1",
            "dagster/data_version": "def",
        },
    )
    lineage = materialization_lineage(event)
    assert lineage == AssetLineage(
        name="shop/sums",
        address=lineage.address,
        upstream=("never-observed", "rates", "shop/eu/raw"),
        columns=(ColumnSource(column="total", source_asset="rates", source_column="usd"),),
        reported=("total",),
        pipeline_type_name="asset",
    )
    known = {"shop/eu/raw": Address("s3://shop/raw", "s3", "bucket")}
    (found,) = resolve([lineage], addresses={"shop/sums": lineage.address}, known=known)
    assert [source.name for source in found.sources] == ["never-observed", "rates", "s3://shop/raw"]
    assert found.targets == (found.address,) == (Address("s3://shop/sums", "s3", "bucket"),)


@pytest.mark.parametrize("value", ["a", 7, {"total": ["price"]}, None])
def test_columns_that_are_none(value: Any, caplog: pytest.LogCaptureFixture) -> None:
    event = dg.AssetMaterialization("sums", metadata={COLUMNS: value})
    with caplog.at_level(logging.WARNING, "watcher.dagster"):
        assert materialization_lineage(event).columns is None
    assert ("asset sums: dagster/column_lineage is" in caplog.text) == (value is not None)


def test_a_materialization_that_says_nothing() -> None:
    lineage = materialization_lineage(dg.AssetMaterialization("a"))
    assert (lineage.upstream, lineage.columns, lineage.address.has_location) == ((), None, False)


def test_what_is_asked_of_the_record() -> None:
    @dg.asset(deps=[raw, "elsewhere"], kinds={"duckdb"})
    def cleaned() -> None: ...

    graph = asset_graph(dg.Definitions(assets=[raw, cleaned]).get_repository_def())
    assert open_names(graph.assets, graph.addresses) == {"cleaned", "elsewhere"}


class Event:
    """As much of Dagster's event as is looked at."""

    def __init__(self, event_type_value: str, event_specific_data: Any = None) -> None:
        self.event_type_value, self.event_specific_data = event_type_value, event_specific_data


def entry(event: Event | None, timestamp: float) -> Any:
    return SimpleNamespace(dagster_event=event, timestamp=timestamp)


def materialized(key: str, number: int) -> Event:
    event = dg.AssetMaterialization(key, metadata={"number": number})
    return Event("ASSET_MATERIALIZATION", SimpleNamespace(materialization=event))


def test_the_newest_materialization_of_each_asset() -> None:
    newest = NewestMaterializations()
    for key, number, at in (("a", 1, 10.0), ("a", 3, 30.0), ("a", 2, 20.0), ("b", 4, 5.0), ("a", 5, 30.0)):
        newest.add(entry(materialized(key, number), at))
    newest.add(entry(Event("STEP_SUCCESS", None), 99.0))
    newest.add(entry(None, 99.0))
    found = {one.asset_key.to_user_string(): (at, one.metadata["number"].value) for at, one in newest.take()}
    assert found == {"a": (30.0, 5), "b": (5.0, 4)}
    assert newest.take() == []
