#!/usr/bin/env bash
# openlineage_sql 1.54.0, postgres dialect
#
# INSERT INTO totals (day, amount) SELECT d, a FROM orders fills the columns day and amount; in the column lineage they are
# d and a, which totals does not have. A UNION gives the target one column for each name that any branch has for it. A
# column that could be of either table of a join is of the first, and one of raw.orders, written as orders.a, is of a table
# "orders", which is not among the inputs. DELETE FROM totals WHERE id IN (SELECT id FROM gone) has totals.id made from
# gone.id.
# Seen: [('d', 'orders.d'), ('a', 'orders.a')]; UNION: ['amount', 'b']; JOIN: 'one.a'; schema: 'orders.a', inputs
#       ['raw.orders']; DELETE: [('id', 'gone.id')]; errors: none
#
# Most would guess: day and amount; one column for a UNION; no origin where it is unknown; raw.orders; a deletion makes no
# column.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openlineage_sql==1.54.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from openlineage_sql import parse


def lineage(statement):
    """The inputs, and the columns of totals with what each is made from."""
    found = parse([statement], dialect="postgres")
    assert not found.errors
    assert [str(table) for table in found.out_tables] == ["totals"]
    columns = {
        each.descendant.name: [f"{source.origin}.{source.name}" for source in each.lineage] for each in found.column_lineage
    }
    print(statement, "\n   ", columns)
    return [str(table) for table in found.in_tables], columns


_, columns = lineage("INSERT INTO totals (day, amount) SELECT d, a FROM orders")
assert columns == {"d": ["orders.d"], "a": ["orders.a"]}
_, columns = lineage("INSERT INTO totals SELECT a AS amount FROM orders UNION ALL SELECT b FROM refunds")
assert columns == {"amount": ["orders.a"], "b": ["refunds.b"]}
_, columns = lineage("INSERT INTO totals SELECT a FROM one JOIN two ON one.id = two.id")
assert columns == {"a": ["one.a"]}
inputs, columns = lineage("INSERT INTO totals SELECT orders.a FROM raw.orders")
assert inputs == ["raw.orders"] and columns == {"a": ["orders.a"]}
_, columns = lineage("DELETE FROM totals WHERE id IN (SELECT id FROM gone)")
assert columns == {"id": ["gone.id"]}
print("held: column lineage names columns as the query does, and not as the table that is written")
PYTHON
