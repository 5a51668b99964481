#!/usr/bin/env bash
# xlsx 0.18.5 (SheetJS, npm), pylightxl 1.61, openpyxl 3.1.5
#
# A workbook can count its days from 1904, as those from Macs did. SheetJS, asked for dates, reads 15 January 2024 as
# 14 January 2020, while the text of the same cell says 2024-01-15, and the workbook says date1904. pylightxl reads
# 2020/01/14, too. A duration of 30 hours is six hours for pylightxl, in any workbook.
#
# Most would guess: both libraries know the two ways to count, and one cell has one date.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openpyxl==3.1.5 pylightxl==1.61
cd "$folder"
export TZ=UTC
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts xlsx@0.18.5

"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import openpyxl
import pylightxl

seen = {}
for name, epoch in (("1900", None), ("1904", openpyxl.utils.datetime.CALENDAR_MAC_1904)):
    book = openpyxl.Workbook()
    book.epoch = epoch or book.epoch
    book.active.append([datetime.date(2024, 1, 15), datetime.timedelta(hours=30)])
    book.save(f"{name}.xlsx")
    again = [cell.value for cell in openpyxl.load_workbook(f"{name}.xlsx").active[1]]
    assert again == [datetime.datetime(2024, 1, 15), datetime.timedelta(hours=30)], again
    seen[name] = pylightxl.readxl(f"{name}.xlsx").ws("Sheet").row(1)
print(seen)
assert seen == {"1900": ["2024/01/15", "06:00:00"], "1904": ["2020/01/14", "06:00:00"]}, seen
PYTHON
node - <<'NODE'
const assert = require("assert");
const XLSX = require("xlsx");

const seen = {};
for (const name of ["1900", "1904"]) {
  const book = XLSX.readFile(`${name}.xlsx`, { cellDates: true });
  const { v: value, w: text } = book.Sheets.Sheet.A1;
  seen[name] = [book.Workbook.WBProps.date1904, value.toISOString().slice(0, 10), text];
}
console.log(seen);
assert.deepStrictEqual(seen, {
  1900: [false, "2024-01-15", "2024-01-15"],
  1904: [true, "2020-01-14", "2024-01-15"],
});
console.log("held: a day of 2024 is one of 2020");
NODE
