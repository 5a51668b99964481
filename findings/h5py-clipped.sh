#!/usr/bin/env bash
# h5py 3.16.0, numpy 2.4.6
#
# An array of numpy that does not fit the column it is written to is moved to the nearest end, without an error: 2 to the
# power of 40 in 32 bits is 2,147,483,647, -1 without a sign is 0, and nan is the least integer. 1.6 is 1. The same
# numbers as a list are an error. numpy itself would make 0, 255 and the least integer of them.
#
# Most would guess: an error for both, or what numpy makes of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check h5py==3.16.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import h5py
import numpy

seen = {}
with h5py.File("rows.h5", "w") as file:
    for kind, value in (("i4", 2**40), ("u1", -1), ("u1", 256), ("i4", float("nan")), ("i4", 1.6)):
        column = file.create_dataset(f"{kind} {value}", (1,), dtype=kind)
        column[:] = numpy.array([value])
        seen[f"{kind} {value}"] = int(column[0])
        if value == value and value != 1.6:
            try:
                column[:] = [value]
            except OverflowError:
                continue
            raise SystemExit("a list that does not fit is written now")
print(seen)
assert seen == {"i4 1099511627776": 2147483647, "u1 -1": 0, "u1 256": 255, "i4 nan": -2147483648, "i4 1.6": 1}, seen
print(numpy.array([2**40]).astype("i4"), numpy.array([-1]).astype("u1"))
assert numpy.array([2**40]).astype("i4")[0] == 0 and numpy.array([-1]).astype("u1")[0] == 255
print("held: what does not fit a column becomes its largest or least value")
PYTHON
