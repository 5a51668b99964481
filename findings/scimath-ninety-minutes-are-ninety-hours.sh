#!/usr/bin/env bash
# scimath 5.0.0, numpy 2.4.6
#
# A unit is read from its usual symbol, and where scimath does not know it, it is the number 1, without a warning. It
# knows neither min nor h, l, gal, W or kWh, and a unit with one of them is 1 as a whole: 90 min are 90 h, 100 km/h are
# 100 mi/h, and 50 min are 5,000 percent. V is a cubic metre, F a foot, and C is 1. By their names, minute and hour,
# all is right. The sum, the mean and the maximum of an array in kilometres have no unit.
# Seen: 90 min: 90 h; 100 km/h: 100 mi/h; V: 1 m3; 6 F: 1.8288 m; sum: units None
#
# Most would guess: an error for a unit that is not known, and 1.5 hours.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check scimath==5.0.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

from scimath.units import length
from scimath.units.api import UnitArray, convert
from scimath.units.unit_parser import unit_parser

warnings.simplefilter("ignore")
CASES = {
    (90, "min", "h"): 90,
    (100, "km/h", "mi/h"): 100,
    (1, "gal", "l"): 1,
    (50, "min", "%"): 5000,
    (1, "V", "m**3"): 1,
    (6, "F", "m"): 1.8288,
    (90, "minute", "hour"): 1.5,
    (36, "km/hour", "m/s"): 10,
}
parse = unit_parser.parse_unit
seen = {case: round(float(convert(case[0], parse(case[1]), parse(case[2]))), 6) for case in CASES}
for case, value in seen.items():
    print(*case, value)
assert seen == CASES, seen

ways = UnitArray([1, 2], units=length.km)
assert ways.units is not None and [way.units for way in (ways.sum(), ways.mean(), ways.max())] == [None] * 3
print("held: ninety minutes are ninety hours")
PYTHON
