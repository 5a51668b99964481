#!/usr/bin/env bash
# csv-stringify 6.9.0 (npm), pandas 3.1.1
#
# A false that JavaScript writes to a CSV is an empty field, as null is, and true is 1. pandas reads a column of checks
# of which one in four has passed, and its mean, the share of those that passed, is 1. A time is written as milliseconds
# without a mark, so it is read as an integer.
# Seen: a mean of 1.0 and four missing values for true, three times false and null
#
# Most would guess: true and false, and a time in ISO 8601 as in JSON.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts csv-stringify@6.9.0

node - <<'NODE'
const { writeFileSync } = require("fs");
const { stringify } = require("csv-stringify/sync");

const at = new Date("2024-01-01T12:00:00.123Z");
const checks = [true, false, false, false].map((passed, number) => ({ number, passed, at }));
writeFileSync("checks.csv", stringify([...checks, { number: 4, passed: null, at }], { header: true }));
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import pandas

checks = pandas.read_csv("checks.csv")
seen = checks["passed"].mean(), int(checks["passed"].isna().sum()), int(checks["at"][0])
print(checks, seen)
assert seen == (1, 4, 1704110400123), seen
print("held: all checks have passed")
PYTHON
