#!/usr/bin/env bash
# sqlmesh 0.236.4, duckdb 1.5.6
#
# table_diff compares a table in which each row is there twice with one in which it is there once: 100 percent match,
# and both have two rows, as it counts what its join returns. A row whose key is null is not compared at all, nor a
# column of another type; both are 100 percent, too. So are 0.0001 and 0.0004: numbers are compared with three decimals.
# For people a line is printed that says keys should be unique and not null; the counts and percentages stay the same.
# Seen: twice: 2 and 2 rows, 100.0; no key: 1 and 1 rows, 100.0; type: 100.0; small: 100.0; changed: 0.0
#
# Most would guess: 2 rows against 1, and a difference for each of the others.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqlmesh==0.236.4 duckdb==1.5.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import logging

from sqlmesh import Context
from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig

logging.disable(logging.CRITICAL)
CASES = {
    "twice": ("select 1 as id, 5 as x union all select 1, 5", "select 1 as id, 5 as x"),
    "no key": ("select null::int as id, 5 as x union all select 1, 5", "select null::int as id, 7 as x union all select 1, 5"),
    "type": ("select 1 as id, 5 as x", "select 1 as id, 'seven' as x"),
    "small": ("select 1 as id, 0.0001::double as x", "select 1 as id, 0.0004::double as x"),
    "changed": ("select 1 as id, 5 as x", "select 1 as id, 7 as x"),
}
gateway = GatewayConfig(connection=DuckDBConnectionConfig(database="tables.db"))
context = Context(paths=["."], config=Config(gateways={"local": gateway}, model_defaults=ModelDefaultsConfig(dialect="duckdb")))
seen = {}
for name, (source, target) in CASES.items():
    context.engine_adapter.execute(f"create or replace table source as {source}")
    context.engine_adapter.execute(f"create or replace table target as {target}")
    (difference,) = context.table_diff("source", "target", on=["id"], show=False)
    rows = difference.row_diff()
    seen[name] = (rows.source_count, rows.target_count, rows.full_match_pct)
print(seen)
assert seen == {
    "twice": (2, 2, 100.0),
    "no key": (1, 1, 100.0),
    "type": (1, 1, 100.0),
    "small": (1, 1, 100.0),
    "changed": (1, 1, 0.0),
}, seen
print("held: a table with its rows twice matches the one with them once")
PYTHON
