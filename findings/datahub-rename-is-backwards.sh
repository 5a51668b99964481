#!/usr/bin/env bash
# acryl-datahub 1.7.0.14, sqlglot 30.12.0 (with the extra sql-parser), postgres dialect
#
# The lineage that DataHub's parser finds in a statement runs backwards for ALTER TABLE orders_new RENAME TO orders: orders is
# the input and orders_new is written. A table that is filled by COPY ... FROM or emptied by TRUNCATE is an input, and nothing
# is written. The columns of INSERT INTO mart (a, b) SELECT b, a are matched by their names, so a is said to come from a, and
# by SELECT b AS a, a AS b both come from b. Rows that are moved by a DELETE ... RETURNING have as their input the name of the
# expression, which is no table. No error is set for the tables.
# Seen: rename: orders -> orders_new; COPY: mart -> nothing; TRUNCATE: mart -> nothing; INSERT: a from a, b from b;
#       swapped: a from b, b from b; moved: deleted -> mart, orders
#
# Most would guess: orders_new -> orders; mart is written by COPY and TRUNCATE; a from b, and b from a; orders -> mart.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "acryl-datahub[sql-parser]==1.7.0.14"

cd "$folder"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from datahub.sql_parsing.sqlglot_lineage import create_lineage_sql_parsed_result


def name(urn: str) -> str:
    return urn.split(",")[1].rsplit(".", 1)[1]


def lineage(statement: str) -> tuple[list[str], list[str], dict[str, list[str]]]:
    result = create_lineage_sql_parsed_result(
        query=statement,
        default_db="shop",
        default_schema="public",
        platform="postgres",
        platform_instance=None,
        env="PROD",
        schema_aware=False,
    )
    assert result.debug_info.table_error is None, result.debug_info.table_error
    columns = {
        column.downstream.column: [source.column for source in column.upstreams] for column in result.column_lineage or []
    }
    return [name(urn) for urn in result.in_tables], [name(urn) for urn in result.out_tables], columns


seen = {
    "rename": lineage("ALTER TABLE orders_new RENAME TO orders"),
    "copy": lineage("COPY mart FROM '/data/orders.csv'"),
    "truncate": lineage("TRUNCATE mart"),
    "insert": lineage("INSERT INTO mart (a, b) SELECT b, a FROM orders"),
    "moved": lineage("WITH deleted AS (DELETE FROM orders RETURNING id) INSERT INTO mart SELECT id FROM deleted")[:2],
    "swapped": lineage("CREATE TABLE mart AS SELECT b AS a, a AS b FROM orders"),
    "created": lineage("CREATE TABLE mart AS SELECT x AS a, y AS b FROM orders"),
}
print(*seen.items(), sep="\n")
assert seen == {
    "rename": (["orders"], ["orders_new"], {}),
    "copy": (["mart"], [], {}),
    "truncate": (["mart"], [], {}),
    "insert": (["orders"], ["mart"], {"a": ["a"], "b": ["b"]}),
    "moved": (["deleted"], ["mart", "orders"]),
    "swapped": (["orders"], ["mart"], {"a": ["b"], "b": ["b"]}),
    "created": (["orders"], ["mart"], {"a": ["x"], "b": ["y"]}),
}, seen
print("held: after a rename the old name is made of the new one")
PYTHON
