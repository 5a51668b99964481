"""External assets of what Watcher knows, without a database."""

import dataclasses
import datetime as dt
import logging
import random
from collections.abc import Sequence
from typing import Any

import dagster as dg
import pytest

from watcher_core import (
    Address,
    ConfigurationError,
    DatabaseUnavailableError,
    InvalidValueError,
    LineageEdge,
    LineageGraph,
    LineageOrigin,
    Pipeline,
    Watcher,
)
from watcher_dagster import WatcherResource, build_external_assets, external_asset_key
from watcher_dagster.assets import pipeline_configurations
from watcher_dagster.external.assets import external_specs, outside_edges
from watcher_dagster.external.keys import hashed_asset_key
from watcher_dagster.lineage.assets import asset_graph, resolve

DECLARED, GRAPH, EVENT, OPENLINEAGE = LineageOrigin


class World:
    """What Watcher knows."""

    def __init__(self) -> None:
        self.addresses: dict[str, Address] = {}
        self.pipelines: dict[str, Pipeline] = {}
        self.edges: list[LineageEdge] = []
        self.in_dagster: set[str] = set()

    def address(self, name: str, type_name: str = "s3", group: str = "bucket", *, deprecated: bool = False) -> Address:
        known = self.addresses.get(name)
        if known is None:
            known = Address(name, type_name, group, id=len(self.addresses) + 1, deprecated=deprecated)
            self.addresses[name] = known
        return known

    def pipeline(
        self,
        name: str,
        reads: Sequence[str] = (),
        writes: Sequence[str] = (),
        *,
        at: str | None = None,
        origin: LineageOrigin = DECLARED,
        type_name: str = "external",
        **metadata: Any,
    ) -> None:
        told: dict[str, Any] = {
            "id": len(self.pipelines) + 1,
            "name": name,
            "pipeline_type_name": type_name,
            "address_id": None if at is None else self.address(at).id,
            "active": True,
            "pipeline_metadata": metadata,
        }
        unsaid: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(Pipeline))
        known = self.pipelines.setdefault(name, Pipeline(**unsaid | told))
        for source in reads:
            for target in writes:
                self.address(source), self.address(target)
                self.edges.append(
                    LineageEdge(pipeline_id=known.id, pipeline_name=name, source=source, target=target, origin=origin)
                )

    def specs(self, **options: Any) -> dict[str, dg.AssetSpec]:
        graph = LineageGraph(addresses=tuple(self.addresses.values()), edges=tuple(self.edges))
        pipelines = list(self.pipelines.values())
        outside = outside_edges(graph, pipelines, runs_in_dagster=self.in_dagster.__contains__)
        specs = external_specs(graph, pipelines, outside, **options)
        return {spec.key.to_user_string(): spec for spec in specs}

    def deps(self, **options: Any) -> dict[str, list[str]]:
        return {
            name: sorted(dep.asset_key.to_user_string() for dep in spec.deps)
            for name, spec in self.specs(**options).items()
        }


@pytest.fixture
def world() -> World:
    return World()


# The graph


@pytest.mark.parametrize("origin", [DECLARED, OPENLINEAGE])
def test_what_a_job_outside_reads_and_writes(world: World, origin: LineageOrigin) -> None:
    world.pipeline("loads", ["api", "s3://raw/x"], ["sales.orders"])
    world.pipeline("sums", ["sales.orders"], ["sales.totals"], origin=origin)
    world.pipeline("idle")
    world.address("unused")
    assert world.deps() == {
        "external/api": [],
        "external/s3/raw/x": [],
        "external/sales.orders": ["external/api", "external/s3/raw/x"],
        "external/sales.totals": ["external/sales.orders"],
    }


def test_an_address_where_an_asset_lives_is_that_asset(world: World) -> None:
    world.pipeline("shop/orders", ["raw"], ["s3://shop/orders"], at="s3://shop/orders", origin=GRAPH)
    world.pipeline("shop/repairs", at="s3://shop/orders")
    world.pipeline("export", ["s3://shop/orders"], ["crm"])
    world.pipeline("import", ["crm"], ["s3://shop/orders"])
    assert world.deps() == {"external/crm": ["shop/orders", "shop/repairs"]}


def test_an_asset_that_is_gone_from_the_code_leaves_its_address_to_a_job_outside(world: World) -> None:
    world.pipeline("orders", ["raw"], ["sales.orders"], at="sales.orders", origin=GRAPH)
    world.pipelines["orders"] = dataclasses.replace(world.pipelines["orders"], removed_at=dt.datetime.now(dt.UTC))
    world.pipeline("loads", ["api"], ["sales.orders"])
    assert world.deps() == {"external/api": [], "external/sales.orders": ["external/api"]}


def test_pipelines_of_dagster_tell_nothing_here(world: World) -> None:
    world.pipeline("asset", ["a"], ["b"], at="b")
    world.pipeline("told", ["a"], ["c"])
    world.pipeline("told", ["a"], ["c"], origin=EVENT)
    world.pipeline("location/job", ["a"], ["d"], type_name="job")
    world.pipeline("new_asset", ["a"], ["e"], type_name="asset")
    world.pipeline("cron", ["a"], ["f"], type_name="job")
    world.in_dagster = {"location/job", "new_asset"}
    assert world.deps() == {"external/a": [], "external/f": ["external/a"]}


def test_an_external_asset_that_is_on_record_as_an_asset_stays_one(world: World) -> None:
    world.pipeline("loads", ["a"], ["b"])
    world.pipeline("external/b", at="b", origin=EVENT)
    assert world.deps() == {"external/a": [], "external/b": ["external/a"]}


def test_an_address_that_is_both_read_and_written(world: World) -> None:
    world.pipeline("repairs", ["a", "b"], ["a"])
    assert world.deps() == {"external/a": ["external/b"], "external/b": []}


def test_a_cycle_is_broken_where_the_last_edge_by_name_closes_it(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.pipeline("forth", ["a"], ["b"])
    world.pipeline("on", ["b"], ["c"])
    world.pipeline("back", ["c"], ["a"])
    with caplog.at_level(logging.WARNING, "watcher.dagster"):
        assert world.deps() == {"external/a": [], "external/b": ["external/a"], "external/c": ["external/b"]}
    assert caplog.messages == [
        "external asset external/a does not depend on external/c in Dagster's graph: that would close a cycle"
    ]


def test_a_cycle_through_assets_is_broken_outside(world: World) -> None:
    world.pipeline("asset", ["crm"], ["sales"], at="sales", origin=GRAPH)
    world.pipeline("export", ["sales"], ["crm"])
    assert world.deps() == {"external/crm": []}


def test_dagster_takes_the_graph_whatever_the_lineage(world: World) -> None:
    made = random.Random(7)
    names = [f"s3://b/{number}" for number in range(15)]
    for number in range(40):
        world.pipeline(f"p{number}", made.sample(names, 2), made.sample(names, 2))
    defs = dg.Definitions(assets=list(world.specs().values()))
    assert len(defs.get_repository_def().asset_graph.toposorted_asset_keys) == len(names)


# Keys


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("s3://bucket/orders", ["s3", "bucket", "orders"]),
        ("s3://bucket/a-b_c.parquet", ["s3", "bucket", "a-b_c.parquet"]),
        ("db.schema.table", ["db.schema.table"]),
        ("context", ["context"]),
    ],
)
def test_keys_that_need_no_hash(address: str, key: list[str]) -> None:
    assert external_asset_key(address).path == ["external", *key]
    assert external_asset_key(address, key_prefix=["a", "b"]).path == ["a", "b", *key]
    assert external_asset_key(address, key_prefix=None).path == key


AWKWARD = [
    "s3://b/a b", "s3://b/a_b", "s3://b/", "s3://b//a", "s3://b", "s3/b", "s3.b", "Örders", "日本", "a\tb", "a/b",
    "/a/b", "../a", "s3://b/../a", "..", "%", "*", "a:b", '"a"', "https://x.y/z?a=1&b=2#c", "a" * 2048, "a" * 2047, "S3://b",
    "postgresql://host/db", " ", "-", "_", "context", "a\\b", "name with spaces", "😀",
]  # fmt: skip


def version() -> tuple[int, ...]:
    return tuple(int(part) for part in dg.__version__.split(".")[:3])


needs_dots = pytest.mark.skipif(version() < (1, 13, 4), reason="this Dagster takes no dot in the key of a dependency")


@needs_dots
def test_every_key_is_valid_and_its_own() -> None:
    keys = [external_asset_key(name) for name in AWKWARD]
    assert keys == [external_asset_key(name) for name in AWKWARD]
    assert len(set(keys)) == len({key.to_user_string() for key in keys}) == len(AWKWARD)
    assert all(len(key.to_user_string()) < 256 for key in keys)

    @dg.asset(deps=keys)
    def reads_all() -> None: ...

    defs = dg.Definitions(assets=[reads_all, *map(dg.AssetSpec, keys)], jobs=[dg.define_asset_job("all", "*")])
    defs.get_repository_def().get_job("all")


def test_a_key_that_an_asset_has_already(world: World) -> None:
    world.pipeline("sales.orders", at="s3://shop/orders", origin=GRAPH)
    world.pipeline("loads", ["crm"], ["sales.orders"])
    hashed = hashed_asset_key("sales.orders", key_prefix=None)
    assert world.deps(key_prefix=None) == {"crm": [], hashed.to_user_string(): ["crm"]}


# What Dagster shows


def test_a_spec(world: World) -> None:
    world.address("sales.orders", "postgresql", "database", deprecated=True)
    world.pipeline(
        "loads",
        ["s3://raw/x"],
        ["sales.orders"],
        description="Loads the orders\nof the night.",
        owners=["ann@example.com", "team:sales", "nobody in particular", 7],
    )
    world.pipeline("also", ["s3://raw/x"], ["sales.orders"], owners="bob@example.com")
    world.pipeline("reads", ["sales.orders"], ["report"])
    spec = world.specs(group_name="outside")["external/sales.orders"]
    assert spec.group_name == "outside"
    assert spec.kinds == {"postgresql"}
    assert spec.owners == ["ann@example.com", "bob@example.com", "team:sales"]
    assert {name: value for name, value in spec.tags.items() if name.startswith("watcher/")} == {
        "watcher/external": "true",
        "watcher/deprecated": "true",
    }
    assert spec.metadata == {
        "watcher/address": "sales.orders",
        "watcher/address_type": "postgresql",
        "watcher/address_type_group": "database",
        "watcher/pipelines": ["also", "loads"],
        "dagster/table_name": "sales.orders",
        "dagster/storage_kind": "postgresql",
    }
    assert spec.description == (
        "**Deprecated.** `sales.orders`\n\n"
        "Written outside Dagster by:\n\n- `also`\n- `loads`: Loads the orders of the night.\n\n"
        "Read outside Dagster by:\n\n- `reads`"
    )
    source = world.specs()["external/s3/raw/x"]
    assert source.metadata["dagster/uri"] == "s3://raw/x"
    assert "watcher/deprecated" not in source.tags


def test_many_writers_are_counted(world: World) -> None:
    for number in range(30):
        world.pipeline(f"p{number:02}", ["a"], ["b"])
    description = world.specs()["external/b"].description or ""
    assert description.count("`p") == 20
    assert description.endswith("- and 10 more")


@needs_dots
def test_what_it_shows_is_not_told_again(world: World) -> None:
    world.pipeline("loads", ["crm", "s3://raw/x"], ["sales.orders"])

    @dg.asset(deps=[external_asset_key("sales.orders")])
    def inside() -> None: ...

    repository = dg.Definitions(assets=[inside, *world.specs().values()]).get_repository_def()
    assert [configuration.name for configuration in pipeline_configurations(repository)] == ["inside"]
    graph = asset_graph(repository)
    (lineage,) = resolve(graph.assets, addresses=graph.addresses, known={})
    assert lineage.sources == (Address("sales.orders", "s3", "bucket"),)


# When it cannot be read


UNREACHABLE = "postgresql://ann:secret@127.0.0.1:1/nothing"


def test_a_database_that_cannot_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    assert build_external_assets(database_url=UNREACHABLE) == []
    (message,) = caplog.messages
    assert message.startswith("there are no external assets, because what Watcher knows cannot be read: ")
    assert "secret" not in message
    with pytest.raises(DatabaseUnavailableError):
        build_external_assets(database_url=UNREACHABLE, strict=True)


def test_the_variable_of_a_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = WatcherResource(database_url=dg.EnvVar("OUR_DATABASE"))
    assert build_external_assets(resource=resource) == []
    with pytest.raises(ConfigurationError, match="OUR_DATABASE is not set"):
        build_external_assets(resource=resource, strict=True)
    monkeypatch.setenv("OUR_DATABASE", UNREACHABLE)
    with pytest.raises(DatabaseUnavailableError, match=r"127\.0\.0\.1:1"):
        build_external_assets(resource=resource, strict=True)


def test_misuse() -> None:
    with pytest.raises(InvalidValueError, match="pass one of"):
        build_external_assets(database_url=UNREACHABLE, watcher=Watcher(UNREACHABLE))
    with pytest.raises(InvalidValueError, match="group_name is 'a b'"):
        build_external_assets(database_url=UNREACHABLE, group_name="a b")
