#!/usr/bin/env bash
# @formulajs/formulajs 4.6.1 (npm)
#
# VALUE("n/a") is 0, where a spreadsheet has an error, and VALUE("(5)"), a loss in the form of accountants, is 5 where
# it is -5. COUNTIF for 0 counts empty texts, and for the pattern "run*" finds none of three, and "RUN" not for "run",
# though MATCH does. The text "4" beside a 3 is in the sum, but not in the count and the average.
# Seen: VALUE 0 and 5; COUNTIF 2 of ["", 0, 1] for 0, 0 for "run*", 1 for "run"; SUM 7, COUNT 1, AVERAGE 3
#
# Most would guess: what the functions of spreadsheets do: an error, -5, 1, 3 and 2, and a sum of 3.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @formulajs/formulajs@4.6.1

TZ=UTC node - <<'NODE'
const assert = require("assert");
const formulas = require("@formulajs/formulajs");

const NAMES = ["run", "RUN", "run 2"];
const seen = {
  values: ["n/a", "(5)", "5"].map((text) => formulas.VALUE(text)),
  zeros: formulas.COUNTIF(["", 0, 1], 0),
  names: ["run*", "run"].map((pattern) => formulas.COUNTIF(NAMES, pattern)),
  match: formulas.MATCH("run", ["RUN"], 0),
  texts: ["SUM", "COUNT", "AVERAGE"].map((name) => formulas[name]([3, "4"])),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  values: [0, 5, 5],
  zeros: 2,
  names: [0, 1],
  match: 1,
  texts: [7, 1, 3],
});
console.log("held: n/a is worth 0, and a loss of 5 is a gain");
NODE
