#!/usr/bin/env bash
# datafusion 55.0.0, duckdb 2.0.1, pyarrow 26.0.1
#
# EXCEPT ALL takes each row of the second table from the first once, which shows what a table has too many of.
# DataFusion takes away all copies: three rows without one of them leave none. So two tables that differ only in how
# often a row is there have no difference. By INTERSECT ALL three rows and one have three in common. DuckDB has two rows
# left and one in common, as the standard of SQL has it.
#
# Most would guess: 3 - 1 = 2, as ALL is there to count.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  datafusion==55.0.0 duckdb==2.0.1 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datafusion
import duckdb

TABLES = "(VALUES (5), (5), (5), (7)) AS before (amount)", "(VALUES (5), (7)) AS after (amount)"

seen = {}
for word in ("EXCEPT ALL", "INTERSECT ALL", "EXCEPT"):
    query = f"SELECT amount FROM {TABLES[0]} {word} SELECT amount FROM {TABLES[1]}"
    of_datafusion = datafusion.SessionContext().sql(query).to_pydict()["amount"]
    seen[word] = sorted(of_datafusion), sorted(amount for (amount,) in duckdb.sql(query).fetchall())
print("DataFusion, DuckDB", seen)
assert seen["INTERSECT ALL"] == ([5, 5, 5, 7], [5, 7]), seen
assert seen["EXCEPT ALL"] == ([], [5, 5]) and seen["EXCEPT"] == ([], []), seen
print("held: three rows without one of them are none")
PYTHON
