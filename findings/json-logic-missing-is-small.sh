#!/usr/bin/env bash
# json-logic-js 2.0.5 (npm), json-logic-qubit 0.9.1
#
# One rule in JsonLogic has two verdicts. For the library of JavaScript an amount that is missing is less than 5, and
# null lies between 0 and 100; for that of Python neither holds. -7 % 3 is -1 or 2. And for JavaScript "all" of an empty
# list is false, as is "some", so a check that all rows pass fails where there are no rows.
#
# Most would guess: rules are written in JSON so that all libraries agree, and all of none is true.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check json-logic-qubit==0.9.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund json-logic-js@2.0.5

cat >rules.json <<'JSON'
[
  [{"<": [{"var": "amount"}, 5]}, {}],
  [{"<=": [0, {"var": "amount"}, 100]}, {"amount": null}],
  [{"%": [-7, 3]}, {}],
  [{"<": [{"var": "amount"}, 5]}, {"amount": 4}]
]
JSON
"$folder/venv/bin/python" - <<'PYTHON'
import json

from json_logic import jsonLogic

seen = [jsonLogic(rule, data) for rule, data in json.load(open("rules.json"))]
print("Python", seen)
assert seen == [False, False, 2, True], seen
PYTHON
node - <<'NODE'
const assert = require("assert");
const { apply } = require("json-logic-js");

const seen = require("./rules.json").map(([rule, data]) => apply(rule, data));
const none = ["all", "some", "none"].map((word) => apply({ [word]: [[], { "<": [{ var: "" }, 5] }] }));
console.log("JavaScript", seen, none);
assert.deepStrictEqual(seen, [true, true, -1, true]);
assert.deepStrictEqual(none, [false, false, true]);
console.log("held: what is missing is less than 5, by who asks");
NODE
