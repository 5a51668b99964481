#!/usr/bin/env bash
# ifcopenshell 0.9.0.post1
#
# The units of a building model are converted by their names. A gallon, a pint or a fluid ounce, British or American,
# is one cubic metre, for its name is looked up in lower case in a table that has it as "gallon UK"; an unknown unit is
# no error. A pound is 0.000454 kg, a thousandth of itself, 68 degrees Fahrenheit are 122.4 Celsius, and 20 degrees
# Celsius 20 kelvin. A mile is 1,609 m and a yard 0.914 m, so a mile has 1,760.39 yards. A length of 2.999 feet is
# shown as 2' - 12", and -1.5 feet as -1' - -6". Inches, feet and litres are right.
# Seen: 1 m3, 0.000454 kg, 122.4 degC, 20 K, 2' - 12"
#
# Most would guess: 0.004546 m3, 0.454 kg, 20 degC, 293.15 K and 3'.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ifcopenshell==0.9.0.post1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from ifcopenshell.util.unit import convert, format_length

CASES = {
    "gallon UK": (1, None, "gallon UK", None, "CUBIC_METRE"),
    "pint US": (1, None, "pint US", None, "CUBIC_METRE"),
    "pound": (1, None, "pound", "KILO", "GRAM"),
    "fahrenheit": (68, None, "fahrenheit", None, "DEGREE_CELSIUS"),
    "celsius": (20, None, "DEGREE_CELSIUS", None, "KELVIN"),
    "mile": (1, None, "mile", None, "yard"),
    "litre": (1, None, "litre", None, "CUBIC_METRE"),
    "foot": (1, None, "foot", "MILLI", "METRE"),
}
seen = {name: round(float(convert(*case)), 6) for name, case in CASES.items()}
print(seen)
expected = [1.0, 1.0, 0.000454, 122.4, 20.0, 1760.393873, 0.001, 304.8]
assert list(seen.values()) == expected, seen

shown = [format_length(feet, 2, unit_system="imperial") for feet in (2.999, -1.5, 5.5)]
print(*shown, sep=", ")
assert shown == ["2' - 12\"", "-1' - -6\"", "5' - 6\""], shown
print("held: a gallon is a cubic metre, and a pound half a gram")
PYTHON
