#!/usr/bin/env bash
# jmespath 1.1.0, jmespath 0.16.0 (npm)
#
# One expression has two results, by the reader. The average of nothing is null in Python and NaN in JavaScript, where
# an empty text is the number 0, "0x10" is 16, and the text "3" is less than 5. In Python "1_000" is 1,000, "nan" is a
# number, which is not a number, a list of true contains 1, and a text below a number is an error.
# Seen: avg([]) None and NaN; to_number('') None and 0; to_number('1_000') 1000 and null
#
# Most would guess: JMESPath is a language with a specification and tests of it, so both give the same.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check jmespath==1.1.0
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional jmespath@0.16.0

cat >cases.json <<'JSON'
[["avg(@)", []], ["to_number(@)", ""], ["to_number(@)", "0x10"], ["to_number(@)", "1_000"], ["to_number(@)", "nan"],
 ["contains(@, `1`)", [true]], ["@ < `5`", "3"]]
JSON
node - >javascript.json <<'NODE'
const { search } = require("jmespath");

console.log(JSON.stringify(require("./cases.json").map(([query, data]) => String(search(data, query)))));
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import json

import jmespath


def result(query, data):
    try:
        return str(jmespath.search(query, data))
    except TypeError:
        return "TypeError"


python, javascript = [result(*case) for case in json.load(open("cases.json"))], json.load(open("javascript.json"))
print(python, javascript)
assert python == ["None", "None", "None", "1000", "nan", "True", "TypeError"], python
assert javascript == ["NaN", "0", "16", "null", "null", "false", "true"], javascript
print("held: the average of nothing is null or NaN, and an empty text null or 0")
PYTHON
