#!/usr/bin/env bash
# xlcalculator 0.5.0, openpyxl 3.1.5, pandas 2.3.3, numpy 1.26.4, setuptools 65.5.0
#
# A workbook is computed without Excel. A cell with a day has the number of its day; one with a time of the day, too,
# has a number without meaning, as each second after midnight counts as 150 days: the evening of 31 January 2024 less
# the first is 9,720,030 days.
# Seen: 31 January 18:00 less 1 January: 9720030; 2 January 00:00:01 less 1 January: 151; 31 January less 1 January: 30
#
# Most would guess: 30.75, as Excel shows, and 1.00001.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  xlcalculator==0.5.0 openpyxl==3.1.5 pandas==2.3.3 numpy==1.26.4 setuptools==65.5.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import warnings

import openpyxl

warnings.simplefilter("ignore")

from xlcalculator import Evaluator, ModelCompiler  # noqa: E402

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "times"
for row, moment in enumerate(
    (
        datetime.datetime(2024, 1, 1),
        datetime.datetime(2024, 1, 31, 18),
        datetime.datetime(2024, 1, 2, 0, 0, 1),
        datetime.datetime(2024, 1, 31),
    ),
    1,
):
    sheet.cell(row, 1, moment)
    sheet.cell(row, 2, f"=A{row}-A1")
book.save("times.xlsx")
evaluator = Evaluator(ModelCompiler().read_and_parse_archive("times.xlsx"))
seen = [float(evaluator.evaluate(f"times!B{row}")) for row in (1, 2, 3, 4)]
print(seen)
assert seen == [0, 9720030, 151, 30], seen
print("held: an evening is nine million days after its day")
PYTHON
