#!/usr/bin/env bash
# xlsx-populate 1.21.0 (npm), openpyxl 3.1.5
#
# A workbook with a NaN, an infinite number or an invalid date is written without an error, and then no one can open it:
# the cell says that it is a number and contains the letters NaN. A BigInt, as a large id of a database, is an empty
# cell, and so is an object.
# Seen: <c r="A1"><v>NaN</v></c>, which openpyxl refuses with the whole workbook; None of 5n
#
# Most would guess: an error on writing, an empty cell or one of Excel's errors.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional xlsx-populate@1.21.0
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check openpyxl==3.1.5

node --input-type=module - <<'NODE'
import { createRequire } from "node:module";

const XlsxPopulate = createRequire(import.meta.url)("xlsx-populate");

for (const [name, value] of Object.entries({ nan: NaN, infinite: Infinity, date: new Date(NaN), id: 5n, five: 5 })) {
  const workbook = await XlsxPopulate.fromBlankAsync();
  workbook.sheet(0).cell("A1").value(value);
  await workbook.toFileAsync(`${name}.xlsx`);
}
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import openpyxl

warnings.simplefilter("ignore")


def read(name):
    try:
        return openpyxl.load_workbook(f"{name}.xlsx").active["A1"].value
    except ValueError:
        return "cannot be opened"


seen = {name: read(name) for name in ("nan", "infinite", "date", "id", "five")}
print(seen)
closed = "cannot be opened"
assert seen == {"nan": closed, "infinite": closed, "date": closed, "id": None, "five": 5}, seen
print("held: one NaN makes a workbook that cannot be opened")
PYTHON
