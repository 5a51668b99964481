#!/usr/bin/env bash
# parse-duration 2.1.9 (npm)
#
# Of a duration in ISO 8601 the part in front of the T is lost: a day and a half is twelve hours. A month is a minute,
# and a year and two months a year and two minutes. One and a half hours with a decimal comma are fifteen, and a range
# of 5 to 10 minutes is ten minutes and five milliseconds. Each is a number, and nothing is said; what is not a duration
# at all is null.
# Seen: 43200000 of P1DT12H, and 54000000 of 1,5h
#
# Most would guess: 36 hours, and 1.5 hours or null.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional parse-duration@2.1.9

node --input-type=module - <<'NODE'
import assert from "node:assert";
import parse from "parse-duration";

const minute = 60_000;
const hour = 60 * minute;
const seen = ["PT36H", "P1DT12H", "P1M", "P1Y2M", "1.5h", "1,5h", "5-10 min", "soon"].map((text) => parse(text));
console.log(seen);
assert.deepStrictEqual(seen, [
  36 * hour,
  12 * hour,
  minute,
  365.25 * 24 * hour + 2 * minute,
  1.5 * hour,
  15 * hour,
  10 * minute + 5,
  null,
]);
console.log("held: a day and a half is half a day");
NODE
