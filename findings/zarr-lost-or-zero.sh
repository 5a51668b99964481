#!/usr/bin/env bash
# zarr 3.1.6
#
# The file of a chunk that is lost reads as zeros, without an error or a warning. And nothing tells it from data: a chunk
# of zeros is never written, so a whole array with zeros counts as one of two chunks written, too.
#
# Most would guess: an error for a lost file, or a count of chunks that shows the loss.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check zarr==3.1.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os

import zarr


def array(name, values):
    made = zarr.create_array(name, shape=(4,), chunks=(2,), dtype="float64", fill_value=0)
    made[:] = values
    return made


array("lost.zarr", [1, 2, 3, 4])
os.remove("lost.zarr/c/1")
lost, whole = zarr.open_array("lost.zarr", mode="r"), array("whole.zarr", [1, 2, 0, 0])
seen = [(each[:].tolist(), each.nchunks_initialized, each.nchunks) for each in (lost, whole)]
print(seen)
assert seen == [([1.0, 2.0, 0.0, 0.0], 1, 2)] * 2, seen
print("held: a lost chunk reads as zeros, and looks like a chunk of zeros")
PYTHON
