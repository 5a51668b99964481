#!/usr/bin/env bash
# arquero 7.2.1, @tidyjs/tidy 2.6.1 (npm), pandas 3.1.1
#
# Two payments of one customer in one month meet in one cell of a pivot. arquero keeps the first, tidy the last, and
# neither says that one is lost. pandas refuses. arquero's `concat` drops a column that only the second table has, and
# the rows of that table get nothing in its place.
# Seen: payments of 10 and 5: 10 by arquero, 5 by tidy
#
# Most would guess: a sum, or an error, as the tables say nothing about which of the two is meant.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional arquero@7.2.1 @tidyjs/tidy@2.6.1

node - <<'NODE'
const assert = require("assert");
const { pivotWider, tidy } = require("@tidyjs/tidy");

const PAYMENTS = [
  { customer: "a", month: "jan", paid: 10 },
  { customer: "a", month: "jan", paid: 5 },
  { customer: "a", month: "feb", paid: 1 },
];
import("arquero").then((aq) => {
  const first = aq.from(PAYMENTS).groupby("customer").pivot("month", "paid").objects();
  const last = tidy(PAYMENTS, pivotWider({ namesFrom: "month", valuesFrom: "paid" }));
  console.log(first, last);
  assert.deepStrictEqual(first, [{ customer: "a", jan: 10, feb: 1 }]);
  assert.deepStrictEqual(last, [{ customer: "a", jan: 5, feb: 1 }]);
  const both = aq.table({ rows: [1] }).concat(aq.table({ rows: [2], errors: [7] }));
  assert.deepStrictEqual(both.columnNames(), ["rows"]);
});
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import pandas

payments = pandas.DataFrame({"customer": ["a", "a", "a"], "month": ["jan", "jan", "feb"], "paid": [10, 5, 1]})
try:
    payments.pivot(index="customer", columns="month", values="paid")
except ValueError as error:
    print("pandas:", error)
else:
    raise AssertionError("pandas has made a table of it")
print("held: one of two payments is lost, the first or the last")
PYTHON
