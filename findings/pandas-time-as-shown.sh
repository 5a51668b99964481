#!/usr/bin/env bash
# pandas 3.1.1, odfpy 1.4.1, python-calamine 0.9.1
#
# pandas reads a time from an OpenDocument sheet as it is shown, not as it is stored: 13:30:45 in a cell that shows
# hours and minutes of a twelve-hour clock, "01:30", is 01:30, and a duration of 90 seconds, shown as "01:30", is an
# hour and a half. Numbers, dates and percentages are read as stored. With calamine as its engine pandas reads the
# stored times.
#
# Most would guess: 13:30:45 and 00:01:30: how a cell looks does not change its value.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  pandas==3.1.1 odfpy==1.4.1 python-calamine==0.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import pandas
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

CELLS = (
    ({"valuetype": "time", "timevalue": "PT13H30M45S"}, "01:30"),
    ({"valuetype": "time", "timevalue": "PT00H01M30S"}, "01:30"),
    ({"valuetype": "percentage", "value": "0.12345"}, "12%"),
)
book, sheet = OpenDocumentSpreadsheet(), Table(name="runs")
for stored, shown in CELLS:
    row, cell = TableRow(), TableCell(**stored)
    cell.addElement(P(text=shown))
    row.addElement(cell)
    sheet.addElement(row)
book.spreadsheet.addElement(sheet)
book.save("runs.ods")
seen = {engine: pandas.read_excel("runs.ods", engine=engine, header=None)[0].tolist() for engine in ("odf", "calamine")}
print(seen)
time = datetime.time
assert seen == {
    "odf": [time(1, 30), time(1, 30), 0.12345],
    "calamine": [time(13, 30, 45), time(0, 1, 30), 0.12345],
}, seen
print("held: a time is read as it is shown")
PYTHON
