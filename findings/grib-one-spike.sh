#!/usr/bin/env bash
# eccodes 2.50.0, numpy 2.4.6
#
# A GRIB message with 1, 2, 3 and a spike of a billion is read back as 1, 1, 1 and 1,000,000,001: all its values share
# one scale of 24 bits, that of the largest, and the spike itself is off by one. A spike of a million leaves the others
# as they were. The same happens to 0.2 beside 1,000: 0.19997557997703552. ecCodes says nothing.
# Seen: [1.0, 1.0, 1.0, 1000000001.0]; [1.0, 2.0, 3.0, 1000000.0]
#
# Most would guess: each value within its own precision, as with floats, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check eccodes==2.50.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import eccodes
import numpy


def stored(values):
    message = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
    eccodes.codes_set(message, "Ni", len(values))
    eccodes.codes_set(message, "Nj", 1)
    eccodes.codes_set_values(message, numpy.array(values, dtype=float))
    return [float(value) for value in eccodes.codes_get_values(message)], eccodes.codes_get(message, "bitsPerValue")


seen = [stored([1, 2, 3, 1e9]), stored([1, 2, 3, 1e6])]
print(seen)
assert seen == [([1.0, 1.0, 1.0, 1000000001.0], 24), ([1.0, 2.0, 3.0, 1000000.0], 24)], seen
print("held: one spike levels all other values of its message")
PYTHON
