#!/usr/bin/env bash
# pandas 2.3.3, numpy 2.4.6, pyarrow 26.0.1
#
# A time in JSON is one of milliseconds since 1970, if its column has nanoseconds. In microseconds, as Parquet, DuckDB
# and Spark have them, the number is one of seconds, in milliseconds one of 1000 seconds, and a time in seconds is
# 1704, all without an error: date_unit divides whatever the column has as if it were nanoseconds. A duration is
# written so, too, and a row's label. A column with a time zone is right, and so is date_format="iso"; pandas 3.1.1 has
# milliseconds for all four.
# Seen: 1704164645678, 1704164645, 1704164 and 1704 of one time
#
# Most would guess: 1704164645678 by each of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  pandas==2.3.3 numpy==2.4.6 pyarrow==26.0.1

cd "$folder"
TZ=UTC "$folder/venv/bin/python" - <<'PYTHON'
import json

import pandas as pd


def holds(text, seen, expected):
    print(f"{text}: {seen}")
    assert seen == expected, text


def numbers(unit):
    time = pd.Series(pd.to_datetime(["2024-01-02T03:04:05.678"])).astype(f"datetime64[{unit}]")
    took = pd.Series([pd.Timedelta(hours=36)]).astype(f"timedelta64[{unit}]")
    table = pd.DataFrame({"time": time, "utc": time.dt.tz_localize("UTC"), "took": took})
    return list(json.loads(table.to_json(orient="records"))[0].values())


holds("nanoseconds", numbers("ns"), [1704164645678, 1704164645678, 129600000])
holds("microseconds", numbers("us"), [1704164645, 1704164645678, 129600])
holds("milliseconds", numbers("ms"), [1704164, 1704164645678, 129])
holds("seconds", numbers("s"), [1704, 1704164645000, 0])
pd.DataFrame({"at": pd.to_datetime(["2024-01-02T03:04:05.678"]).as_unit("us")}).to_parquet("rows.parquet")
table = pd.read_parquet("rows.parquet")
holds("from Parquet", [str(table["at"].dtype), table.to_json(orient="values")], ["datetime64[us]", "[[1704164645]]"])
iso = table.to_json(orient="values", date_format="iso")
holds("as ISO 8601", iso, '[["2024-01-02T03:04:05.678"]]')
holds("label of a row", table.assign(rows=1).set_index("at")["rows"].to_json(), '{"1704164645":1}')
print("held: a time of 2024 is 1704")
PYTHON
