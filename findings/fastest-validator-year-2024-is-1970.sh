#!/usr/bin/env bash
# fastest-validator 1.19.1 (npm)
#
# With `convert` the year "2024" is a valid date, two seconds after the beginning of 1970: a text without anything but
# digits is a number of milliseconds. So are a Unix time in seconds, a day in January 1970, and true, its first
# millisecond. An empty text, a space and an empty list are the number 0, where 0 is within the limits.
# Seen: 1970-01-01T00:00:02.024Z of "2024"; 0 of "" and []
#
# Most would guess: a year is a year, as for `new Date("2024")`, and an empty text is no number.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional fastest-validator@1.19.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import Validator from "fastest-validator";

function converted(type, value) {
  const object = { value };
  return new Validator().compile({ value: { type, convert: true } })(object) === true ? object.value : "refused";
}

const seen = {
  dates: ["2024", "1700000000", true, "abc"].map((value) => converted("date", value)),
  numbers: ["", " ", [], "1,5"].map((value) => converted("number", value)),
};
console.log(seen);
assert.deepStrictEqual(JSON.parse(JSON.stringify(seen)), {
  dates: ["1970-01-01T00:00:02.024Z", "1970-01-20T16:13:20.000Z", "1970-01-01T00:00:00.001Z", "refused"],
  numbers: [0, 0, 0, "refused"],
});
assert.strictEqual(new Date("2024").toISOString(), "2024-01-01T00:00:00.000Z");
console.log("held: the year 2024 is a date of 1970, and nothing is 0");
NODE
