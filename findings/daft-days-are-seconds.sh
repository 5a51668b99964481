#!/usr/bin/env bash
# daft 0.7.26, datafusion 55.0.0, duckdb 2.0.1, polars 2.1.0, pyarrow 25.0.1
#
# `log(2, 8)` is 3 in DuckDB and DataFusion, as in PostgreSQL: the base comes first. In the SQL of Polars and of Daft it
# is a third, as the base comes last. And from 1 March back to 1 February are 29 days in three of them; in Daft they are
# 29 seconds.
# Seen: log 3, 3, 0.333, 0.333; difference 29, 29, 29 days, 29 seconds
#
# Most would guess: one function of one name has one order, and days stay days.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  daft==0.7.26 datafusion==55.0.0 duckdb==2.0.1 polars==2.1.0 pyarrow==25.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import daft
import datafusion
import duckdb
import polars

LOGARITHM = "SELECT log(2, 8) AS value FROM numbers"
DAYS = "SELECT later - earlier AS value FROM numbers"

ROW = {"later": [datetime.date(2024, 3, 1)], "earlier": [datetime.date(2024, 2, 1)]}
of_polars = polars.DataFrame(ROW)
numbers = of_polars.to_arrow()
of_datafusion = datafusion.SessionContext()
of_datafusion.from_arrow(numbers, name="numbers")
ENGINES = {
    "duckdb": lambda query: duckdb.sql(query).fetchall()[0][0],
    "datafusion": lambda query: of_datafusion.sql(query).to_pydict()["value"][0],
    "polars": lambda query: polars.SQLContext(numbers=of_polars, eager=True).execute(query)["value"][0],
    "daft": lambda query: daft.sql(query, numbers=daft.from_pydict(ROW)).to_pydict()["value"][0],
}
seen = {name: (round(run(LOGARITHM), 3), run(DAYS)) for name, run in ENGINES.items()}
print(seen)
assert [logarithm for logarithm, _ in seen.values()] == [3, 3, 0.333, 0.333], seen
assert seen["duckdb"][1] == 29 and seen["datafusion"][1] == 29, seen
assert seen["polars"][1] == datetime.timedelta(days=29) and seen["daft"][1] == datetime.timedelta(seconds=29), seen
print("held: the logarithm is 3 or a third, and 29 days are 29 seconds")
PYTHON
