#!/usr/bin/env bash
# vaex-core 4.19.0, numpy 2.4.6, pandas 2.3.3
#
# Of two days, 2 and 4 January 2024, and a missing one between them, the mean is 6 June 2103, the minimum is missing,
# the maximum is right, and the count is three: NaT is taken for the smallest 64-bit integer, as it is stored, and the
# sum runs over. isna() knows that the day is missing, and a missing float is left out of count, mean and minimum. In
# a group it is the same.
# Seen: mean 2103-06-06, minimum NaT, count 3; pandas: 2024-01-03, 2024-01-02, 2
#
# Most would guess: the missing day is left out, as it is of numbers and in pandas.
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
import vaex

warnings.simplefilter("ignore")
days = np.array(["2024-01-02", "NaT", "2024-01-04"], dtype="datetime64[ns]")
frame = vaex.from_arrays(t=days, x=np.array([1.0, np.nan, 3.0]), g=np.array([1, 1, 1]))
group = frame.groupby("g", agg={"count": vaex.agg.count("t"), "first": vaex.agg.min("t")})
seen = {
    "mean": str(frame.mean("t"))[:10],
    "minimum": str(frame.min("t")),
    "maximum": str(frame.max("t"))[:10],
    "count": int(frame.count("t")),
    "group": (group["count"].tolist(), group["first"].tolist()),
    "missing": frame.t.isna().tolist(),
    "numbers": (float(frame.mean("x")), float(frame.min("x")), int(frame.count("x"))),
}
print(seen)
assert seen == {
    "mean": "2103-06-06",
    "minimum": "NaT",
    "maximum": "2024-01-04",
    "count": 3,
    "group": ([3], [None]),
    "missing": [False, True, False],
    "numbers": (2.0, 1.0, 2),
}, seen
print("held: the mean of two days of 2024 is in 2103")
PYTHON
