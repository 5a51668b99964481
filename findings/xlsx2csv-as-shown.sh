#!/usr/bin/env bash
# xlsx2csv 0.8.6, openpyxl 3.1.5
#
# The CSV has the number that the cell shows, not the one that it holds: 1.26 is 1.3 where the column shows one digit,
# an eighth is 13 percent, as text, and 30 hours are 1.25. A number without a format of its own loses digits, too:
# 0.0000001 is 0. So a column's sum changes with its looks.
#
# Most would guess: the values, as other readers of workbooks give them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check xlsx2csv==0.8.6 openpyxl==3.1.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import pathlib

import openpyxl
import xlsx2csv

CELLS = [(1.26, "0.0"), (0.125, "0%"), (1.26, None), (0.0000001, None), (datetime.timedelta(hours=30), None)]

book = openpyxl.Workbook()
for column, (value, shown) in enumerate(CELLS, start=1):
    cell = book.active.cell(1, column, value)
    if shown:
        cell.number_format = shown
book.save("book.xlsx")
xlsx2csv.Xlsx2csv("book.xlsx").convert("book.csv")
seen = pathlib.Path("book.csv").read_text().strip().split(",")
print(seen)
assert [cell.value for cell in openpyxl.load_workbook("book.xlsx").active[1]] == [value for value, _ in CELLS]
assert seen == ["1.3", "13%", "1.26", "0", "1.25"], seen
print("held: a CSV has the numbers as they are shown")
PYTHON
