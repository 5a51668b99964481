#!/usr/bin/env bash
# hyperformula 3.5.0 (npm)
#
# In a sheet that it computes, a half as a percentage, TEXT(0.5,"0%"), is "1%", and 1234.5 with separators of
# thousands is "1235,##0.00"; a day in January, "mmm d", is "010 5". None is an error. A commit 7e12345 that is put
# into a cell is NaN, where 7e12x is a text.
# Seen: "1%"; "1235,##0.00"; "010 5"; NaN
#
# Most would guess: "50%", "1,234.50" and "Jan 5", or an error for what is not supported; and a text.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional hyperformula@3.5.0

TZ=UTC node - <<'NODE'
const assert = require("assert");
const { HyperFormula } = require("hyperformula");

const sheet = HyperFormula.buildFromArray([["7e12345", "7e12x", 1]], { licenseKey: "gpl-v3" });
const value = (formula) => sheet.calculateFormula(formula, 0);
const FORMATS = ['0.5,"0%"', '1234.5,"#,##0.00"', 'DATE(2024,1,5),"mmm d"', '1234.5,"0.00"'];
const seen = {
  texts: FORMATS.map((all) => value(`=TEXT(${all})`)),
  cells: sheet.getSheetValues(0)[0],
};
console.log(seen);
assert.deepStrictEqual(seen, {
  texts: ["1%", "1235,##0.00", "010 5", "1234.50"],
  cells: [NaN, "7e12x", 1],
});
console.log("held: a half is one percent");
NODE
