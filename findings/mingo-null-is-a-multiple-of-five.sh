#!/usr/bin/env bash
# mingo 7.2.7, sift 17.1.4 (npm)
#
# Queries of MongoDB that are run in JavaScript: `{$mod: [5, 0]}` finds null, false, the text "5" and a date, beside 0
# and 5, by both packages; the database looks at numbers only. `{$gte: day}` finds numbers, too, by sift, and `{$lt: 8}`
# a date of 1970. NaN is found by mingo, and not by sift.
# Seen: multiples of five: null, 0, "5", 5, 1970-01-01, false; from 1970 on by sift: 0, 5, 1970-01-01
#
# Most would guess: numbers that are divisible by five, and days from that day on.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional mingo@7.2.7 sift@17.1.4

node - <<'NODE'
const assert = require("assert");
const { Query } = require("mingo");
const sift = require("sift").default;

const day = new Date("1970-01-01T00:00:00Z");
const values = [null, 0, "5", 5, 7, day, false, NaN];
const rows = values.map((value) => ({ value }));
const found = (query) => [
  new Query(query).find(rows).all().map((row) => row.value),
  rows.filter(sift(query)).map((row) => row.value),
];
const multiples = found({ value: { $mod: [5, 0] } });
const since = found({ value: { $gte: day } });
console.log(multiples, since, found({ value: NaN }));
assert.deepStrictEqual(multiples, [
  [null, 0, "5", 5, day, false],
  [null, 0, "5", 5, day, false],
]);
assert.deepStrictEqual(since, [[day], [0, 5, 7, day]]);
assert.deepStrictEqual(found({ value: NaN }), [[NaN], []]);
console.log("held: null is a multiple of five, and 5 is later than a day");
NODE
