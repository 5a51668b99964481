#!/usr/bin/env bash
# pyiceberg 0.12.0, pyarrow 26.0.1
#
# In a column of 1, null and 7 a scan for "x not in (1)" finds 7, and so does "x != 1 and x != 2". "x not in (1, 2)" finds
# null and 7: with one value it becomes !=, which leaves null out, and with more it does not. A delete with the longer list
# leaves the null that the scan has found. With count() it is the same.
# Seen: not in (1): [7]; not in (1, 2): [None, 7], left by a delete [1, None]; x != 1 and x != 2: [7]
#
# Most would guess: [7] each time, as SQL has it; at least the same for a list of one and of two, and for scan and delete.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pyiceberg[sql-sqlite]==0.12.0" pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog

catalog = SqlCatalog("c", uri="sqlite:///catalog.db", warehouse=f"file://{os.getcwd()}")
catalog.create_namespace("n")
data = pa.table({"x": pa.array([1, None, 7], pa.int64())})


def found_and_left(name, condition):
    """What a scan finds, and what a delete with the same filter leaves."""
    table = catalog.create_table(f"n.{name}", schema=data.schema)
    table.append(data)
    found = table.scan(condition).to_arrow()["x"].to_pylist()
    assert table.scan(condition).count() == len(found)
    table.delete(condition)
    left = table.scan().to_arrow()["x"].to_pylist()
    print(condition, "found", found, "left", left)
    return found, left


assert found_and_left("one", "x not in (1)") == ([7], [1, None])
assert found_and_left("two", "x not in (1, 2)") == ([None, 7], [1, None])
assert found_and_left("neither", "x != 1 and x != 2") == ([7], [1, None])
print("held: a null is not in two values, but not 'not in' one")
PYTHON
