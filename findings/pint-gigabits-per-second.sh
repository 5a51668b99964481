#!/usr/bin/env bash
# Pint 0.25.3
#
# 60 rpm are 6.28 Hz: a turn is 2 pi, and a hertz has no turn in it. A rate of 10 Gb/s is 10 gilbert per second, a unit
# of magnetism, one of 10 Mb/s is 10 megabarn per second, an area, and a pressure of 1013 mb is one of millibarn. All
# are read without an error or a warning; it shows only where one converts them to what they were meant to be.
# Seen: 60 rpm: 6.283185307179586 hertz; Gb/s: gilbert / second; Mb/s: megabarn / second; mb: millibarn; GB/s: gigabyte
#       / second
#
# Most would guess: 1 Hz; and gigabits, megabits, millibars.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Pint==0.25.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pint

units = pint.UnitRegistry()
seen = {text: str(units(text).units) for text in ("10 Gb/s", "10 Mb/s", "1013 mb", "10 GB/s")}
turns = units("60 rpm").to("Hz").magnitude
print(turns, seen)
assert round(turns, 6) == 6.283185, turns
assert seen == {
    "10 Gb/s": "gilbert / second",
    "10 Mb/s": "megabarn / second",
    "1013 mb": "millibarn",
    "10 GB/s": "gigabyte / second",
}, seen
print("held: 60 turns a minute are 6.28 hertz, and gigabits are gilberts")
PYTHON
