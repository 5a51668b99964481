#!/usr/bin/env bash
# sqllineage 1.5.9 (sqlfluff 4.5.0)
#
# A script builds "new_sales" from "orders", drops "sales" and renames the new table to "sales", as a swap without a
# gap does. By tables its target is "sales". By columns it is "new_sales", a table that is not there any more, and
# "sales" has none.
# Seen: target sales; column orders.amount -> new_sales.amount
#
# Most would guess: tables and columns of one result have the same names.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sqllineage==1.5.9 sqlfluff==4.5.0

"$folder/venv/bin/python" - <<'PYTHON'
from sqllineage.runner import LineageRunner

SWAP = """
create table new_sales as select amount from orders;
drop table sales;
alter table new_sales rename to sales;
"""


def lineage(script):
    runner = LineageRunner(script, dialect="postgres")
    columns = [(str(path[0]), str(path[-1])) for path in runner.get_column_lineage()]
    return [str(table) for table in runner.source_tables], [str(table) for table in runner.target_tables], columns


sources, targets, columns = lineage(SWAP)
print(sources, targets, columns)
assert (sources, targets) == (["<default>.orders"], ["<default>.sales"]), (sources, targets)
assert columns == [("<default>.orders.amount", "<default>.new_sales.amount")], columns
direct = lineage("create table sales as select amount from orders")
assert direct == (sources, targets, [("<default>.orders.amount", "<default>.sales.amount")]), direct
print("held: after a renaming the lineage of tables has the new name, and that of columns the old")
PYTHON
