#!/usr/bin/env bash
# exceljs 4.4.0 (npm), openpyxl 3.1.5
#
# Its reader of CSV makes midnight of the local clock from a day, and its writer of workbooks writes times in UTC. So
# a CSV that is made a workbook in Berlin has each day as the day before, at 23:00, for all who open it. In New York
# it is the day, at 05:00. On the way 007 becomes 7, and a number of 20 digits loses the last ones.
# Seen: 2024-01-14 23:00 in Berlin and 2024-01-15 05:00 in New York for 2024-01-15
#
# Most would guess: a day stays a day, anywhere.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openpyxl==3.1.5
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional exceljs@4.4.0

printf 'id,day\n007,2024-01-15\n12345678901234567890,2024-07-15\n' >runs.csv
cat >convert.js <<'NODE'
const { Workbook } = require("exceljs");

const workbook = new Workbook();
workbook.csv.readFile("runs.csv").then(() => workbook.xlsx.writeFile(process.argv[2]));
NODE
TZ=Europe/Berlin node convert.js berlin.xlsx
TZ=America/New_York node convert.js york.xlsx
"$folder/venv/bin/python" - <<'PYTHON'
import openpyxl

seen = {
    city: [
        (number, day.strftime("%Y-%m-%d %H:%M"))
        for number, day in openpyxl.load_workbook(f"{city}.xlsx").active.iter_rows(min_row=2, values_only=True)
    ]
    for city in ("berlin", "york")
}
print(seen)
assert [day for _, day in seen["berlin"]] == ["2024-01-14 23:00", "2024-07-14 22:00"], seen
assert [day for _, day in seen["york"]] == ["2024-01-15 05:00", "2024-07-15 04:00"], seen
assert [number for number, _ in seen["berlin"]] == [7, 12345678901234567000], seen
print("held: a day of a CSV is the day before in the workbook")
PYTHON
