#!/usr/bin/env bash
# polars 2.1.0, pyarrow 26.0.1, pandas 3.1.1
#
# 2 July, half past midnight in Berlin, is 1 July if it is cast to a date in Polars, and 2 July by dt.date(), truncate("1d")
# and as a text: the cast takes the day of UTC. It is the same with the time of day, 22:30 and 00:30, and in Polars' SQL. A
# filter from date(2024, 7, 2) on leaves it out; in SQL, t >= date '2024-07-02' does, and t >= '2024-07-02' does not.
# pyarrow's cast and pandas' .dt.date of the same column are 2 July. So counts per day depend on who counts.
# Seen: cast: 2024-07-01; dt.date(): 2024-07-02; SQL cast: 2024-07-01; pyarrow's cast: 2024-07-02; pandas: 2024-07-02; rows
#       from 2 July on: filter 0, SQL with a date 0, SQL with a text 1
#
# Most would guess: 2 July in each case.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check polars==2.1.0 pyarrow==26.0.1 pandas==3.1.1

"$folder/venv/bin/python" - <<'PYTHON'
import datetime as dt

import polars as pl
import pyarrow as pa

moment = dt.datetime(2024, 7, 1, 22, 30, tzinfo=dt.UTC)
frame = pl.DataFrame({"t": [moment]}).with_columns(pl.col("t").dt.convert_time_zone("Europe/Berlin"))
t = pl.col("t")
found = {
    "cast": frame.select(t.cast(pl.Date)).item(),
    "dt.date()": frame.select(t.dt.date()).item(),
    "truncate": frame.select(t.dt.truncate("1d").dt.to_string("%Y-%m-%d")).item(),
    "text": frame.select(t.cast(pl.String)).item()[:10],
    "SQL cast": pl.SQLContext(frame=frame, eager=True).execute("select cast(t as date) from frame").item(),
    "pyarrow": frame.to_arrow()["t"].cast(pa.date32())[0].as_py(),
    "pandas": frame.to_pandas()["t"].dt.date[0],
}
times = [frame.select(t.cast(pl.Time)).item(), frame.select(t.dt.time()).item()]
sql = pl.SQLContext(frame=frame, eager=True).execute
rows = [
    frame.filter(t >= dt.date(2024, 7, 2)).height,
    sql("select count(*) from frame where t >= date '2024-07-02'").item(),
    sql("select count(*) from frame where t >= '2024-07-02'").item(),
]
print({name: str(day) for name, day in found.items()}, [str(time) for time in times], rows)
assert {name for name, day in found.items() if str(day) == "2024-07-01"} == {"cast", "SQL cast"}, found
assert {str(day) for name, day in found.items() if name not in ("cast", "SQL cast")} == {"2024-07-02"}, found
assert times == [dt.time(22, 30), dt.time(0, 30)], times
assert rows == [0, 0, 1], rows
print("held: a cast to a date takes the day of UTC, and dt.date() that of the column's zone")
PYTHON
