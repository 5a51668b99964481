#!/usr/bin/env bash
# formulas 1.3.4, numpy 2.4.6
#
# `VALUE("1,5")` is 15 in an English Excel and 1.5 in a German one. Here it is the number of 5 January of the year in
# which it is computed, so the same workbook has another amount each year. The last second of a day has 60 as its
# second, and TRIM keeps two spaces between words, which Excel makes one.
# Seen: 46027.0 in 2026; SECOND(0.999999) is 60; TRIM(" a b ") is "a b"
#
# Most would guess: 15 or 1.5, or #VALUE!, as for 50%.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check formulas==1.3.4 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import formulas


def compute(formula):
    return formulas.Parser().ast(formula)[1].compile()().tolist()


def serial(day):
    return (day - datetime.date(1899, 12, 30)).days


years = {datetime.date.today().year}
seen = compute('=VALUE("1,5")')
years.add(datetime.date.today().year)
print(seen)
assert seen in [serial(datetime.date(year, 1, 5)) for year in years], seen
assert compute('=VALUE("1.5")') == 1.5
assert compute("=SECOND(0.999999)") == 60
assert compute('=TRIM(" a  b ")') == "a  b"
print("held: one comma five is the fifth of January of this year")
PYTHON
