"""The real dbt, with DuckDB, through dagster-dbt."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests.integrations.conftest import Location
from tests.integrations.dbt_project import DBT, NO_DBT
from watcher_core import AlertState, ExecutionState

if NO_DBT is not None:
    pytest.skip(NO_DBT, allow_module_level=True)

from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

SUCCEEDED, FAILED, BLOCKED = ExecutionState.SUCCEEDED, ExecutionState.FAILED, ExecutionState.BLOCKED

RELATIONS = (
    "shop.main.customers",
    "shop.main.orders",
    "shop.main.orders_snapshot",
    "shop.main.report",
    "shop.main.stg_orders",
    "shop.main.summary",
    "shop.main_raw.raw_orders",
)

MODELS = ("raw/raw_orders", "stg_orders", "customers", "orders", "report", "summary", "orders_snapshot")


@pytest.fixture
def shop(
    locations: Callable[..., Location], dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Location]]:
    """Makes the code location of the project: with what its assets do with the events of dbt."""
    monkeypatch.setenv("SHOP_DATABASE", str(dbt_project / "shop.duckdb"))
    project = DbtProject(dbt_project)

    def location(enrich: Callable[[Any], Any] = lambda events: events) -> Location:
        @dbt_assets(manifest=project.manifest_path, project=project)
        def models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
            yield from enrich(dbt.cli(["build"], context=context).stream())

        return locations(models, dbt=DbtCliResource(project_dir=project, dbt_executable=str(DBT)))

    yield location
    DuckDBConnectionManager.close_all_connections()  # dagster-dbt counts rows over a connection that stays open


def test_what_dbt_skips_behind_a_broken_model_is_blocked(
    shop: Callable[..., Location], monkeypatch: pytest.MonkeyPatch
) -> None:
    location = shop()
    monkeypatch.setenv("BREAK", "orders")
    assert not location.run()
    assert location.states(*MODELS) == {
        "raw/raw_orders": SUCCEEDED,
        "stg_orders": SUCCEEDED,
        "customers": SUCCEEDED,
        "orders": FAILED,
        "report": BLOCKED,
        "summary": BLOCKED,
        "orders_snapshot": BLOCKED,
    }
    failing = location.failing()
    assert failing.keys() == {"orders"}
    first, *_ = failing["orders"]["error"].splitlines()
    assert first.startswith("Runtime Error in model orders (models/orders.sql): Binder Error: ")
    assert "no_such_column" in first
    (alert,) = location.watcher.alerts()
    assert alert.pipeline_name == "orders"

    monkeypatch.delenv("BREAK")
    assert location.run()
    assert set(location.states(*MODELS).values()) == {SUCCEEDED}
    assert location.failing() == {}
    (alert,) = location.watcher.alerts()
    assert alert.state is AlertState.RESOLVED


def test_what_dbt_skips_behind_a_failed_test_is_blocked(
    shop: Callable[..., Location], monkeypatch: pytest.MonkeyPatch
) -> None:
    location = shop()
    monkeypatch.setenv("NULLS", "error")
    assert not location.run()
    assert location.states(*MODELS) == dict.fromkeys(MODELS, BLOCKED) | dict.fromkeys(MODELS[:2], SUCCEEDED)
    assert location.failing() == {}  # the failed test has an alert of its own
    (finding,) = location.watcher.check_asset_checks()
    assert (finding.pipeline_name, finding.details["check"]) == ("stg_orders", "not_null_stg_orders_amount")
    assert len(location.watcher.alerts()) == 1


def test_dbt_that_does_not_start_says_why(shop: Callable[..., Location], monkeypatch: pytest.MonkeyPatch) -> None:
    location = shop()
    monkeypatch.setenv("SHOP_DATABASE", "/nowhere/shop.duckdb")
    assert not location.run()
    assert set(location.states(*MODELS).values()) == {FAILED}
    errors = {details["error"].splitlines()[0] for details in location.failing().values()}
    assert len(errors) == 1
    assert errors.pop().startswith("IO Error: Cannot open file")
    assert len(location.watcher.alerts()) == 1


def test_numbers_addresses_and_columns(shop: Callable[..., Location]) -> None:
    location = shop(lambda events: events.fetch_column_metadata().fetch_row_counts())
    assert location.run()
    assert {name: location.counts(name) for name in MODELS} == {
        "raw/raw_orders": {"total_rows": 3},
        "stg_orders": {},  # a view
        "customers": {"total_rows": 2},
        "orders": {"total_rows": 2},
        "report": {"total_rows": 1},
        "summary": {"total_rows": 1},
        "orders_snapshot": {"total_rows": 2},
    }
    for name in MODELS:
        execution = location.last(name)
        assert execution.execution_metadata["duration_of"] == "execution"
        assert execution.duration_seconds == execution.execution_metadata["Execution Duration"]
    assert location.addresses() == dict.fromkeys(RELATIONS, "duckdb")
    assert location.edges() == {
        ("shop.main_raw.raw_orders", "shop.main.stg_orders"),
        ("shop.main.stg_orders", "shop.main.orders"),  # through a model that dbt does not materialize
        ("shop.main.stg_orders", "shop.main.customers"),
        ("shop.main.orders", "shop.main.report"),
        ("shop.main.orders", "shop.main.orders_snapshot"),
        ("shop.main.report", "shop.main.summary"),
    }
    columns = location.watcher.column_lineage("shop.main.customers", "id")
    assert [(step.address, step.column) for step in columns] == [
        ("shop.main.stg_orders", "customer_id"),
        ("shop.main_raw.raw_orders", "customer_id"),
    ]
