#!/usr/bin/env bash
# arcticdb 6.28.2, pandas 2.3.3, numpy 2.4.6
#
# A symbol of ArcticDB has 1, 2, 3 and 4 January. An update with new values of 2 and 4 January leaves 1, 2 and 4: all
# between the first and the last row of an update is replaced, so 3 January, which nothing was said about, is deleted.
# A time of Berlin in a column comes back without its zone, two hours early in summer, while in the index it keeps it.
# A symbol in the zone of Berlin to which a row without a zone is appended loses the zone of all its rows.
# Seen: 1, 20, 40 of four rows; 10:00+02:00 -> 08:00; after an append 10:00+01:00 -> 09:00
#
# Most would guess: an update changes what it names, and a time is the same instant or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  arcticdb==6.28.2 pandas==2.3.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import tempfile

import pandas as pd
from arcticdb import Arctic

library = Arctic("lmdb://" + tempfile.mkdtemp(dir=".")).get_library("library", create_if_missing=True)
days = pd.date_range("2024-01-01", periods=4)
library.write("orders", pd.DataFrame({"v": [1, 2, 3, 4]}, index=days))
library.update("orders", pd.DataFrame({"v": [20, 40]}, index=days[[1, 3]]))
updated = library.read("orders").data["v"]

noon = pd.Timestamp("2024-07-02 10:00", tz="Europe/Berlin")
library.write("column", pd.DataFrame({"at": [noon]}, index=pd.DatetimeIndex([noon])))
column = library.read("column").data

morning = pd.DatetimeIndex(["2024-01-02 10:00"])
library.write("append", pd.DataFrame({"v": [1]}, index=morning.tz_localize("Europe/Berlin")))
library.append("append", pd.DataFrame({"v": [2]}, index=morning))
appended = library.read("append").data.index
seen = {
    "updated": {str(day.date()): value for day, value in updated.items()},
    "column": str(column["at"].iloc[0]),
    "index": str(column.index[0]),
    "appended": [str(time) for time in appended],
}
print(seen)
assert seen == {
    "updated": {"2024-01-01": 1, "2024-01-02": 20, "2024-01-04": 40},
    "column": "2024-07-02 08:00:00",
    "index": "2024-07-02 10:00:00+02:00",
    "appended": ["2024-01-02 09:00:00", "2024-01-02 10:00:00"],
}, seen
print("held: an update of two days deletes a third")
PYTHON
