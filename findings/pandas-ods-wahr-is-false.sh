#!/usr/bin/env bash
# pandas 3.1.1, odfpy 1.4.1, ezodf 0.3.2, python-calamine 0.9.1
#
# pandas reads a truth value of an .ods file by its text, which is TRUE in English alone. Where it is WAHR, as in
# German, it is False, though `boolean-value` is "true". So is one without a text, as ezodf writes it: a column of true,
# false and true is all false. The other engine, calamine, reads all as they are.
# Seen: False of WAHR, and [False, False, False] of [True, False, True]
#
# Most would guess: True, by the value, as numbers and days are read.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pandas==3.1.1 odfpy==1.4.1 ezodf==0.3.2 lxml==6.1.3 python-calamine==0.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import ezodf
import pandas
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P


def add(table, cell):
    row = TableRow()
    row.addElement(cell)
    table.addElement(row)


def cell_of(text, **values):
    cell = TableCell(**values)
    cell.addElement(P(text=text))
    return cell


document = OpenDocumentSpreadsheet()
table = Table(name="runs")
add(table, cell_of("good", valuetype="string"))
for text in ("TRUE", "WAHR", "VRAI"):
    add(table, cell_of(text, valuetype="boolean", booleanvalue="true"))
document.spreadsheet.addElement(table)
document.save("german.ods")

document = ezodf.newdoc("ods", "plain.ods")
sheet = ezodf.Sheet("runs", size=(4, 1))
document.sheets += sheet
for row, value in enumerate(("good", True, False, True)):
    sheet[row, 0].set_value(value)
document.save()

seen = {
    (name, engine): pandas.read_excel(f"{name}.ods", engine=engine).good.tolist()
    for name in ("german", "plain")
    for engine in ("odf", "calamine")
}
print(seen)
assert seen == {
    ("german", "odf"): [True, False, False],
    ("german", "calamine"): [True, True, True],
    ("plain", "odf"): [False, False, False],
    ("plain", "calamine"): [True, False, True],
}, seen
print("held: WAHR is false")
PYTHON
