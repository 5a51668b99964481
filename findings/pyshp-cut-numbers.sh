#!/usr/bin/env bash
# pyshp 3.1.6
#
# A number that is wider than its column is written to a shapefile with its last digits cut off: 123456 in a column of
# four places is read back as 1234, -99999 as -999, and 123456789.123 in one of eight places as 12345678. There is no
# error and no warning, and each is a usual number for who reads it.
#
# Most would guess: an error, as for every other format with columns of a fixed width, or stars, as dBASE itself shows
# what does not fit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyshp==3.1.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import shapefile

with shapefile.Writer("sites") as writer:
    writer.field("rows", "N", 4, 0)
    writer.field("amount", "F", 8, 3)
    for rows, amount in ((1234, 1.5), (123456, 123456789.123), (-99999, 1e20)):
        writer.point(0, 0)
        writer.record(rows, amount)
seen = [tuple(record) for record in shapefile.Reader("sites").records()]
print(seen)
assert seen == [(1234, 1.5), (1234, 12345678.0), (-999, 10000000.0)], seen
print("held: a number that is too wide loses its last digits")
PYTHON
