#!/usr/bin/env bash
# hampel 1.0.2, numpy 2.4.6
#
# A Hampel filter with a window of 5 finds 5000 in the middle of a rise by 10 a day, but not as the newest value, nor as
# the one before: the first and last two are never judged. A missing value within its window hides a spike, too, 900
# among ones. And of a constant 100 a single 100.1 is an outlier, as 500 is.
#
# Most would guess: the newest value is judged by the values before it, and a missing one is left out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check hampel==1.0.2 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
from hampel import hampel


def outliers(values):
    return [int(index) for index in hampel(numpy.array(values, dtype=float), window_size=5, n_sigma=3.0).outlier_indices]


def with_spike(index):
    return [5000 if day == index else 10 * day for day in range(40)]


ones = [1] * 11
ones[6] = 900
seen = {
    "rise": [outliers(with_spike(index)) for index in (0, 1, 20, 37, 38, 39)],
    "ones": outliers(ones),
    "missing": outliers([numpy.nan if index == 4 else one for index, one in enumerate(ones)]),
    "constant": outliers([100] * 10 + [100.1] + [100] * 10 + [500] + [100] * 10),
}
print(seen)
assert seen == {"rise": [[], [], [20], [37], [], []], "ones": [6], "missing": [], "constant": [10, 21]}, seen
print("held: the newest values are never judged, and a missing value hides a spike")
PYTHON
