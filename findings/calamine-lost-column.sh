#!/usr/bin/env bash
# python-calamine 0.9.1, openpyxl 3.1.5
#
# A workbook that openpyxl has written, with a last column of formulas, has one column fewer when calamine reads it:
# formulas that no spreadsheet program has computed yet have no value, and a last column without values is cut off. In
# the middle of the sheet the same column stays, with empty texts. So the width of the table depends on where the
# formula is.
#
# Most would guess: as many columns as the header has, with empty values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check python-calamine==0.9.1 openpyxl==3.1.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import openpyxl
import python_calamine

seen = {}
for name, row in (("last", [1, 2, "=1+1"]), ("middle", [1, "=1+1", 2])):
    book = openpyxl.Workbook()
    book.active.append(row)
    book.save(f"{name}.xlsx")
    seen[name] = python_calamine.CalamineWorkbook.from_path(f"{name}.xlsx").get_sheet_by_index(0).to_python()
print(seen)
assert seen == {"last": [[1.0, 2.0]], "middle": [[1.0, "", 2.0]]}, seen
print("held: a last column of formulas that were never computed is gone")
PYTHON
