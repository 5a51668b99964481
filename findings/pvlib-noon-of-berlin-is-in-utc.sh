#!/usr/bin/env bash
# pvlib 0.16.1, pandas 2.3.3, numpy 2.4.6
#
# A place is made with its zone, and times without a zone that are given to it are in UTC all the same. So the sun of 6
# o'clock on a day of June stands at 26 degrees instead of 9, and the hour of a forecast is two hours off. Each table of
# measurements in local time is shifted, without an error.
# Seen: none: 26.1, UTC: 26.1, Berlin: 8.7 degrees
#
# Most would guess: local time: a zone that the place has and that is not used for this has no use.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pvlib==0.16.1 pandas==2.3.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
from pvlib.location import Location

berlin = Location(52.5, 13.4, tz="Europe/Berlin")


def height(zone):
    times = pandas.DatetimeIndex(["2024-06-21 06:00"], tz=zone)
    return round(berlin.get_solarposition(times)["elevation"].iloc[0], 1)


seen = {"none": height(None), "UTC": height("UTC"), "Berlin": height("Europe/Berlin")}
print(berlin.tz, seen)
assert berlin.tz == "Europe/Berlin"
assert seen == {"none": 26.1, "UTC": 26.1, "Berlin": 8.7}, seen
print("held: six o'clock in Berlin is six in UTC")
PYTHON
