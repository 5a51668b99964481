#!/usr/bin/env bash
# numpy-financial 1.0.0, numpy 2.4.6
#
# The number of payments of 100 for a loan of 1000, `nper`, is -10 when the rate is 0, and 10.05 when it is 0.001. Of
# several rates one 0 is enough: there is one result for all of them, -10, not one for each. `pmt` and `fv` are right
# with a rate of 0. A rate of 1, as an integer, counts in 64 bits: what is saved by 1 in each of 70 periods is -1.
# Seen: -10, 10.055; [0, 0.01] -> -10, [0.001, 0.01] -> 10.055 and 10.589; fv at 1: -1, at 1.0: 1.18e21
#
# Most would guess: 10, and 10 and 10.589 for the two rates.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check numpy-financial==1.0.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import numpy_financial as npf

seen = {
    "none": float(npf.nper(0, -100, 1000)),
    "small": round(float(npf.nper(0.001, -100, 1000)), 3),
    "with 0": np.asarray(npf.nper([0, 0.01], -100, 1000)).round(3).tolist(),
    "without 0": np.asarray(npf.nper([0.001, 0.01], -100, 1000)).round(3).tolist(),
    "payment": float(npf.pmt(0, 10, 1000)),
    "saved": [float(npf.fv(rate, 70, -1, 0)) for rate in (1, 1.0)],
}
print(seen)
assert seen["none"] == seen["with 0"] == -10, seen
assert seen["small"] == 10.055 and seen["without 0"] == [10.055, 10.589], seen
assert seen["payment"] == -100, seen
assert seen["saved"] == [-1, 2.0**70], seen
print("held: a loan without interest ended ten months ago")
PYTHON
