#!/usr/bin/env bash
# pyiceberg 0.12.0, pyarrow 26.0.1
#
# A table holds 1, 3 and NaN in one file. A scan for x <= 3 finds two rows; delete("x <= 3"), with the same filter, deletes
# all three, as an overwrite with it does: the bounds of the file leave NaN out, and as they lie within the filter the whole
# file is dropped. The other way round, a scan for x != 3 finds 1 and NaN, and delete("x != 3") leaves NaN. In a table of 3,
# 3 and NaN a scan for "x is nan" finds nothing, and delete("x is nan") deletes the row. All without an error or a warning.
# Seen: x <= 3: found [1.0, 3.0], left []; x != 3: found [1.0, nan], left [3.0, nan]; x is nan: found [], left [3.0, 3.0]
#
# Most would guess: a delete takes the rows that a scan with its filter finds, and no others.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pyiceberg[sql-sqlite]==0.12.0" pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import math
import os

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog

catalog = SqlCatalog("c", uri="sqlite:///catalog.db", warehouse=f"file://{os.getcwd()}")
catalog.create_namespace("n")
tables = 0


def values(table):
    return table.scan().to_arrow()["x"].to_pylist()


def found_and_left(rows, condition):
    """What a scan finds, and what a delete and an overwrite with the same filter leave of the rows."""
    global tables
    data = pa.table({"x": pa.array(rows, pa.float64())})
    made = []
    for _ in range(2):
        tables += 1
        made.append(catalog.create_table(f"n.t{tables}", schema=data.schema))
        made[-1].append(data)
    deleted, overwritten = made
    found = deleted.scan(condition).to_arrow()["x"].to_pylist()
    deleted.delete(condition)
    overwritten.overwrite(data.slice(0, 0), overwrite_filter=condition)
    print(rows, condition, "found", found, "left", values(deleted), "after an overwrite", values(overwritten))
    assert str(values(deleted)) == str(values(overwritten))
    return str(found), str(values(deleted))


assert found_and_left([1.0, 3.0, math.nan], "x <= 3") == ("[1.0, 3.0]", "[]")
assert found_and_left([1.0, 3.0, math.nan], "x <= 1") == ("[1.0]", "[3.0, nan]")
assert found_and_left([1.0, 3.0, math.nan], "x != 3") == ("[1.0, nan]", "[3.0, nan]")
assert found_and_left([3.0, 3.0, math.nan], "x is nan") == ("[]", "[3.0, 3.0]")
print("held: a delete takes NaN that a scan with its filter does not find, and leaves NaN that it finds")
PYTHON
