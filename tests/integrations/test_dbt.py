"""The real dbt, with DuckDB, through dagster-dbt."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

from tests.integrations.conftest import Location
from watcher_core import ExecutionState

SUCCEEDED, FAILED, BLOCKED = ExecutionState.SUCCEEDED, ExecutionState.FAILED, ExecutionState.BLOCKED

DBT = [Path(sys.executable).with_name("dbt")]
RELATIONS = (
    "shop.main.customers",
    "shop.main.orders",
    "shop.main.orders_snapshot",
    "shop.main.report",
    "shop.main.stg_orders",
    "shop.main.summary",
    "shop.main_raw.raw_orders",
)

PROJECT = {
    "dbt_project.yml": """
name: shop
profile: shop
seeds: {shop: {+schema: raw}}
flags: {send_anonymous_usage_stats: false}
""",
    "profiles.yml": """
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: "{{ env_var('SHOP_DATABASE') }}", threads: 2}
""",
    "seeds/raw_orders.csv": "id,customer_id,amount\n1,1,10\n2,1,20\n3,2,\n",
    "models/stg_orders.sql": "select * from {{ ref('raw_orders') }}",
    "models/big_orders.sql": "{{ config(materialized='ephemeral') }} select * from {{ ref('stg_orders') }} where amount > 5",
    "models/orders.sql": """
{{ config(materialized='table') }}
select id, customer_id, amount{% if env_var('BREAK', '') == 'orders' %}, no_such_column{% endif %} from {{ ref('big_orders') }}
""",
    "models/customers.sql": "{{ config(materialized='table') }} select distinct customer_id as id from {{ ref('stg_orders') }}",
    "models/report.sql": "{{ config(materialized='table') }} select count(*) as orders from {{ ref('orders') }}",
    "models/summary.sql": "{{ config(materialized='table') }} select * from {{ ref('report') }}",
    "models/schema.yml": """
models:
  - name: customers
    columns:
      - name: id
        data_tests: [unique]
  - name: stg_orders
    columns:
      - name: amount
        data_tests:
          - not_null: {config: {severity: "{{ env_var('NULLS', 'warn') }}"}}
""",
    "snapshots/orders_snapshot.yml": """
snapshots:
  - name: orders_snapshot
    relation: ref('orders')
    config: {unique_key: id, strategy: check, check_cols: all}
""",
}

MODELS = ("raw/raw_orders", "stg_orders", "customers", "orders", "report", "summary", "orders_snapshot")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """The project, parsed: its manifest declares the assets."""
    directory = tmp_path_factory.mktemp("dbt") / "shop"
    for name, text in PROJECT.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    environment = {**os.environ, "SHOP_DATABASE": str(directory / "shop.duckdb")}
    subprocess.run([*DBT, "parse", "--quiet"], cwd=directory, env=environment, check=True)
    return DbtProject(directory)


@pytest.fixture
def shop(
    locations: Callable[..., Location], project: DbtProject, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Location]]:
    """Makes the code location of the project: with what its assets do with the events of dbt."""
    monkeypatch.setenv("SHOP_DATABASE", str(project.project_dir / "shop.duckdb"))

    def location(enrich: Callable[[Any], Any] = lambda events: events) -> Location:
        @dbt_assets(manifest=project.manifest_path, project=project)
        def models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
            yield from enrich(dbt.cli(["build"], context=context).stream())

        return locations(models, dbt=DbtCliResource(project_dir=project, dbt_executable=str(DBT[0])))

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
    assert location.watcher.alerts() == []


def test_what_dbt_skips_behind_a_failed_test_is_blocked(
    shop: Callable[..., Location], monkeypatch: pytest.MonkeyPatch
) -> None:
    location = shop()
    monkeypatch.setenv("NULLS", "error")
    assert not location.run()
    assert location.states(*MODELS) == dict.fromkeys(MODELS, BLOCKED) | dict.fromkeys(MODELS[:2], SUCCEEDED)
    (details,) = location.failing().values()
    first, *_ = details["error"].splitlines()
    assert first.startswith("Failure in test not_null_stg_orders_amount (models/schema.yml): Got 1 result")


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
