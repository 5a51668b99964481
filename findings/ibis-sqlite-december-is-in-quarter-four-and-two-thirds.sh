#!/usr/bin/env bash
# ibis-framework 12.0.0, sqlglot 27.29.0, pandas 3.1.1
#
# In SQLite `quarter()` divides without a floor: February is in quarter 1.33 and December in 4.67, so a year has twelve
# quarters when rows are grouped by it. They are shown as whole numbers, each one three times, and a filter for quarter
# 4 finds October alone. 15 March is in week 11.43, not in 11. `microsecond()` is the second, a time as an integer is
# its year, and true as a text is 1.
# Seen: 12 groups 1 1 1 2 2 2 3 3 3 4 4 4; 1 row in quarter 4; 30 microseconds of 10:20:30.250000
#
# Most would guess: 4 groups, 3 rows in quarter 4, and 250000, as Ibis has with DuckDB.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    "ibis-framework[sqlite]==12.0.0" sqlglot==27.29.0 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import ibis

engine = ibis.sqlite.connect()
engine.con.execute("create table runs (day date, at timestamp, good boolean)")
for month in range(1, 13):
    engine.con.execute(
        "insert into runs values (?, ?, 1)", (f"2024-{month:02}-15", f"2024-{month:02}-15 10:20:30.250000")
    )
runs = engine.table("runs")
quarters = runs.group_by(quarter=runs.day.quarter()).agg(rows=runs.count()).order_by("quarter")
seen = {
    "quarters": engine.execute(quarters).quarter.tolist(),
    "in the last": int(engine.execute(runs.filter(runs.day.quarter() == 4).count())),
    "week 11": int(engine.execute(runs.filter(runs.day.week_of_year() == 11).count())),
    "first half": int(engine.execute(runs.filter(runs.day.quarter() <= 2).count())),
    "micros": engine.execute(runs.at.microsecond().max()),
    "integer": engine.execute(runs.at.cast("int64").max()),
    "text": engine.execute(runs.good.cast("string").max()),
}
query = ibis.to_sql(runs.select(it=runs.day.quarter()), "sqlite")
exact = [round(quarter, 2) for (quarter,) in engine.con.execute(query)]
print(seen, exact)
assert seen == {
    "quarters": [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4],
    "in the last": 1,
    "week 11": 0,
    "first half": 4,
    "micros": 30,
    "integer": 2024,
    "text": "1",
}, seen
assert exact == [1, 1.33, 1.67, 2, 2.33, 2.67, 3, 3.33, 3.67, 4, 4.33, 4.67], exact
print("held: December is in quarter four and two thirds")
PYTHON
