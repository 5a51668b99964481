#!/usr/bin/env bash
# duckdb 2.0.1
#
# A sample of 10 percent of a table of 1,000 rows has no row at all, or all 1,000: a percentage takes or leaves blocks
# of 2,048 rows as a whole, unless one asks for "bernoulli". Of 10,000 rows it has none in about half of the tries. A
# check of a sample so passes on no rows, and "about ten times the sample" is zero or 10,000.
# Seen: 1,000 rows, twenty seeds: 0 rows eighteen times and 1,000 twice; with bernoulli about 100 each time
#
# Most would guess: 10 percent of 1,000 rows are about 100.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1

"$folder/venv/bin/python" - <<'PYTHON'
import duckdb

connection = duckdb.connect()
connection.execute("set threads = 1")
connection.execute("create table small as select range as id from range(1000)")
connection.execute("create table larger as select range as id from range(10000)")


def sizes(table, sample):
    query = f"select count(*) from {table} using sample {sample}"
    return [connection.execute(query.format(seed=seed)).fetchone()[0] for seed in range(40)]


small, larger = sizes("small", "10% (system, {seed})"), sizes("larger", "10% (system, {seed})")
plain = [connection.execute("select count(*) from small using sample 10%").fetchone()[0] for _ in range(200)]
rows = sizes("small", "10% (bernoulli, {seed})")
print(small, larger, sorted(set(plain)), rows, sep="\n")
assert set(small) == set(plain) == {0, 1000}, (small, plain)
assert larger.count(0) > 10 and max(larger) >= 2048, larger
assert all(50 < count < 160 for count in rows), rows
print("held: a sample of 10 percent has none of 1,000 rows, or all")
PYTHON
