#!/usr/bin/env bash
# tiledb 0.36.1, pandas 2.3.3, numpy 2.4.6
#
# A dense array of five cells, of which two were written with 10 and 20, has by TileDB's own aggregates the sum 30,
# the minimum 10, the maximum 20, the count 5 and the mean 6: what was never written is left out of the first three
# and counted in the others. As an array of numpy the other cells are -2147483648, with a mean far below zero; of 8
# bits they are 255, which a written 255 is, too. A CSV that is loaded in chunks has the type of the first one: 1.9 in
# the second is 1, without an error, and 1.9 where the chunk is larger.
# Seen: sum 30, mean 6.0, count 5; [1, 2, 1] in chunks of two rows, [1.0, 2.0, 1.9] in one
#
# Most would guess: a mean of 15 and a count of 2, and a table that does not depend on the size of a chunk.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  tiledb==0.36.1 pandas==2.3.3 pyarrow==26.0.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pathlib
import warnings

import numpy as np
import tiledb

warnings.simplefilter("ignore")
pathlib.Path("orders.csv").write_text("id,v\n1,1\n2,2\n3,1.9\n")


def load(name, rows):
    tiledb.from_csv(name, "orders.csv", sparse=True, chunksize=rows)
    with tiledb.open(name) as array:
        return array.df[:]["v"].tolist()


cells = tiledb.Domain(tiledb.Dim("x", domain=(0, 4), tile=5, dtype="int32"))
tiledb.Array.create("dense", tiledb.ArraySchema(domain=cells, attrs=[tiledb.Attr("v", dtype="int32")]))
with tiledb.open("dense", "w") as array:
    array[1:3] = np.array([10, 20], dtype="int32")
with tiledb.open("dense") as array:
    found = array.query(attrs=["v"]).agg({"v": ["sum", "min", "max", "mean", "count"]})[:]
    read = array[:]["v"].tolist()
seen = {name: float(value) for name, value in found.items()}
chunks = {rows: load(f"table{rows}", rows) for rows in (2, 10)}
print(seen, read, chunks)
assert seen == {"sum": 30, "min": 10, "max": 20, "mean": 6, "count": 5}, seen
assert read == [-(2**31), 10, 20, -(2**31), -(2**31)], read
assert chunks == {2: [1, 2, 1], 10: [1.0, 2.0, 1.9]}, chunks
print("held: the mean of 10 and 20 is 6")
PYTHON
