#!/usr/bin/env bash
# read-excel-file 9.3.17, write-excel-file 4.1.1 (npm), openpyxl 3.1.5
#
# A third of all times of a workbook are read a millisecond early: 05:00 is 04:59:59.999, so it is of the hour before,
# and 00:30 of the minute before. Of the 48 full and half hours of a day it is 16. openpyxl reads all of them as they
# are. The two packages belong together, and the first reads what the second wrote.
# Seen: 2024-01-31T04:59:59.999Z of 2024-01-31T05:00:00.000Z
#
# Most would guess: 5 o'clock is read as 5 o'clock, as a spreadsheet shows it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional read-excel-file@9.3.17 write-excel-file@4.1.1
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openpyxl==3.1.5

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { readSheet } from "read-excel-file/node";
import writeExcelFile from "write-excel-file/node";

const times = Array.from({ length: 48 }, (_, index) => new Date(Date.UTC(2024, 0, 31, 0, 30 * index)));
const rows = times.map((value) => [{ value, type: Date, format: "yyyy-mm-dd hh:mm" }]);
await (await writeExcelFile(rows)).toFile("times.xlsx");
const read = (await readSheet("times.xlsx")).map((row) => row[0]);
const early = times.filter((time, index) => read[index] - time === -1).map((time) => time.toISOString().slice(11, 16));
const other = times.filter((time, index) => ![0, -1].includes(read[index] - time));
console.log(read[10].toISOString(), early.length, early.join(" "));
assert.strictEqual(read[10].toISOString(), "2024-01-31T04:59:59.999Z");
assert.deepStrictEqual([early.length, other.length], [16, 0]);
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import warnings

import openpyxl

warnings.simplefilter("ignore")

read = [cell.value for cell in openpyxl.load_workbook("times.xlsx").active["A"]]
assert read == [datetime.datetime(2024, 1, 31) + index * datetime.timedelta(minutes=30) for index in range(48)], read
print("held: 5 o'clock is read as a millisecond before")
PYTHON
