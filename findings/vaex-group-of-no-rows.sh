#!/usr/bin/env bash
# vaex-core 4.19.0, numpy 2.4.6, pandas 2.3.3
#
# Where a column has a missing value, grouped rows have one group more than there are values: in a range of 1, a
# missing one, 3 and 4 there is a group 2, which no row has, with a count and a sum of 0 and a maximum of
# -9223372036854775808, beside the group of the missing value. Without a missing value 1, 3 and 4 are three groups.
# The maximum of no rows of 8 bits is -128 and their minimum 127, where no rows of floats have an infinite one.
# Seen: groups 1, 2, 3, 4, None with counts 1, 0, 1, 1, 1
#
# Most would guess: the groups 1, 3, 4 and the missing one, and no maximum of nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  vaex-core==4.19.0 numpy==2.4.6 pandas==2.3.3 pyarrow==26.0.1 dask==2024.8.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
import pyarrow as pa
import vaex

warnings.simplefilter("ignore")
values = np.array([10, 20, 30, 40])


def groups(keys):
    frame = vaex.from_arrays(k=keys, v=values[: len(keys)])
    found = frame.groupby("k", agg={"n": "count", "sum": vaex.agg.sum("v"), "max": vaex.agg.max("v")})
    return {row["k"]: (row["n"], row["sum"], row["max"]) for row in found.to_records()}


seen, whole = groups(pa.array([1, None, 3, 4])), groups(np.array([1, 3, 4]))
small = vaex.from_arrays(i=np.array([1, 2], dtype="int8"))
none = small[small.i > 9]
print(seen, whole, none.max("i"), none.min("i"))
assert seen == {
    1: (1, 10, 10),
    2: (0, 0, -(2**63)),
    3: (1, 30, 30),
    4: (1, 40, 40),
    None: (1, 20, 20),
}, seen
assert sorted(whole) == [1, 3, 4], whole
assert (int(none.max("i")), int(none.min("i"))) == (-128, 127)
print("held: a missing key makes a group of no rows")
PYTHON
