"""Addresses and lineage over HTTP: read and changed, by `Watcher`, by commands, and who may."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.http_client import Client, token_headers
from watcher_core import Address, ColumnEdge, ExecutionState, InvalidValueError, NotFoundError, Watcher


@pytest.fixture
def orders(module_watcher: Watcher, tmp_path: Path) -> str:
    """An address in the middle: of raw data, and read by a report."""
    name = f"mart.orders_{tmp_path.name}"
    raw, report = (Address(f"{word}_{name}", "s3", "bucket") for word in ("raw", "report"))
    own = Address(name, "postgresql", "database", address_metadata={"a": 1}, primary_key="id", table_name="orders")
    column = ColumnEdge(source_address=raw.name, source_column="a", target_address=name, target_column="total")
    for pipeline, source, target, columns in (("load", raw, own, [column]), ("report", own, report, None)):
        module_watcher.get_or_create_pipeline(f"{pipeline}_{name}", pipeline_metadata={"owners": ["team:sales"]})
        module_watcher.create_lineage(f"{pipeline}_{name}", [source], [target], columns=columns)
    module_watcher.ping(f"report_{name}", state=ExecutionState.FAILED)
    module_watcher.check_failures()
    return name


def test_lineage_is_read_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watcher_core.client.http_connection.PAGE", 2)
    address_id = module_watcher.address(orders).id
    asked: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("address_lineage", {"address": orders}),
        ("address_lineage", {"address": address_id, "direction": "downstream", "max_depth": 1, "limit": 1}),
        ("address_lineage", {"address": f"report_{orders}", "max_depth": 1}),
        ("address_lineage", {"address": f"report_{orders}", "limit": 20_000}),
        ("column_lineage", {"address": orders, "column": "total"}),
        ("column_lineage", {"address": address_id, "column": "total", "direction": "downstream"}),
        ("column_edges", {"address": orders}),
        ("column_edges", {"address": address_id}),
        ("lineage_impact", {"address": f"raw_{orders}"}),
        ("lineage_impact", {"address": address_id, "limit": 1}),
        ("lineage_graph", {}),
        ("lineage_summary", {}),
        ("addresses", {}),
        ("list_addresses", {}),
        ("addresses", {"limit": 3}),
        ("addresses", {"after": address_id}),
        ("address", {"reference": orders}),
        ("address", {"reference": address_id}),
        ("address_types", {}),
        ("address_type", {"reference": "s3"}),
        ("address_type", {"reference": module_watcher.address_type("s3").id}),
    )
    for method, given in asked:
        by_http, by_database = (getattr(each, method)(**given) for each in (remote_watcher, module_watcher))
        assert by_http == by_database, (method, given)
        assert repr(by_http) == repr(by_database), "of the same types"
    assert [each.pipeline_name for each in remote_watcher.lineage_impact(f"raw_{orders}")] == [
        f"load_{orders}",
        f"report_{orders}",
    ]


def test_an_address_is_changed_as_by_the_database(
    remote_watcher: Watcher, module_watcher: Watcher, orders: str
) -> None:
    changes: tuple[Mapping[str, Any], ...] = (
        {"deprecated": True},
        {"primary_key": None, "schema_name": "mart"},
        {"address_metadata": None},
        {"address_metadata": {"b": [1]}},
        {"address_type_name": "s3"},
        {"name": f"{orders}/renamed"},
    )
    for change in changes:
        changed = remote_watcher.update_address(orders, **change)  # by its old name at last
        assert changed == module_watcher.address(orders), change
        wanted = {
            name: value if value is not None or name != "address_metadata" else {} for name, value in change.items()
        }
        assert {name: getattr(changed, name) for name in change} == wanted
    made = remote_watcher.get_or_create_address_type(f"type of {orders}", group_name="lake")
    assert (made.created, made.group_name) == (True, "lake")
    again = remote_watcher.get_or_create_address_type(made.name)
    assert again == replace(made, created=False)
    assert remote_watcher.get_or_create_address_type(made.name, group_name="sea").group_name == "sea"
    assert module_watcher.address_type(made.name).group_name == "sea"


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("address", {"reference": "nobody's"}),
        ("address", {"reference": 987654321}),
        ("address_type", {"reference": "nobody's"}),
        ("address_type", {"reference": 987654321}),
        ("address_lineage", {"address": "nobody's"}),
        ("address_lineage", {"address": "987654321"}),
        ("address_lineage", {"address": 987654321}),
        ("address_lineage", {"direction": "sideways"}),
        ("address_lineage", {"max_depth": 0}),
        ("address_lineage", {"limit": 0}),
        ("column_lineage", {"address": "nobody's", "column": "a"}),
        ("column_edges", {"address": "nobody's"}),
        ("lineage_impact", {"limit": -1}),
        ("addresses", {"address": None, "limit": -1}),
        ("update_address", {"reference": "nobody's", "deprecated": True}),
        ("update_address", {"reference": 987654321, "deprecated": True}),
        ("update_address", {"address_type_name": "nobody's"}),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    remote_watcher: Watcher, module_watcher: Watcher, orders: str, method: str, given: dict[str, Any]
) -> None:
    first = {} if "reference" in given else {"reference" if method == "update_address" else "address": orders}
    asked = {name: value for name, value in {**first, **given}.items() if value is not None}
    messages = set()
    for watcher in (remote_watcher, module_watcher):
        with pytest.raises((NotFoundError, InvalidValueError)) as refused:
            getattr(watcher, method)(**asked)
        messages.add(str(refused.value))
    assert len(messages) == 1, messages


def test_who_may(http_api: Client, module_watcher: Watcher, orders: str) -> None:
    read, mine = token_headers(module_watcher, scope="read"), token_headers(module_watcher, pipelines="load_*")
    address_id = module_watcher.address(orders).id
    for path in (
        f"/lineage/addresses?address={orders}",
        f"/lineage/columns?address={orders}&column=total",
        f"/lineage/column_edges?address_id={address_id}",
        f"/lineage/impact?address={address_id}",  # as people type it
        "/lineage/graph",
        "/lineage/summary",
        f"/address?name={orders}",
    ):
        assert http_api.get(path, headers=read).status_code == 200, path
        # What a pipeline reads and writes is not its own alone.
        assert http_api.get(path, headers=mine).status_code == 403, path
    assert http_api.get("/lineage/addresses", headers=read).status_code == 400
    body = {"id": address_id, "configuration": {"deprecated": True}}
    for headers in (read, mine):
        assert http_api.patch("/address", json=body, headers=headers).status_code == 403
    # Beside a configuration, null is a field that is not said.
    kept = http_api.patch(
        "/address", json={"id": address_id, "primary_key": None}, headers=token_headers(module_watcher)
    )
    assert kept.json()["primary_key"] == "id"


def test_commands_need_no_database(remote_cli: Callable[..., str], orders: str, tmp_path: Path) -> None:
    shown = remote_cli("lineage", "show", orders)
    for part in (f"raw_{orders}", f"report_{orders}", f"load_{orders}"):
        assert part in shown
    assert "total" in remote_cli("lineage", "show", orders, "--column", "total")
    assert "flowchart" in remote_cli("lineage", "show", orders, "--mermaid")
    assert f"did you mean '{orders}'" in remote_cli("lineage", "show", orders[:-1] + "_", code=1)
    assert f"report_{orders}" in remote_cli("lineage", "impact", orders)
    assert f"raw_{orders}" in remote_cli("lineage", "summary")
    assert orders in str(json.loads(remote_cli("lineage", "graph", "--json")))
    remote_cli("lineage", "graph", "--html", "lineage.html", "--focus", orders)
    assert orders in (tmp_path / "lineage.html").read_text()
    assert orders in remote_cli("lineage", "addresses")
    changed = remote_cli("lineage", "set", orders, "--deprecated", "--type", f"{orders} type", "--group", "lake")
    assert changed == f"{orders} [deprecated]: {orders} type (lake)\n"
    assert "this needs the database" in remote_cli("lineage", "verify", code=1)
