#!/usr/bin/env bash
# formulas 1.3.4, pycel 1.0b30, openpyxl 3.1.5
#
# By Microsoft's manual a sum leaves out texts that stand in cells, and counts those that are written as its
# arguments. formulas adds a cell with the text "5", and calls it a number by ISNUMBER; pycel leaves out "5" and TRUE
# as arguments. -2^2, which is 4 in Excel, is -4 in pycel. Of abc and A one begins with "a*" for formulas, though
# COUNTIF does not look at the case. TRIM leaves the spaces between words in formulas, and those around them in pycel.
# VALUE("1,000") is another number than 1000, a date, in formulas. Seen (formulas, pycel): SUM of "5" 5 and 0;
# SUM("5",1) 6 and 1; -2^2 4 and -4; COUNTIF "a*" 1 and 2
#
# Most would guess: the values of Excel, or an error, as for a function that is not there.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  formulas==1.3.4 pycel==1.0b30 openpyxl==3.1.5

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import formulas
import openpyxl
import pycel

warnings.simplefilter("ignore")
FORMULAS = ["=SUM(A1:A1)", '=SUM("5",1)', "=SUM(TRUE,1)", "=-2^2", '=COUNTIF(B1:B2,"a*")', '=TRIM(" a  b ")']
FORMULAS += ['=ISNUMBER("5")', '=VALUE("1,000")']
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "S"
sheet["A1"], sheet["B1"], sheet["B2"] = "5", "abc", "A"
for number, formula in enumerate(FORMULAS, 1):
    sheet.cell(number, 9, formula)
book.save("book.xlsx")

solution = formulas.ExcelModel().loads("book.xlsx").finish().calculate()
computed = {str(cell).upper(): value for cell, value in solution.items()}
compiler = pycel.ExcelCompiler("book.xlsx")
seen = {}
for number, formula in enumerate(FORMULAS, 1):
    one = computed[f"'[BOOK.XLSX]S'!I{number}"].value.ravel()[0]
    seen[formula] = (one, compiler.evaluate(f"S!I{number}"))
print(seen)
thousand, _ = seen.pop('=VALUE("1,000")')
assert isinstance(thousand, (int, float)) and thousand != 1000, thousand
assert seen == {
    "=SUM(A1:A1)": (5, 0),
    '=SUM("5",1)': (6, 1),
    "=SUM(TRUE,1)": (2, 1),
    "=-2^2": (4, -4),
    '=COUNTIF(B1:B2,"a*")': (1, 2),
    '=TRIM(" a  b ")': ("a  b", " a b "),
    '=ISNUMBER("5")': (True, False),
}, seen
print("held: one sheet has two sums")
PYTHON
