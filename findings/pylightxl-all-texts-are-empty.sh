#!/usr/bin/env bash
# pylightxl 1.61, openpyxl 3.1.5, pandas 3.1.1, XlsxWriter 3.3.1
#
# All texts of a workbook that openpyxl has written are empty for pylightxl, the names of the columns too; its numbers
# are there. openpyxl writes a text into its cell, one of the two ways that the format has, and pylightxl reads the
# other alone. pandas writes by XlsxWriter where that is installed and else by openpyxl, so whether a table has its
# texts depends on what else is installed. Nothing is said of it.
# Seen: [["", ""], ["", 7]] by openpyxl, [["name", "rows"], ["load", 7]] by XlsxWriter
#
# Most would guess: the texts, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  pylightxl==1.61 openpyxl==3.1.5 pandas==3.1.1 XlsxWriter==3.3.1
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import pandas
import pylightxl

seen = {}
for engine in ("openpyxl", "xlsxwriter"):
    pandas.DataFrame({"name": ["load"], "rows": [7]}).to_excel(f"{engine}.xlsx", index=False, engine=engine)
    seen[engine] = list(pylightxl.readxl(f"{engine}.xlsx").ws("Sheet1").rows)
    again = pandas.read_excel(f"{engine}.xlsx").to_dict("records")
    assert again == [{"name": "load", "rows": 7}], again
print(seen)
assert seen == {"openpyxl": [["", ""], ["", 7]], "xlsxwriter": [["name", "rows"], ["load", 7]]}, seen
print("held: all texts that openpyxl wrote are empty")
PYTHON
