#!/usr/bin/env bash
# validator 13.15.35 (npm)
#
# 52,5,13,4, a place with decimal commas, is a valid latitude and longitude. The texts no and off are true, as all are
# but "false", "0" and an empty one. 2024-02-30 is valid in ISO 8601, unless the check is asked to be strict, and
# becomes 1 March. 0 alone has the right check digit.
# Seen: 52,5,13,4: true; no and off: true; 2024-02-30: true, and 2024-03-01
#
# Most would guess: no place, as it has four numbers; and no is false, or refused.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional validator@13.15.35

TZ=UTC node - <<'NODE'
const assert = require("assert");
const validator = require("validator");

const seen = {
  booleans: ["false", "no", "off"].map((text) => validator.toBoolean(text)),
  place: validator.isLatLong("52,5,13,4"),
  day: validator.isISO8601("2024-02-30"),
  strict: validator.isISO8601("2024-02-30", { strict: true }),
  becomes: validator.toDate("2024-02-30").toISOString().slice(0, 10),
  zero: validator.isLuhnNumber("0"),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  booleans: [false, true, true],
  place: true,
  day: true,
  strict: false,
  becomes: "2024-03-01",
  zero: true,
});
console.log("held: a place has four numbers, and no is true");
NODE
