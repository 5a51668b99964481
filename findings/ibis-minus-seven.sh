#!/usr/bin/env bash
# ibis-framework 12.0.0, duckdb 2.0.1, polars 2.1.0, pyarrow 26.0.1
#
# One expression of Ibis has other results by the engine that runs it. The rest of -7 by 3 is -1 in DuckDB and 2 in
# Polars; 1.7 cast to an integer is 2 and 1; all() and any() of no rows are null and null, true and false; the maximum
# of 2.5 and NaN is NaN and 2.5. None of it is a warning.
# Seen: duckdb: -1, 2, None, None, nan; polars: 2, 1, True, False, 2.5
#
# Most would guess: one expression, one result, as Ibis is there for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  "ibis-framework[duckdb,polars]==12.0.0" duckdb==2.0.1 polars==2.1.0 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import ibis
import polars

frame = polars.DataFrame({"id": [1, 2], "whole": [-7, -7], "part": [1.7, 0.0], "late": [2.5, float("nan")], "ok": [True, True]})
duckdb = ibis.duckdb.connect()
duckdb.con.register("frame", frame.to_arrow())
duckdb.con.execute("create table runs as from frame")
ENGINES = {"duckdb": duckdb, "polars": ibis.polars.connect({"runs": frame})}
QUESTIONS = (
    lambda runs: (runs.whole % 3).min(),
    lambda runs: runs.part.cast("int64").max(),
    lambda runs: runs.filter(runs.id > 2).ok.all(),
    lambda runs: runs.filter(runs.id > 2).ok.any(),
    lambda runs: runs.late.max(),
)
seen = {}
for name, engine in ENGINES.items():
    runs = engine.table("runs")
    seen[name] = [str(engine.to_pyarrow(question(runs)).as_py()) for question in QUESTIONS]
print(seen)
assert seen == {"duckdb": ["-1", "2", "None", "None", "nan"], "polars": ["2", "1", "True", "False", "2.5"]}, seen
print("held: the rest of -7, a cast and all() of nothing depend on the engine")
PYTHON
