"""Addresses, where data lives, and their types."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.factories import unique
from watcher_core import Address, ColumnEdge, InvalidValueError, NotFoundError, PipelineLineage, Watcher, catalog


@pytest.fixture
def watcher(module_watcher: Watcher) -> Watcher:
    return module_watcher


# Types


def test_a_new_type_needs_its_group(watcher: Watcher) -> None:
    name = unique("type")
    with pytest.raises(InvalidValueError, match=f"address type '{name}' is not known yet; pass its group too"):
        watcher.get_or_create_address_type(name)
    kind = watcher.get_or_create_address_type(name, group_name=" database ")
    assert (kind.name, kind.group_name, kind.created) == (name, "database", True)


def test_a_known_type_is_given_and_its_group_changed_where_another_is_passed(watcher: Watcher) -> None:
    first = watcher.get_or_create_address_type(unique("type"), group_name="database")
    same = watcher.get_or_create_address_type(first.name)
    assert vars(same) == vars(first) | {"created": False}
    assert watcher.get_or_create_address_type(first.name, group_name="database").updated_at == first.updated_at
    moved = watcher.get_or_create_address_type(first.name, group_name="warehouse")
    assert (moved.id, moved.group_name, moved.created) == (first.id, "warehouse", False)


def test_a_type_is_renamed_and_moved(watcher: Watcher) -> None:
    kind = watcher.get_or_create_address_type(unique("type"), group_name="database")
    name = unique("type")
    assert watcher.update_address_type(kind.id, name=name).group_name == "database"
    assert watcher.update_address_type(name, group_name="api").name == name


def test_a_name_that_another_type_has_is_refused(watcher: Watcher) -> None:
    first = watcher.get_or_create_address_type(unique("type"), group_name="a")
    second = watcher.get_or_create_address_type(unique("type"), group_name="a")
    with pytest.raises(InvalidValueError, match="another address type has that name"):
        watcher.update_address_type(second.id, name=first.name)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"group_name": ""}, {"group_name": None}, {"name": "x" * 2049}])
def test_changes_of_a_type_that_are_refused(watcher: Watcher, wrong: dict[str, Any]) -> None:
    kind = watcher.get_or_create_address_type(unique("type"), group_name="a")
    with pytest.raises(InvalidValueError):
        watcher.update_address_type(kind.id, **wrong)


def test_an_unknown_type_is_named(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no address type named 'nobody'"):
        watcher.update_address_type("nobody", group_name="a")


def test_types_are_listed_by_name(watcher: Watcher) -> None:
    names = [unique("listed-type") for _ in range(3)]
    for name in reversed(names):
        watcher.get_or_create_address_type(name, group_name="a")
    listed = [kind.name for kind in watcher.address_types()]
    assert [name for name in listed if name in names] == sorted(names)


# Addresses


def test_a_new_address_and_the_same_again(watcher: Watcher) -> None:
    name = unique("address")
    first = watcher.get_or_create_address(name, address_type_name="postgresql", address_type_group_name="database")
    again = watcher.get_or_create_address(f" {name} ", address_type_name="postgresql")
    assert first.created
    assert (first.name, first.address_type_name, first.address_type_group_name) == (name, "postgresql", "database")
    assert first.deprecated is False
    assert vars(again) == vars(first) | {"created": False}


def test_case_matters(watcher: Watcher) -> None:
    """The reference lower-cases: `s3://b/Key` and `s3://b/key` become one address."""
    one = watcher.get_or_create_address("s3://b/Key", address_type_name="s3", address_type_group_name="bucket")
    other = watcher.get_or_create_address("s3://b/key", address_type_name="s3")
    assert (one.name, other.name) == ("s3://b/Key", "s3://b/key")
    assert one.id != other.id


def test_the_type_of_an_address_is_given_once_and_changed_by_hand(watcher: Watcher) -> None:
    first = watcher.get_or_create_address(
        unique("address"), address_type_name="kafka", address_type_group_name="stream"
    )
    again = watcher.get_or_create_address(first.name, address_type_name="pulsar", address_type_group_name="stream")
    assert again.address_type_name == "kafka"
    watcher.get_or_create_address_type("pulsar", group_name="stream")
    assert watcher.update_address(first.name, address_type_name="pulsar").address_type_name == "pulsar"


def test_an_address_is_renamed_and_deprecated(watcher: Watcher) -> None:
    address = watcher.get_or_create_address(unique("address"), address_type_name="t", address_type_group_name="g")
    name = unique("address")
    changed = watcher.update_address(address.name, name=name, deprecated=True)
    assert (changed.id, changed.name, changed.deprecated) == (address.id, name, True)
    assert watcher.get_or_create_address(name, address_type_name="t").deprecated
    assert not watcher.update_address(name, deprecated=False).deprecated


def test_a_renamed_address_is_found_by_the_names_that_it_had(watcher: Watcher) -> None:
    """Code that goes on to declare an old name must not create the address again."""
    first, second, third = unique("address"), unique("address"), unique("address")
    address = watcher.get_or_create_address(first, address_type_name="t", address_type_group_name="g")
    watcher.update_address(first, name=second)
    watcher.update_address(first, name=third)
    for name in (first, second, third):
        assert watcher.get_or_create_address(name, address_type_name="t").id == address.id
    pipeline = watcher.get_or_create_pipeline(unique("pipeline"))
    for _ in range(2):
        watcher.create_lineage(pipeline.id, [Address(first, "t")], [Address(unique("target"), "t")])
    assert [step.address.name for step in watcher.address_lineage(first, "downstream")]
    assert watcher.update_address(third, name=first).name == first
    assert watcher.get_or_create_address(third, address_type_name="t").id == address.id


def test_an_old_name_can_be_given_to_another_address(watcher: Watcher) -> None:
    old = unique("address")
    first = watcher.get_or_create_address(old, address_type_name="t", address_type_group_name="g")
    watcher.update_address(first.id, name=unique("address"))  # type: ignore[arg-type]  # a stored one has an id
    second = watcher.get_or_create_address(unique("address"), address_type_name="t")
    assert watcher.update_address(second.name, name=old).id == second.id
    assert watcher.get_or_create_address(old, address_type_name="t").id == second.id


def test_renaming_an_address_onto_one_that_is_made_at_the_same_moment_merges_them(
    watcher: Watcher, module_database_url: str
) -> None:
    up, old, new = (Address(unique(name), "t", "g") for name in ("up", "old", "new"))
    watcher.create_lineage(watcher.get_or_create_pipeline(unique("loads")).id, [up], [old])
    with ThreadPoolExecutor(1) as pool, Watcher(module_database_url, settings=watcher.settings) as other:
        with other._transaction() as (session, now):
            made = catalog.get_or_create_address(session, address=new, now=now)
            renamed = pool.submit(watcher.update_address, old.name, name=new.name)
            with other._driver_statements() as (connection, _):
                while connection.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone() is None:
                    time.sleep(0.01)
        assert renamed.result(30).id == made.id
    assert [step.address.name for step in watcher.address_lineage(up.name, "downstream")] == [new.name]
    assert watcher.address(old.name).id == made.id


def test_renaming_an_address_onto_another_merges_them(watcher: Watcher) -> None:
    """Edges of every origin, columns, assets, parts and names of both are then those of the one that stays."""
    up, old, kept, down = (unique(name) for name in ("up", "old", "kept", "down"))
    address = {name: Address(name, "t", "g") for name in (up, old, kept, down)}
    watcher.create_lineage(
        watcher.get_or_create_pipeline(unique("loads")).id,
        [address[up]],
        [address[old]],
        columns=[ColumnEdge(source_address=up, source_column="a", target_address=old, target_column="b")],
    )
    asset = unique("asset")
    watcher.set_lineage(
        [
            PipelineLineage(
                pipeline_name=asset, address=address[old], sources=(address[kept],), targets=(address[old],)
            ),
            PipelineLineage(pipeline_name=unique("reads"), sources=(address[kept],), targets=(address[down],)),
            PipelineLineage(pipeline_name=unique("both"), sources=(address[old],), targets=(address[down],)),
        ],
        origin="asset_graph",
    )
    watcher.update_address(old, database_name="db", address_metadata={"owner": "old", "zone": 1})
    watcher.update_address(kept, address_metadata={"owner": "kept"})

    merged = watcher.update_address(old, name=kept)

    assert (merged.name, merged.database_name) == (kept, "db")
    assert merged.address_metadata == {"owner": "kept", "zone": 1}
    assert [step.address.name for step in watcher.address_lineage(down)] == [kept, up]
    assert [step.address.name for step in watcher.address_lineage(old, "downstream")] == [down]
    assert [(step.address, step.column) for step in watcher.column_lineage(kept, "b")] == [(up, "a")]
    assert watcher.pipeline_addresses([asset])[asset].name == kept
    assert old not in {one.name for one in watcher.addresses()}
    assert kept not in {name for cycle in watcher.lineage_summary().cycles for name in (one.name for one in cycle)}
    assert watcher.verify_lineage().is_right


def test_declaring_an_old_name_again_changes_nothing(watcher: Watcher) -> None:
    old, new, target = (unique(name) for name in ("old", "new", "target"))
    pipeline = watcher.get_or_create_pipeline(unique("pipeline"), load_lineage=True)
    watcher.create_lineage(pipeline.id, [Address(old, "t", "g")], [Address(target, "t", "g")])
    watcher.update_address(old, name=new)
    watcher.create_lineage(pipeline.id, [Address(old, "t", "g")], [Address(target, "t", "g")])
    assert [step.address.name for step in watcher.address_lineage(target)] == [new]
    assert old not in {one.name for one in watcher.addresses()}


# Parts


def test_the_parts_of_an_address(watcher: Watcher) -> None:
    name = unique("address")
    watcher.get_or_create_address(name, address_type_name="postgresql", address_type_group_name="database")
    address = watcher.get_or_create_address(
        name, address_type_name="postgresql", schema_name="sales", primary_key="id, day", address_metadata={"a": 1}
    )
    assert (address.database_name, address.schema_name, address.primary_key) == (None, "sales", "id, day")
    address = watcher.get_or_create_address(name, address_type_name="postgresql", address_metadata={"b": 2})
    assert address.address_metadata == {"a": 1, "b": 2}
    address = watcher.update_address(name, schema_name=None, table_name="orders", address_metadata={"c": 3})
    assert (address.schema_name, address.table_name, address.address_metadata) == (None, "orders", {"c": 3})
    assert {one.name: one for one in watcher.addresses()}[name] == address


@pytest.mark.parametrize(
    ("name", "group", "parts"),
    [
        ("shop.sales.orders", "database", ("shop", "sales", "orders")),
        ("shop.sales.orders", "warehouse", ("shop", "sales", "orders")),
        ("sales.orders", "database", (None, None, None)),
        ("a/b.c.d", "database", (None, None, None)),
        ("www.example.org", "api", (None, None, None)),
    ],
)
def test_a_name_of_three_parts_gives_them(
    watcher: Watcher, name: str, group: str, parts: tuple[str | None, ...]
) -> None:
    own = unique("of")  # at the end of the name, so that no other test has the same
    address = watcher.get_or_create_address(
        f"{name}{own}", address_type_name=unique("type"), address_type_group_name=group
    )
    found = (address.database_name, address.schema_name, address.table_name)
    assert found == (*parts[:2], parts[2] and f"{parts[2]}{own}")


def parts(address: Address) -> tuple[str | None, str | None, str | None]:
    return address.database_name, address.schema_name, address.table_name


def test_parts_that_a_person_has_changed_stay_when_code_declares_the_name_again(watcher: Watcher) -> None:
    name = f"{unique('shop')}.sales.orders"
    watcher.get_or_create_address(name, address_type_name="postgresql", address_type_group_name="database")
    watcher.update_address(name, schema_name="archive", database_name=None)
    address = watcher.get_or_create_address(name, address_type_name="postgresql")
    assert parts(address) == (None, "archive", "orders")


def test_the_parts_that_a_name_gives_follow_it(watcher: Watcher) -> None:
    own = unique("shop")
    first = f"{own}.sales.orders"
    watcher.get_or_create_address(first, address_type_name="postgresql", address_type_group_name="database")
    assert parts(watcher.update_address(first, name=f"{own}.archive.orders")) == (own, "archive", "orders")
    declared_by_its_old_name = watcher.get_or_create_address(first, address_type_name="postgresql")
    assert parts(declared_by_its_old_name) == (own, "archive", "orders")
    assert parts(watcher.update_address(first, name=f"{own}-orders")) == (None, None, None)
    changed = watcher.update_address(first, name=f"{own}.archive.orders", table_name="old_orders")
    assert parts(changed) == (own, "archive", "old_orders")
    assert parts(watcher.update_address(first, name=f"{own}.a.b")) == (own, "archive", "old_orders")
    watcher.get_or_create_address(own, address_type_name=unique("type"), address_type_group_name="other")
    assert parts(watcher.update_address(own, name=f"{own}.c.d", address_type_name="postgresql")) == (own, "c", "d")


@pytest.mark.parametrize("wrong", [{"schema_name": ""}, {"table_name": 7}, {"address_metadata": "x"}])
def test_parts_that_are_refused(watcher: Watcher, wrong: dict[str, Any]) -> None:
    name = unique("address")
    with pytest.raises(InvalidValueError):
        watcher.get_or_create_address(name, address_type_name="t", address_type_group_name="g", **wrong)
    assert name not in {address.name for address in watcher.addresses()}


def test_passwords_are_masked_in_names_and_metadata_whoever_passes_them(watcher: Watcher) -> None:
    host, url = unique("host"), "postgresql://ann:se@cret@{}/db"
    address = watcher.get_or_create_address(
        url.format(host),
        address_type_name="t",
        address_type_group_name="g",
        address_metadata={"dsn": f"host={host} password=se@cret", "password": "se@cret"},
    )
    assert address.name == f"postgresql://ann@{host}/db"
    assert address.address_metadata == {"dsn": f"host={host} password=***", "password": "***"}
    pipeline = watcher.get_or_create_pipeline(unique("pipeline"), pipeline_metadata={"dsn": url.format(host)})
    watcher.create_lineage(pipeline.id, [Address(url.format(host), "t")], [Address(url.format(host + "2"), "t")])
    execution = watcher.start_execution(pipeline_id=pipeline.id, execution_metadata={"dagster/uri": url.format(host)})
    stored = watcher.execution(execution.id)
    assert stored.execution_metadata == {"dagster/uri": f"postgresql://ann@{host}/db"}
    renamed = watcher.update_address(address.name, name=url.format(host + "3"))
    assert renamed.name == f"postgresql://ann@{host}3/db"
    everything = repr([watcher.addresses(), watcher.pipelines(), watcher.lineage_graph(), stored])
    assert "cret" not in everything


def test_an_address_of_an_unknown_type_without_group_is_not_made(watcher: Watcher) -> None:
    name = unique("address")
    with pytest.raises(InvalidValueError, match="is not known yet; pass its group too"):
        watcher.get_or_create_address(name, address_type_name=unique("type"))
    assert name not in {address.name for address in watcher.addresses()}


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": None}, {"deprecated": "yes"}, {"address_type_name": "nobody's"}]
)
def test_changes_of_an_address_that_are_refused(watcher: Watcher, wrong: dict[str, Any]) -> None:
    address = watcher.get_or_create_address(unique("address"), address_type_name="t", address_type_group_name="g")
    with pytest.raises(InvalidValueError):
        watcher.update_address(address.name, **wrong)


def test_an_unknown_address_is_named(watcher: Watcher) -> None:
    with pytest.raises(NotFoundError, match="no address named 'nobody'"):
        watcher.update_address("nobody", deprecated=True)


def test_addresses_are_listed_by_name(watcher: Watcher) -> None:
    names = [unique("listed-address") for _ in range(3)]
    for name in reversed(names):
        watcher.get_or_create_address(name, address_type_name="t", address_type_group_name="g")
    listed = [address.name for address in watcher.addresses()]
    assert [name for name in listed if name in names] == sorted(names)
