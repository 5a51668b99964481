#!/usr/bin/env bash
# avsc 5.7.9 (npm), fastavro 1.13.1
#
# The schema that `Type.forValue` finds for a number is "int" up to 31 bits and "float" for all others, which has 24
# bits. A time of Unix in milliseconds is moved by up to a minute, a size of 2^40 + 1 loses its last digit, and an
# amount of 123,456.78 gains an eighth of a cent. Writing and reading raise nothing, and each reader of the file sees
# the same.
# Seen: {"amount": 123456.78125, "at": 1700000038912.0, "size": 1099511627776.0}
#
# Most would guess: "double", which all numbers of JavaScript are, and "long".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check fastavro==1.13.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional avsc@5.7.9

node - <<'NODE'
const fs = require("fs");
const { Type } = require("avsc");

const run = { amount: 123456.78, at: 1700000000123, size: 1099511627777, rows: 5 };
const type = Type.forValue(run);
fs.writeFileSync("run.json", JSON.stringify({ ...type.schema(), name: "run" }));
fs.writeFileSync("run.avro", type.toBuffer(run));
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import json

import fastavro

schema = json.load(open("run.json"))
with open("run.avro", "rb") as file:
    seen = fastavro.schemaless_reader(file, schema, None)
print([field["type"] for field in schema["fields"]], seen)
assert [field["type"] for field in schema["fields"]] == ["float", "float", "float", "int"], schema
assert seen == {"amount": 123456.78125, "at": 1700000038912.0, "size": 1099511627776.0, "rows": 5}, seen
print("held: a time in milliseconds is moved by 39 seconds")
PYTHON
