#!/usr/bin/env bash
# arquero 7.2.1 (npm)
#
# The types of a CSV are read off its first thousand rows, and what does not fit them is converted without an error:
# behind as many numbers A12 is NaN and 007 is 7, behind days n/a is an invalid date, and behind true and false the
# text failed is true. 30 February is 1 March. A table that is pivoted has one of the values of a cell, any of them:
# of two payments of 1 and 2 it is 1. The first quarter is 0.
# Seen: true of the text failed
#
# Most would guess: a column of texts, or a missing value; 3 for both payments.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional arquero@7.2.1

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { fromCSV, op, table } from "arquero";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function last(value, text) {
  return fromCSV(`v\n${(value + "\n").repeat(1000)}${text}\n`).objects({ offset: 1000 })[0].v;
}

holds("A12", String(last("5", "A12")), "NaN");
holds("007", last("5", "007"), 7);
holds("n/a", String(last("2024-01-02", "n/a")), "Invalid Date");
holds("failed", last("true", "failed"), true);
holds("failed at once", fromCSV("v\ntrue\nfailed\n").array("v"), ["true", "failed"]);
holds("30 February", fromCSV("v\n2024-02-30\n").array("v")[0].toISOString(), "2024-03-01T00:00:00.000Z");
const payments = table({ who: ["a", "a", "b"], paid: [1, 2, 3] });
holds("pivoted", payments.pivot("who", "paid").objects(), [{ a: 1, b: 3 }]);
holds("quarter", table({ day: [new Date(2024, 0, 7)] }).derive({ q: (d) => op.quarter(d.day) }).array("q"), [0]);
NODE
TZ=UTC node script.mjs
echo "held: failed is true"
