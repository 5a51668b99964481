"""A project of dbt: a seed, a view, an ephemeral model, tables, a snapshot, and tests.

`BREAK=orders` in the environment breaks a model, and `NULLS=error` lets a test fail.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DBT = Path(sys.executable).with_name("dbt")

# Its mashumaro, which may not be newer, cannot be imported there.
NO_DBT = "dbt-core 1.11 does not run on Python 3.14" if sys.version_info >= (3, 14) else None

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
    "models/big_orders.sql": """
{{ config(materialized='ephemeral') }}
select * from {{ ref('stg_orders') }} where amount > 5
""",
    "models/orders.sql": """
{{ config(materialized='table') }}
select id, customer_id, amount {{ ', no_such_column' if env_var('BREAK', '') == 'orders' }}
from {{ ref('big_orders') }}
""",
    "models/customers.sql": """
{{ config(materialized='table') }}
select distinct customer_id as id from {{ ref('stg_orders') }}
""",
    "models/report.sql": "{{ config(materialized='table') }} select count(*) as orders from {{ ref('orders') }}",
    "models/summary.sql": "{{ config(materialized='table') }} select * from {{ ref('report') }}",
    "models/schema.yml": """
models:
  - name: orders
    config: {meta: {watcher: {watcher/freshness: 1 day}}}
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


def write_project(directory: Path) -> None:
    """Write the project, and let dbt parse it: its manifest declares the assets. Without dbt, the test is skipped."""
    if NO_DBT is not None:
        pytest.skip(NO_DBT)
    for name, text in PROJECT.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    environment = {**os.environ, "SHOP_DATABASE": str(directory / "shop.duckdb")}
    subprocess.run([DBT, "parse", "--quiet"], cwd=directory, env=environment, check=True)
