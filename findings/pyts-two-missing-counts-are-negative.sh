#!/usr/bin/env bash
# pyts 0.14.1, numpy 2.3.5
#
# `InterpolationImputer` also fills what is missing before the first and after the last value, by going on with the line
# through the two nearest ones: two missing counts after 10 and 0 are -10 and -20, and a day without a reading goes on
# like the last change for ever. With strategy "previous" what is missing at the beginning, where there is nothing
# before, gets the value after it; "next" does the same at the end.
# Seen: [20, 10, 0, nan, nan] -> [20, 10, 0, -10, -20]; previous [nan, 1, 3] -> [1, 1, 3]
#
# Most would guess: what is missing at the ends stays so, or gets the last value, as an interpolation is between values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyts==0.14.1 numpy==2.3.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from pyts.preprocessing import InterpolationImputer


def filled(values, strategy="linear"):
    return InterpolationImputer(strategy=strategy).transform([values])[0].tolist()


nan = np.nan
seen = {
    "between": filled([20, nan, 0]),
    "after": filled([20, 10, 0, nan, nan]),
    "before": filled([nan, 1, 3]),
    "previous": filled([nan, 1, 3], "previous"),
    "next": filled([1, 3, nan], "next"),
}
print(seen)
assert seen == {
    "between": [20, 10, 0],
    "after": [20, 10, 0, -10, -20],
    "before": [-1, 1, 3],
    "previous": [1, 1, 3],
    "next": [1, 3, 3],
}, seen
print("held: two missing counts are negative")
PYTHON
