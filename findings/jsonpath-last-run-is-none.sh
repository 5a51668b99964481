#!/usr/bin/env bash
# jsonpath-plus 10.4.0 (npm), jsonpath-ng 1.16.0
#
# One path has two results. `$.runs[-1]` is the last run in Python, as the standard has it, and nothing in JavaScript,
# without an error. `$.runs.length` is a number in JavaScript and nothing in Python. A filter for less than 6 rows finds
# the run whose rows are null, in JavaScript, and one for more than 4 the text "7"; Python finds neither. A filter for
# runs that have rows leaves out null and 0 in JavaScript.
# Seen: [-1]: none and 4; <6: 1, 2, 4 and 1, 4; >4: 1, 3 and 1; with rows: 1, 3 and 1, 2, 3, 4
#
# Most would guess: the same runs, and for -1 the last one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check jsonpath-ng==1.16.0
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional jsonpath-plus@10.4.0

node - <<'NODE'
const fs = require("fs");
const { JSONPath } = require("jsonpath-plus");

const document = { runs: [{ id: 1, rows: 5 }, { id: 2, rows: null }, { id: 3, rows: "7" }, { id: 4, rows: 0 }] };
const paths = [
  "$.runs[-1].id",
  "$.runs.length",
  "$.runs[?(@.rows<6)].id",
  "$.runs[?(@.rows>4)].id",
  "$.runs[?(@.rows)].id",
];
const seen = paths.map((path) => [path, JSONPath({ path, json: document })]);
fs.writeFileSync("seen.json", JSON.stringify({ document, seen }));
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import json

from jsonpath_ng.ext import parse

read = json.load(open("seen.json"))
seen = {path: (found, [each.value for each in parse(path).find(read["document"])]) for path, found in read["seen"]}
print(seen)
assert list(seen.values()) == [
    ([], [4]),
    ([4], []),
    ([1, 2, 4], [1, 4]),
    ([1, 3], [1]),
    ([1, 3], [1, 2, 3, 4]),
], seen
print("held: the last run is none in JavaScript, and the last in Python")
PYTHON
