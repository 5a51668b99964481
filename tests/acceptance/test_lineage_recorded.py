"""Lineage: from real code locations and real runs in a real Dagster instance to Watcher, and back into Dagster."""

import logging
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from packaging.version import Version

from watcher_core import Address, DatabaseUnavailableError, LineageGraph, LineageOrigin, PipelineLineage, Watcher
from watcher_core.database.engine import normalize_url
from watcher_dagster import (
    WatcherResource,
    build_external_assets,
    build_watcher_recorder_sensor,
    external_asset_key,
    watcher_metadata,
)
from watcher_dagster.lineage import recorder
from watcher_dagster.lineage.assets import resolve
from watcher_dagster.lineage.recorder import LineageRecorder
from watcher_dagster.recorder.tick import record_tick

Edges = set[tuple[str, str, str, str]]


class CodeLocation:
    """Assets, and the recorder's sensor beside them, in a process that stays."""

    def __init__(self, instance: dg.DagsterInstance, database_url: str, *assets: Any) -> None:
        self.instance = instance
        resource = WatcherResource(database_url=database_url)
        self._sensor = build_watcher_recorder_sensor()
        self.defs = dg.Definitions(assets=assets, sensors=[self._sensor], resources={"watcher": resource})
        self._repository = self.defs.get_repository_def()
        self._resource = resource

    def tick(self) -> str | None:
        with dg.build_sensor_context(
            instance=self.instance, repository_def=self._repository, resources={"watcher": self._resource}
        ) as context:
            return self._sensor.evaluate_tick(context).skip_message

    def materialize(self) -> None:
        job = self.defs.resolve_implicit_global_asset_job_def()
        assert job.execute_in_process(instance=self.instance).success


@pytest.fixture
def location(dagster_instance: dg.DagsterInstance, database_url: str) -> Iterator[Any]:
    """Makes code locations of one instance."""
    yield lambda *assets: CodeLocation(dagster_instance, database_url, *assets)
    WatcherResource(database_url=database_url).get_client().close()


@pytest.fixture
def database(database_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(normalize_url(database_url))
    yield engine
    engine.dispose()


def edges(watcher: Watcher) -> Edges:
    return {(edge.pipeline_name, edge.source, edge.target, edge.origin.value) for edge in watcher.lineage_graph().edges}


def types(watcher: Watcher) -> dict[str, str]:
    return {address.name: address.address_type_name for address in watcher.lineage_graph().addresses}


def column_edges(database: sa.Engine) -> set[tuple[Any, ...]]:
    query = """
        SELECT pipeline.name, source.name, source_column, target.name, target_column, origin
          FROM watcher.column_lineage
          JOIN watcher.pipeline ON pipeline.id = pipeline_id
          JOIN watcher.address source ON source.id = source_address_id
          JOIN watcher.address target ON target.id = target_address_id
    """
    with database.connect() as connection:
        return {tuple(row) for row in connection.execute(sa.text(query))}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What is told: the names of the pipelines, one list a call."""
    calls: list[list[str]] = []
    tell = Watcher.set_lineage

    def set_lineage(self: Watcher, lineages: Any, **options: Any) -> int:
        lineages = list(lineages)
        calls.append([lineage.pipeline_name for lineage in lineages])
        return tell(self, lineages, **options)

    monkeypatch.setattr(Watcher, "set_lineage", set_lineage)
    return calls


@dg.asset(metadata={"dagster/uri": "s3://shop/raw"})
def raw() -> None: ...


@dg.asset(deps=[raw], kinds={"duckdb"})
def cleaned() -> None: ...


@dg.asset(deps=["cleaned"])
def report() -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata={"dagster/table_name": "bi.report", "dagster/storage_kind": "snowflake"})


# The asset graph


def test_an_asset_graph_before_anything_has_run(location: Any, watcher: Watcher) -> None:
    location(raw, cleaned).tick()
    assert edges(watcher) == {("cleaned", "s3://shop/raw", "cleaned", "asset_graph")}
    assert types(watcher) == {"s3://shop/raw": "s3", "cleaned": "duckdb"}
    assert {name: one.name for name, one in watcher.pipeline_addresses(["raw", "cleaned"]).items()} == {
        "raw": "s3://shop/raw",
        "cleaned": "cleaned",
    }


def test_what_has_not_changed_is_not_told_again(
    location: Any, told: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = location(raw, cleaned)
    here.tick()
    assert told == [["cleaned", "raw"]]
    here.materialize()
    here.tick()
    assert [sorted(names) for names in told[1:]] == [["cleaned", "raw"]]
    here.materialize()
    here.tick()
    here.tick()
    assert len(told) == 2
    monkeypatch.setattr(recorder, "LOOK_AGAIN_SECONDS", 0)
    here.tick()
    assert len(told) == 2
    monkeypatch.setattr(recorder, "RECORD_AGAIN_SECONDS", 0)
    here.tick()
    assert told[2:] == [["cleaned", "raw"]]


def test_a_definition_that_changes(location: Any, watcher: Watcher) -> None:
    location(raw, cleaned).tick()

    @dg.asset(name="cleaned", deps=["other"], metadata={"dagster/table_name": "sales.cleaned"}, kinds={"postgres"})
    def cleaned_anew() -> None: ...

    location(raw, cleaned_anew).tick()
    assert edges(watcher) == {("cleaned", "other", "sales.cleaned", "asset_graph")}
    assert types(watcher)["sales.cleaned"] == "postgresql"


def test_declared_lineage_is_left_alone(location: Any, watcher: Watcher) -> None:
    watcher.get_or_create_pipeline("cleaned", pipeline_type_name="default")
    watcher.create_lineage("cleaned", [Address("api", "http", "api")], [Address("cleaned", "duckdb", "database")])
    here = location(raw, cleaned)
    here.tick()
    here.materialize()
    here.tick()
    assert edges(watcher) == {
        ("cleaned", "api", "cleaned", "declared"),
        ("cleaned", "s3://shop/raw", "cleaned", "asset_graph"),
        ("cleaned", "s3://shop/raw", "cleaned", "materialization"),
    }


# Materializations


def test_two_code_locations_of_which_one_records(location: Any, watcher: Watcher) -> None:
    here, there = location(raw, cleaned), location(report)
    here.materialize()
    here.tick()
    there.materialize()
    here.tick()
    assert edges(watcher) == {
        ("cleaned", "s3://shop/raw", "cleaned", "asset_graph"),
        ("cleaned", "s3://shop/raw", "cleaned", "materialization"),
        ("report", "cleaned", "bi.report", "materialization"),
    }
    assert types(watcher) == {"s3://shop/raw": "s3", "cleaned": "duckdb", "bi.report": "snowflake"}
    assert [step.address.name for step in watcher.address_lineage("bi.report")] == ["cleaned", "s3://shop/raw"]


def test_two_code_locations_that_both_record(location: Any, watcher: Watcher) -> None:
    here, there = location(raw, cleaned), location(report)
    there.tick()  # it does not know yet where the assets of the other live
    there.materialize()
    there.tick()
    here.tick()
    there.tick()
    here.materialize()
    for one in (here, there):
        one.tick()
    assert edges(watcher) == {
        ("cleaned", "s3://shop/raw", "cleaned", "asset_graph"),
        ("cleaned", "s3://shop/raw", "cleaned", "materialization"),
        ("report", "cleaned", "bi.report", "asset_graph"),
        ("report", "cleaned", "bi.report", "materialization"),
    }
    assert types(watcher)["cleaned"] == "duckdb"


def test_an_address_that_is_known_later_replaces_the_key(
    location: Any, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dg.asset(deps=["raw"])
    def copy() -> None: ...

    there = location(copy)
    there.tick()
    assert edges(watcher) == {("copy", "raw", "copy", "asset_graph")}
    location(raw).tick()
    assert edges(watcher) == {("copy", "s3://shop/raw", "copy", "asset_graph")}
    monkeypatch.setattr(recorder, "LOOK_AGAIN_SECONDS", 0)
    there.tick()
    assert edges(watcher) == {("copy", "s3://shop/raw", "copy", "asset_graph")}


def test_after_a_process_without_definitions_every_chain_stands_once(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, location: Any
) -> None:
    """As after a demo and then the real code location: first the events alone, then the tables that code names."""

    def table(name: str, **options: Any) -> Any:
        return dg.asset(name=name, metadata={"dagster/table_name": f"flights.{name}"}, **options)

    @table("raw_flights")
    def raw_flights() -> None: ...

    @table("flown_flights", deps=[raw_flights])
    def flown_flights() -> None: ...

    dg.materialize([raw_flights, flown_flights], instance=dagster_instance)
    record_tick(dagster_instance, watcher)
    assert {edge[1:3] for edge in edges(watcher)} == {("raw_flights", "flown_flights")}
    location(raw_flights, flown_flights).tick()
    assert {edge[1:3] for edge in edges(watcher)} == {("flights.raw_flights", "flights.flown_flights")}
    record_tick(dagster_instance, watcher)
    assert {address.name for address in watcher.addresses()} == {"flights.raw_flights", "flights.flown_flights"}
    for name in ("raw_flights", "flights.raw_flights"):
        assert [pipeline.pipeline_name for pipeline in watcher.lineage_impact(name)] == ["flown_flights"]


def test_history_is_told_with_the_newest_lineage(dagster_instance: dg.DagsterInstance, watcher: Watcher) -> None:
    for upstream in ("old", "new"):

        @dg.asset(deps=[upstream])
        def moves() -> None: ...

        dg.materialize([moves], instance=dagster_instance)
    record_tick(dagster_instance, watcher)
    assert edges(watcher) == {("moves", "new", "moves", "materialization")}


def test_a_materialization_without_a_run(location: Any, watcher: Watcher, dagster_instance: dg.DagsterInstance) -> None:
    outside = dg.AssetSpec("outside", metadata=watcher_metadata(address="crm", address_type="salesforce"))
    here = location(outside, raw)
    dagster_instance.report_runless_asset_event(
        dg.AssetMaterialization("outside", tags={"dagster/input_event_pointer/raw": "1"})
    )
    here.tick()
    assert edges(watcher) == {("outside", "s3://shop/raw", "crm", "materialization")}
    assert types(watcher) == {"crm": "salesforce", "s3://shop/raw": "s3"}


def test_the_columns(location: Any, watcher: Watcher, database: sa.Engine) -> None:
    told = dg.TableColumnLineage({"total": [dg.TableColumnDep("raw", "price"), dg.TableColumnDep("rates", "usd")]})

    @dg.asset(deps=[raw], metadata={"dagster/column_lineage": told})
    def defined() -> None: ...

    @dg.asset(deps=[raw])
    def measured() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"dagster/column_lineage": told})

    here = location(raw, defined, measured)
    here.materialize()
    here.tick()
    assert column_edges(database) == {
        (asset, source, column, asset, "total", origin)
        for source, column in (("s3://shop/raw", "price"), ("rates", "usd"))
        for asset, origin in (("defined", "asset_graph"), ("measured", "materialization"))
    }
    assert ("measured", "rates", "measured", "materialization") in edges(watcher)


# Replay and failure


def everything(watcher: Watcher, database: sa.Engine) -> tuple[LineageGraph, set[tuple[Any, ...]], list[Any]]:
    with database.connect() as connection:
        rows = connection.execute(sa.text("SELECT id, created_at FROM watcher.address_lineage ORDER BY id")).all()
    return watcher.lineage_graph(), column_edges(database), [tuple(row) for row in rows]


def test_a_replay_changes_nothing(
    location: Any, watcher: Watcher, database: sa.Engine, dagster_instance: dg.DagsterInstance
) -> None:
    here = location(raw, cleaned, report)
    here.materialize()
    here.tick()
    here.tick()  # the graph follows to where the materialization says that report lives
    before = everything(watcher, database)
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM watcher.recorder"))
    location(raw, cleaned, report).tick()
    assert everything(watcher, database) == before
    assert watcher.verify_lineage().is_right


def test_a_crash_between_lineage_and_executions_loses_nothing(
    location: Any, watcher: Watcher, monkeypatch: pytest.MonkeyPatch, dagster_instance: dg.DagsterInstance
) -> None:
    location(raw, cleaned).materialize()
    with monkeypatch.context() as patch:
        patch.setattr("watcher_core.RecorderSession.record", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            record_tick(dagster_instance, watcher)
    told = edges(watcher)
    assert told == {("cleaned", "raw", "cleaned", "materialization")}
    assert watcher.executions() == []
    record_tick(dagster_instance, watcher)
    assert edges(watcher) == told
    assert len(watcher.executions()) == 3


def test_a_database_that_goes_away_loses_nothing(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch, dagster_instance: dg.DagsterInstance
) -> None:
    dg.materialize([raw, cleaned], instance=dagster_instance)
    lineage = LineageRecorder(watcher)

    def away(*_: Any, **__: Any) -> int:
        raise DatabaseUnavailableError("away")

    with monkeypatch.context() as patch:
        patch.setattr(Watcher, "set_lineage", away)
        with pytest.raises(DatabaseUnavailableError):
            record_tick(dagster_instance, watcher, lineage=lineage)
    assert watcher.executions() == []
    record_tick(dagster_instance, watcher, lineage=lineage)
    assert len(edges(watcher)) == 1
    assert len(watcher.executions()) == 3


def test_poison_stops_nothing(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    broken: dict[str, Any] = {
        "watcher/address": dg.MetadataValue.json({"no": "name"}),
        "dagster/uri": "a" * 5_000,
        "dagster/table_name": " ",
        "watcher/address_type": 7,
        "dagster/column_lineage": "no lineage",
    }
    long = dg.TableColumnLineage({"c" * 3_000: [dg.TableColumnDep("up", "d")], "e": [dg.TableColumnDep("up", "\x00")]})

    @dg.asset(deps=["up"], metadata={"dagster/uri": "b" * 5_000})
    def poisoned() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata=broken)

    @dg.asset(deps=["up"])
    def columns() -> dg.MaterializeResult[Any]:
        return dg.MaterializeResult(metadata={"dagster/column_lineage": long})

    @dg.asset(deps=["up"])
    def sound() -> None: ...

    dg.materialize([poisoned, columns, sound], instance=dagster_instance)
    with caplog.at_level(logging.WARNING, "watcher.dagster"):
        record_tick(dagster_instance, watcher)
    assert edges(watcher) == {(name, "up", name, "materialization") for name in ("poisoned", "columns", "sound")}
    assert caplog.text.count("asset poisoned: ") == 5
    assert {one.pipeline_name for one in watcher.executions()} >= {"poisoned", "columns", "sound"}


def test_a_lineage_that_is_refused_costs_nothing_but_itself(
    dagster_instance: dg.DagsterInstance, watcher: Watcher, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    names = [f"asset_{number}" for number in range(7)]
    dg.materialize([dg.asset(name=name, deps=["up"])(lambda: None) for name in names], instance=dagster_instance)
    original = resolve

    def resolved(*args: Any, **options: Any) -> list[PipelineLineage]:
        refused = PipelineLineage(pipeline_name="", targets=(Address("a", "b", "c"),))
        return [refused if one.pipeline_name == "asset_3" else one for one in original(*args, **options)]

    monkeypatch.setattr(recorder, "resolve", resolved)
    with caplog.at_level(logging.ERROR, "watcher.dagster"):
        record_tick(dagster_instance, watcher)
    assert {name for name, *_ in edges(watcher)} == {*names} - {"asset_3"}
    (message,) = caplog.messages
    assert message.startswith("the lineage of pipeline  is refused: ")
    assert len(watcher.executions()) == 8


def test_an_asset_graph_that_cannot_be_read_stops_no_recording(
    location: Any, watcher: Watcher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recorder, "asset_graph", lambda _: 1 / 0)
    here = location(raw)
    here.materialize()
    here.tick()
    here.tick()
    assert len(watcher.executions()) == 2
    assert caplog.text.count("the asset graph of this code location cannot be read") == 1


# And back into Dagster


@pytest.mark.skipif(
    Version(dg.__version__) < Version("1.13.4"), reason="this Dagster takes no key with a dot as a dependency"
)
def test_external_assets(location: Any, watcher: Watcher, database_url: str) -> None:
    location(raw, cleaned).tick()
    with watcher.track("export") as execution:
        assert execution.id
    watcher.create_lineage("export", [Address("cleaned", "duckdb", "database")], [Address("crm", "salesforce", "api")])
    watcher.get_or_create_pipeline("nightly", pipeline_type_name="job")
    watcher.create_lineage("nightly", [Address("crm", "salesforce", "api")], [Address("bi.leads", "snowflake", "x")])
    watcher.update_address("crm", deprecated=True)
    found = build_external_assets(database_url=database_url)
    assert {spec.key.to_user_string(): [dep.asset_key.to_user_string() for dep in spec.deps] for spec in found} == {
        "external/bi.leads": ["external/crm"],
        "external/crm": ["cleaned"],
    }
    assert found[1].tags["watcher/deprecated"] == "true"
    assert [spec.key for spec in build_external_assets(watcher=watcher)] == [spec.key for spec in found]

    @dg.asset(deps=[external_asset_key("bi.leads")])
    def inside() -> None: ...

    everything = location(raw, cleaned, inside, *found)
    everything.tick()
    everything.materialize()
    everything.tick()
    assert {edge for edge in edges(watcher) if edge[0] == "inside"} == {
        ("inside", "bi.leads", "inside", origin) for origin in ("asset_graph", "materialization")
    }
    assert not [pipeline.name for pipeline in watcher.pipelines() if pipeline.name.startswith("external/")]
    assert [step.address.name for step in watcher.address_lineage("inside")] == [
        "bi.leads",
        "crm",
        "cleaned",
        "s3://shop/raw",
    ]


def test_an_external_asset_that_is_reported_stays_in_the_graph(
    location: Any, watcher: Watcher, database_url: str, dagster_instance: dg.DagsterInstance
) -> None:
    watcher.get_or_create_pipeline("loads", pipeline_type_name="cron")
    watcher.create_lineage("loads", [Address("api", "http", "api")], [Address("sales.orders", "mysql", "database")])
    found = build_external_assets(database_url=database_url)
    dagster_instance.report_runless_asset_event(dg.AssetMaterialization(external_asset_key("sales.orders")))
    location(*found).tick()
    assert build_external_assets(database_url=database_url) == found


def test_what_dagster_tracks_is_not_outside(
    location: Any, watcher: Watcher, database_url: str, dagster_instance: dg.DagsterInstance
) -> None:
    watcher.set_lineage(
        [
            PipelineLineage(
                pipeline_name="ours",
                sources=(Address("a", "s3", "bucket"),),
                targets=(Address("b", "s3", "bucket"),),
                pipeline_type_name="asset",
            )
        ],
        origin=LineageOrigin.DECLARED,
    )
    assert len(build_external_assets(database_url=database_url)) == 2

    @dg.asset
    def ours() -> None: ...

    dg.materialize([ours], instance=dagster_instance)
    record_tick(dagster_instance, watcher)
    assert build_external_assets(database_url=database_url) == []
