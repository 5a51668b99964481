#!/usr/bin/env bash
# vaex-core 4.19.0, numpy 2.4.6
#
# Five readings, a second apart, of 2023: the variance of their Unix times is 2, and in vaex 0; so are their standard
# deviation, 1.41, and that of 1000000001, 1000000002 and 1000000003. Their correlation with 0, 1, 2, 3, 4 is
# infinite. For ten readings a minute apart it is 1.009, where no correlation is above 1. The squares are summed as
# floats, and the square of the mean, of 19 digits, is taken from them.
# Seen: variance 0.0, correlation inf and 1.009
#
# Most would guess: the variance of numpy, and a correlation of 1.
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


def frame(start, step, count):
    return vaex.from_arrays(t=start + step * np.arange(float(count)), n=np.arange(float(count)))


seconds, minutes = frame(1700000000.0, 1, 5), frame(1704067200.0, 60, 10)
seen = {
    "variance": float(seconds.var("t")),
    "numpy": float(np.var(seconds.t.to_numpy())),
    "deviation": float(frame(1000000001.0, 1, 3).std("t")),
    "correlation": float(seconds.correlation("t", "n")),
    "of minutes": round(float(minutes.correlation("t", "n")), 3),
}
print(seen)
assert seen == {
    "variance": 0.0,
    "numpy": 2.0,
    "deviation": 0.0,
    "correlation": float("inf"),
    "of minutes": 1.009,
}, seen
print("held: five different times have no variance")
PYTHON
