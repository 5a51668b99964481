#!/usr/bin/env bash
# pyexcel-ods3 0.6.1
#
# A duration below zero, as of a run that ends before its plan, is missing when the sheet is read that was written with
# it, and with it all cells behind it that are empty, so a row has fewer columns. Minus 90 minutes are written as
# PT-2H30M00S, minus two hours and half an hour. An hour is a time of day, 30 hours are a duration.
# Seen: PT-2H30M00S of -90 minutes; [[datetime.timedelta(days=1, seconds=21600)]] of [[30 h, -90 min]]
#
# Most would guess: a duration is read as it was written, or is an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyexcel-ods3==0.6.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import re
import zipfile

from pyexcel_ods3 import get_data, save_data


def again(*minutes):
    durations = [datetime.timedelta(minutes=count) for count in minutes]
    save_data("sheet.ods", {"sheet": [durations]})
    text = zipfile.ZipFile("sheet.ods").read("content.xml").decode()
    return re.findall(r'time-value="([^"]*)"', text), get_data("sheet.ods")["sheet"]


seen = [again(30 * 60, -90), again(-60, 60)]
print(seen)
assert seen == [
    (["PT30H00M00S", "PT-2H30M00S"], [[datetime.timedelta(hours=30)]]),
    (["PT-1H00M00S", "PT01H00M00S"], [[None, datetime.time(1, 0)]]),
], seen
print("held: minus 90 minutes are missing")
PYTHON
