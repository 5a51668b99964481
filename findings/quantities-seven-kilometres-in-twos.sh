#!/usr/bin/env bash
# quantities 0.16.4, numpy 1.26.4
#
# 7 km hold 2000 m no time, with a rest of 1 km, and 1 km is equal to 1. Of depths at 1, 2 and 3 km, 1500 m are beyond
# the last, and what belongs to 1500 m between 10 at 1 km and 20 at 2 km is 20; both without an error, which
# np.maximum() raises for the same two units.
# Seen: 7 km // 2000 m = 0.0, 7 km % 2000 m = 1 km; 1 km == 1: True; searchsorted 3; interp 20.0
#
# Most would guess: 3 times, not equal, 1, and 15, or an error, as of np.maximum().
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check quantities==0.16.4 numpy==1.26.4

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from quantities import Quantity

seven, two, between = Quantity(7, "km"), Quantity(2000, "m"), Quantity(1500, "m")
seen = {
    "times": float((seven // two).simplified),
    "rest": str(seven % two),
    "is one": bool(Quantity(1, "km") == 1),
    "place": int(np.searchsorted(Quantity([1, 2, 3], "km"), between)),
    "value": float(np.interp(between, Quantity([1, 2], "km"), [10, 20])),
}
print(seen)
assert seen == {"times": 0, "rest": "1.0 km", "is one": True, "place": 3, "value": 20}, seen
try:
    np.maximum(Quantity(1, "km"), Quantity(900, "m"))
except ValueError as error:
    assert "identical units" in str(error)
    print("held: 7 km hold 2000 m no time, with a rest of 1 km")
PYTHON
