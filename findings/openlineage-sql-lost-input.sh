#!/usr/bin/env bash
# openlineage_sql 1.54.0 (the SQL parser that OpenLineage's integrations use), postgres, snowflake and bigquery dialects
#
# A common table expression that has the name of the table that it reads, as in WITH orders AS (SELECT * FROM raw.orders), takes
# that table out of the inputs, although one name has a schema and the other has none. Nothing is reported as an error. With any
# other name the input is there, and so it is with a subquery of that name in place of the expression. A function in FROM becomes
# an input table.
# Seen: WITH orders: inputs []; WITH source: inputs ['raw.orders']; subquery named orders: ['raw.orders'];
#       FROM generate_series(1, 3): ['generate_series']
#
# Most would guess: raw.orders is an input whatever the expression is called, and a function is none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openlineage_sql==1.54.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from openlineage_sql import parse


def inputs(statement: str, dialect: str = "postgres") -> list[str]:
    found = parse([f"CREATE TABLE mart AS {statement}"], dialect=dialect)
    assert not found.errors
    assert [str(table) for table in found.out_tables] == ["mart"]
    return [str(table) for table in found.in_tables]


for dialect in ("postgres", "snowflake", "bigquery"):
    same = inputs("WITH orders AS (SELECT * FROM raw.orders) SELECT * FROM orders", dialect)
    other = inputs("WITH source AS (SELECT * FROM raw.orders) SELECT * FROM source", dialect)
    subquery = inputs("SELECT * FROM (SELECT * FROM raw.orders) AS orders", dialect)
    print(dialect, same, other, subquery)
    assert same == []
    assert other == subquery == ["raw.orders"]

function = inputs("SELECT * FROM generate_series(1, 3)")
print("function:", function)
assert function == ["generate_series"]
print("held: a common table expression with the name of its table hides that table")
PYTHON
