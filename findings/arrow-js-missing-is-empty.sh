#!/usr/bin/env bash
# apache-arrow 21.2.0 (npm), pyarrow 26.0.1
#
# Rows of JSON in which a key is missing: `tableFromJSON` of Arrow for JavaScript makes an empty text or nan of it, and
# counts no nulls, where a key that is null counts as one. A text under numbers becomes nan. pyarrow makes a null of the
# missing key, and an error of the text.
#
# Most would guess: null for what is missing, and the same in both languages of one project.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==26.0.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund apache-arrow@21.2.0

node - <<'NODE'
const { tableFromJSON } = require("apache-arrow");
const assert = require("assert");

const table = tableFromJSON([{ run: "a", rows: 5 }, {}, { run: null, rows: null }, { run: "b", rows: "many" }]);
const seen = ["run", "rows"].map((name) => {
  const column = table.getChild(name);
  return [[...column].map(String), column.nullCount];
});
console.log(JSON.stringify(seen));
assert.deepStrictEqual(seen, [
  [["a", "", "null", "b"], 1],
  [["5", "NaN", "null", "NaN"], 1],
]);
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import pyarrow

table = pyarrow.Table.from_pylist([{"run": "a", "rows": 5}, {}, {"run": None, "rows": None}])
print(table.to_pydict())
assert table.to_pydict() == {"run": ["a", None, None], "rows": [5, None, None]}, table
try:
    pyarrow.Table.from_pylist([{"rows": 5}, {"rows": "many"}])
except pyarrow.ArrowInvalid as error:
    print(error)
else:
    raise SystemExit("pyarrow takes a text among numbers now")
print("held: a missing key is an empty text or nan in JavaScript, and null in Python")
PYTHON
