#!/usr/bin/env bash
# astral 3.2, suntime 1.4.0
#
# On 21 June in Los Angeles the sun sets at 03:07 and rises at 12:42, says astral: both are the ones that fall on that
# date in UTC, so the sunset is that of the day before. suntime takes the next sunset there, but for Tokyo the sunrise
# of 20 June, where astral has the one of 22 June by the clocks of Tokyo. The daylight of a day is negative, or belongs
# to two days; Tokyo has 14.6 hours of it only by suntime.
# Seen: astral: Los Angeles -9.6 hours of daylight, Tokyo -9.4; suntime: 14.4 and 14.6
#
# Most would guess: sunrise and sunset of one day at the place, in this order.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check astral==3.2 suntime==1.4.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from astral import Observer
from astral.sun import sun
from suntime import Sun

DAY = datetime.datetime(2024, 6, 21)
PLACES = {"Los Angeles": (34.05, -118.25), "Tokyo": (35.7, 139.7)}


def by_astral(place):
    times = sun(Observer(*place), date=DAY.date())
    return times["sunrise"], times["sunset"]


def by_suntime(place):
    return Sun(*place).get_sunrise_time(DAY), Sun(*place).get_sunset_time(DAY)


seen = {}
for name, read in (("astral", by_astral), ("suntime", by_suntime)):
    for place, position in PLACES.items():
        rise, fall = read(position)
        seen[name, place] = (f"{rise:%d %H}", f"{fall:%d %H}", round((fall - rise).total_seconds() / 3600, 1))
print(seen)
assert seen == {
    ("astral", "Los Angeles"): ("21 12", "21 03", -9.6),
    ("astral", "Tokyo"): ("21 19", "21 10", -9.4),
    ("suntime", "Los Angeles"): ("21 12", "22 03", 14.4),
    ("suntime", "Tokyo"): ("20 19", "21 10", 14.6),
}, seen
print("held: the sunset of a day is before its sunrise")
PYTHON
