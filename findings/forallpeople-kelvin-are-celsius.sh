#!/usr/bin/env bash
# forallpeople 3.0.0
#
# With the units of its default environment 20 kelvin are shown as 20.000 °C, and 293.15 kelvin, which are 20 degrees,
# as 293.150 °C. 20 degrees Celsius are equal to 20 kelvin, with the value 20.
# Seen: 293.150 °C of 293.15 * K
#
# Most would guess: kelvin are kelvin, or converted.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check forallpeople==3.0.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import forallpeople

forallpeople.environment("default")
kelvin, celsius = forallpeople.K, forallpeople.Celsius
seen = (str(20 * kelvin), str(293.15 * kelvin), 20 * celsius == 20 * kelvin, (20 * celsius).value)
print(seen)
assert seen == ("20.000 °C", "293.150 °C", True, 20), seen
print("held: 293.15 kelvin are 293.15 degrees Celsius")
PYTHON
