#!/usr/bin/env bash
# quantulum3 0.10.0
#
# The library finds quantities in texts. "At 3 a.m." has three years in it, "open 24/7" the number 3.43, "half a mile"
# half of "per mile", and "3 Ms" three milliseconds. "10 mins" and "90 secs" have numbers without a unit, though "2 hrs"
# are two hours. "1,5 kg" are 1 and then 5 kilograms.
#
# Most would guess: no quantity in a time of day, half a mile, and ten minutes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check quantulum3==0.10.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from quantulum3 import parser

TEXTS = ("at 3 a.m.", "open 24/7", "half a mile", "3 Ms", "10 mins", "90 secs", "2 hrs", "1,5 kg")
seen = {text: [(round(found.value, 2), found.unit.name) for found in parser.parse(text)] for text in TEXTS}
print(seen)
assert seen == {
    "at 3 a.m.": [(3, "year")],
    "open 24/7": [(3.43, "dimensionless")],
    "half a mile": [(0.5, "per mile")],
    "3 Ms": [(3, "millisecond")],
    "10 mins": [(10, "dimensionless")],
    "90 secs": [(90, "dimensionless")],
    "2 hrs": [(2, "hour")],
    "1,5 kg": [(1, "dimensionless"), (5, "kilogram")],
}, seen
print("held: three in the morning are three years")
PYTHON
