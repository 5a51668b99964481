#!/usr/bin/env bash
# agate 1.14.2, parsedatetime 2.6, Babel 2.19.0
#
# A column of the names of weekdays or months is taken for dates of the year 1, and so is `today`. `1/2` and `3-4`, a
# share or a score, are days of 2001. `1.234,5` is 1.2345, as each comma is dropped. Nothing is raised or warned, and a
# CSV that is written again has the dates.
# Seen: Monday is 0001-01-08, May 0001-05-01, today 0001-01-01, 1/2 2001-01-02; 1.234,5 is 1.2345
#
# Most would guess: texts, and for 1.234,5 a text or 1234.5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    agate==1.14.2 parsedatetime==2.6 Babel==2.19.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io
from decimal import Decimal

import agate


def read(text):
    table = agate.Table.from_csv(io.StringIO(f'key,value\na,"{text}"\n'))
    return str(table.columns["value"].values()[0]), type(table.columns["value"].data_type).__name__


EXPECTED = {
    "Monday": ("0001-01-08", "Date"),
    "May": ("0001-05-01", "Date"),
    "today": ("0001-01-01", "Date"),
    "1/2": ("2001-01-02", "Date"),
    "3-4": ("2001-03-04", "Date"),
    "1.234,5": ("1.2345", "Number"),
    "Berlin": ("Berlin", "Text"),
}
seen = {text: read(text) for text in EXPECTED}
print(seen)
assert seen == EXPECTED, seen
print("held: weekdays are days of the year 1")
PYTHON
