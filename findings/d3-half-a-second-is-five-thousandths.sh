#!/usr/bin/env bash
# d3-time-format 4.1.1 (npm), CPython's strptime
#
# A time that is written with one digit behind the second, 12:00:00.5, is five milliseconds after twelve by `%L`, and by
# `%f`, the microseconds of Python, none at all; in Python's `%f` it is half a second. 12:00:00.25 is 25 milliseconds.
# 30 February is 1 March, and 29.02 without a year, too, as it is taken for 1900.
#
# Most would guess: half a second, as digits behind a point are a fraction, and no time for a day that does not exist.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional d3-time-format@4.1.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { utcParse } from "d3-time-format";

const seen = [
  ["%H:%M:%S.%L", "12:00:00.5"],
  ["%H:%M:%S.%L", "12:00:00.25"],
  ["%H:%M:%S.%f", "12:00:00.5"],
  ["%Y-%m-%d", "2024-02-30"],
  ["%d.%m", "29.02"],
].map(([format, text]) => utcParse(format)(text).toISOString());
console.log(seen);
assert.deepStrictEqual(seen, [
  "1900-01-01T12:00:00.005Z",
  "1900-01-01T12:00:00.025Z",
  "1900-01-01T12:00:00.000Z",
  "2024-03-01T00:00:00.000Z",
  "1900-03-01T00:00:00.000Z",
]);
NODE
python3 - <<'PYTHON'
import datetime

half = datetime.datetime.strptime("12:00:00.5", "%H:%M:%S.%f")
assert half.microsecond == 500_000, half
print("held: half a second of Python is five milliseconds")
PYTHON
