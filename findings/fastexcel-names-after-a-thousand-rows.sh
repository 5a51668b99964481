#!/usr/bin/env bash
# fastexcel 0.21.0, openpyxl 3.1.5, pyarrow 26.0.1
#
# The type of a column of a sheet is found in its first 1,000 rows. If those are numbers, each text after them is
# null, and so is each date: of 1,500 codes the last 300, which have a letter, are missing. There is no error and no
# warning. Polars reads Excel with this library. `schema_sample_rows=None` looks at all rows, and makes texts of the
# column.
# Seen: 300 nulls in the columns "code" and "day", none in the sheet
#
# Most would guess: an error, or a column of texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    fastexcel==0.21.0 openpyxl==3.1.5 pyarrow==26.0.1

cd "$folder"
"$folder/venv/bin/python" -W error - <<'PYTHON'
import datetime

import fastexcel
import openpyxl

workbook = openpyxl.Workbook()
sheet = workbook.active
sheet.append(["number", "code", "day"])
for number in range(1500):
    known = number < 1200
    sheet.append([number, number if known else f"A{number}", number if known else datetime.datetime(2024, 1, 15)])
workbook.save("codes.xlsx")


def nulls(**options):
    table = fastexcel.read_excel("codes.xlsx").load_sheet(0, **options).to_arrow()
    return {name: table.column(name).null_count for name in ("number", "code", "day")}


first, all_rows = nulls(), nulls(schema_sample_rows=None)
print(first, all_rows)
assert first == {"number": 0, "code": 300, "day": 300}, first
assert all_rows["code"] == 0, all_rows
print("held: texts after the first thousand rows of numbers are missing")
PYTHON
