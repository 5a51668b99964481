#!/usr/bin/env bash
# tsmoothie 1.0.5, numpy 2.3.5, pandas 3.0.6, simdkalman 1.0.4
#
# An exponential smoother follows a line that rises by one a day at a constant distance. The interval of two sigmas has
# the deviation of the distances from their own mean, which is 0 here, so it begins and ends at the smoothed value, and
# each day is an outlier. Where a single value is odd the deviation is large enough, and most days are inside. The
# smoothed series has three values fewer than the series, so its first belongs to the fourth day.
# Seen: lower 3.23, upper 3.23, value 4; all 27 of 27 days outside, 2 of 27 with a spike
#
# Most would guess: none outside, as the line is as regular as can be.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  tsmoothie==1.0.5 numpy==2.3.5 pandas==3.0.6 simdkalman==1.0.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from tsmoothie.smoother import ExponentialSmoother


def outside(series):
    smoother = ExponentialSmoother(window_len=3, alpha=0.3)
    smoother.smooth(series)
    low, high = smoother.get_intervals("sigma_interval", n_sigma=2)
    kept = smoother.data[0]
    odd = (kept < low[0]) | (kept > high[0])
    return len(kept), int(odd.sum()), (kept[0], round(float(low[0][0]), 2), round(float(high[0][0]), 2))


line = np.arange(1.0, 31.0)
spike = line.copy()
spike[20] = 100
print(outside(line), outside(spike))
count, odd, (value, low, high) = outside(line)
assert (count, odd, value, low, high) == (27, 27, 4, 3.23, 3.23)
assert outside(spike)[1] < 5
print("held: all days of a straight line are outside")
PYTHON
