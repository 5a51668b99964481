#!/usr/bin/env bash
# xlcalculator 0.5.0, openpyxl 3.1.5, pandas 2.3.3, numpy 1.26.4, setuptools 65.5.0
#
# COUNTIF of a column with 5, the text "5", TRUE, an "x" and 2.5: at least 5 are four of them, as by the order of Excel
# a text is above all numbers, though COUNTIF compares only numbers with numbers. A sum of those adds the text and TRUE.
# A pattern as "a*" is taken by its letters and finds none, and the last 0 letters of a text, RIGHT, are all.
# Seen: COUNTIF ">=5" 4, SUMIF ">=5" 11, COUNTIF "a*" of a, ab, b 0, RIGHT("abc",0) "abc"
#
# Most would guess: 1, 5, 2 and an empty text, as in Excel, or an error for what is not supported.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  xlcalculator==0.5.0 openpyxl==3.1.5 pandas==2.3.3 numpy==1.26.4 setuptools==65.5.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import openpyxl

warnings.simplefilter("ignore")

from xlcalculator import Evaluator, ModelCompiler  # noqa: E402

FORMULAS = [
    'COUNTIF(A1:A5,">=5")',
    'SUMIF(A1:A5,">=5")',
    'COUNTIF(A1:A5,"<5")',
    'COUNTIF(B1:B3,"a*")',
    'RIGHT("abc",0)',
    'LEFT("abc",0)',
]
book = openpyxl.Workbook()
sheet = book.active
sheet.title = "cells"
for column, values in enumerate(((5, "5", True, "x", 2.5), ("a", "ab", "b"), [f"={text}" for text in FORMULAS]), 1):
    for row, value in enumerate(values, 1):
        sheet.cell(row, column, value)
book.save("cells.xlsx")
evaluator = Evaluator(ModelCompiler().read_and_parse_archive("cells.xlsx"))
seen = {text: evaluator.evaluate(f"cells!C{row}").value for row, text in enumerate(FORMULAS, 1)}
print(seen)
assert list(seen.values()) == [4, 11, 1, 0, "abc", ""], seen
print("held: an x is at least five")
PYTHON
