#!/usr/bin/env bash
# arcticdb 6.28.2, pandas 2.3.3, numpy 2.4.6
#
# A float in a query of ArcticDB is one of 32 bits, whatever the column has. In a column of 64-bit floats a filter for
# 16777217.0 finds the row of 16777216.0 and not the one of 16777217.0, and one for less than 16777217.0 finds none. A
# tenth of 123456789 is 12345679.083964951. Filters with an integer are exact, and so is the same query in pandas.
# Seen: == 16777217.0 -> [16777216.0]; < 16777217.0 -> []; 123456789 * 0.1 -> 12345679.084
#
# Most would guess: Python's floats have 64 bits, and so has the column.
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
from arcticdb import Arctic, QueryBuilder

library = Arctic("lmdb://" + tempfile.mkdtemp(dir=".")).get_library("library", create_if_missing=True)
amounts = [16777216.0, 16777217.0, 123456789.0]
table = pd.DataFrame({"amount": amounts}, index=pd.date_range("2024-01-01", periods=3))
library.write("table", table)


def read(build):
    return library.read("table", query_builder=build(QueryBuilder())).data


seen = {
    "equal": read(lambda q: q[q["amount"] == 16777217.0])["amount"].tolist(),
    "less": read(lambda q: q[q["amount"] < 16777217.0])["amount"].tolist(),
    "integer": read(lambda q: q[q["amount"] == 16777217])["amount"].tolist(),
    "tenth": read(lambda q: q.apply("tenth", q["amount"] * 0.1))["tenth"].round(3).tolist()[2],
}
print(seen, (table["amount"] * 0.1).tolist()[2])
assert seen == {
    "equal": [16777216.0],
    "less": [],
    "integer": [16777217.0],
    "tenth": 12345679.084,
}, seen
print("held: a filter finds the neighbour of what it is for")
PYTHON
