#!/usr/bin/env bash
# unitpy 0.0.19
#
# 20 degrees Celsius and 5 degrees are added as kelvins and one of the two zeros is left in: the sum is 298.15 degrees
# Celsius, and the difference -258.15. Three readings that are summed for a mean have both. A rate is moved by the
# zero, too: 1 degree a minute is 16,175.85 an hour, and 2 W/degC are 275.15 W/K. No call warns; a conversion of a
# temperature alone is right.
# Seen: 298.15 degC, -258.15 degC, 16175.85 degC/h, 275.15 W/K
#
# Most would guess: 25 degrees and 15, or an error; 60 degrees an hour, and 2 W/K.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check unitpy==0.0.19

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from unitpy import Q

warm, rise = Q("20 degC"), Q("5 degC")
seen = {
    "sum": warm + rise,
    "difference": warm - rise,
    "sum of three": sum([warm, rise], Q("0 degC")),
    "an hour": Q("1 degC/min").to("degC/h"),
    "W/K": Q("2 W/degC").to("W/K"),
    "K": warm.to("K"),
}
seen = {name: round(float(quantity.value), 2) for name, quantity in seen.items()}
print(seen)
expected = [298.15, -258.15, 571.3, 16175.85, 275.15, 293.15]
assert list(seen.values()) == expected, seen
assert str((warm + rise).unit) == "Celsius", (warm + rise).unit
print("held: 20 degrees and 5 degrees are 298.15 degrees Celsius")
PYTHON
