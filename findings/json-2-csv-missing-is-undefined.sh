#!/usr/bin/env bash
# json-2-csv 5.6.0 (npm), pandas 3.1.1
#
# A key that an object does not have is the text "undefined" in the CSV, and a null is "null". pandas reads "null" as
# missing, but "undefined" as a text, so a column of numbers becomes one of texts, and no value of it is missing. A
# time is written in the words of JavaScript, by the clock of the host, without its milliseconds.
# Seen: rows: 5 and undefined; at: Mon Jan 15 2024 11:00:00 GMT+0100 (Central European Standard Time)
#
# Most would guess: an empty cell, and a time in ISO 8601.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional json-2-csv@5.6.0

TZ=Europe/Berlin node - <<'NODE'
const fs = require("fs");
const { json2csv } = require("json-2-csv");

const runs = [{ rows: 5, errors: 0, at: new Date("2024-01-15T10:00:00.123Z") }, { errors: null, at: null }];
fs.writeFileSync("runs.csv", json2csv(runs));
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import pandas

print(open("runs.csv").read())
runs = pandas.read_csv("runs.csv")
assert runs["rows"].tolist() == ["5", "undefined"], runs
assert runs.isna().sum().to_dict() == {"rows": 0, "errors": 1, "at": 1}, runs
assert runs["at"][0].startswith("Mon Jan 15 2024 11:00:00 GMT+0100"), runs
print("held: what is missing is the text undefined")
PYTHON
