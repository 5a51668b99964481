#!/usr/bin/env bash
# formulas 1.3.4, pycel 1.0b30, openpyxl 3.1.5, hyperformula 3.5.0, fast-formula-parser 1.0.19 (npm)
#
# Four libraries compute the formulas of a workbook without Excel. A month after 31 January 2024, EDATE, is 28 February,
# 29 February or 2 March, by which of them does; ROUND(1.005,2) is 1.01 or 1; and the text "3" and a true sum up to 0, 3
# or 4. For HyperFormula INT(-1.5) is -1, while the others round it down to -2. None of it is an error.
# Seen for pycel, formulas, HyperFormula, fast-formula-parser: EDATE 2 March, 29 February, 28 February, 2 March; INT -2,
# -2, -1, -2; ROUND 1.01, 1, 1, 1; SUM 0, 3, 4, 4
#
# Most would guess: a formula has the value that Excel shows, or an error where it is not known.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  formulas==1.3.4 pycel==1.0b30 openpyxl==3.1.5
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund hyperformula@3.5.0 fast-formula-parser@1.0.19

cat >formulas.json <<'JSON'
["EDATE(DATE(2024,1,31),1)", "EOMONTH(DATE(2024,1,31),1)", "INT(-1.5)", "ROUND(1.005,2)", "SUM(\"3\",1=1)"]
JSON
"$folder/venv/bin/python" - <<'PYTHON'
import json

import formulas
import openpyxl
import pycel

texts = json.load(open("formulas.json"))
book = openpyxl.Workbook()
book.active.title = "Sheet"
for row, text in enumerate(texts, start=1):
    book.active.cell(row, 1).value = f"={text}"
book.save("book.xlsx")
of_pycel = pycel.ExcelCompiler("book.xlsx")
cells = formulas.ExcelModel().loads("book.xlsx").finish().calculate()
seen = {
    "pycel": [float(of_pycel.evaluate(f"Sheet!A{row}")) for row in range(1, len(texts) + 1)],
    "formulas": [float(cells[f"'[book.xlsx]SHEET'!A{row}"].value[0, 0]) for row in range(1, len(texts) + 1)],
}
print(seen)
assert seen == {"pycel": [45353, 45351, -2, 1.01, 0], "formulas": [45351, 45351, -2, 1, 3]}, seen
PYTHON
node - <<'NODE'
const assert = require("assert");
const FormulaParser = require("fast-formula-parser");
const { HyperFormula } = require("hyperformula");

const texts = require("./formulas.json");
const calculator = HyperFormula.buildFromArray([[]], { licenseKey: "gpl-v3" });
const parser = new FormulaParser();
const seen = {
  hyperformula: texts.map((text) => calculator.calculateFormula(`=${text}`, 0)),
  "fast-formula-parser": texts.map((text) => parser.parse(text)),
};
console.log(seen);
assert.deepStrictEqual(seen.hyperformula, [45350, 45351, -1, 1, 4]);
assert.deepStrictEqual(seen["fast-formula-parser"], [45353, 45351, -2, 1, 4]);
console.log("held: a month after 31 January is one of three days, by who computes it");
NODE
