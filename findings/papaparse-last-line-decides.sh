#!/usr/bin/env bash
# papaparse 5.7.1 (npm)
#
# The separator of a CSV is found by itself. A file of two columns with a semicolon is split, as long as its last line
# has no line end. With one, as nearly all files have, it has one column, and the comma of an amount begins another;
# only `errors` of the result says that no separator was found. From nine rows on it is split again, and three columns
# always are. With types on, 2024-02-30 at midnight in UTC is 1 March, "TRUE" is true and "True" a text.
# Seen: {"name": "Oslo", "amount": "1,50"} without a line end, {"name;amount": "Oslo;1", ...: ["50"]} with one
#
# Most would guess: the last line end makes no difference, or adds an empty row.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional papaparse@5.7.1

TZ=UTC node - <<'NODE'
const assert = require("assert");
const Papa = require("papaparse");

const file = (header, row, count) => [header, ...Array(count).fill(row)].join("\n");
const first = (text) => Papa.parse(text, { header: true }).data[0];
const two = (count) => file("name;amount", "Oslo;1,50", count);
const seen = {
  without: first(two(2)),
  with: first(two(2) + "\n"),
  rows: [8, 9].map((count) => Object.keys(first(two(count) + "\n"))[0]),
  three: first(file("name;place;amount", "Oslo;NO;1,50", 2) + "\n"),
  types: Papa.parse("2024-02-30T00:00:00Z,2024-02-28,TRUE,True,0012", { dynamicTyping: true }).data[0],
};
console.log(seen);
assert.deepStrictEqual(seen, {
  without: { name: "Oslo", amount: "1,50" },
  with: { "name;amount": "Oslo;1", __parsed_extra: ["50"] },
  rows: ["name;amount", "name"],
  three: { name: "Oslo", place: "NO", amount: "1,50" },
  types: [new Date("2024-03-01T00:00:00Z"), "2024-02-28", true, "True", 12],
});
console.log("held: a line end behind the last row makes one column of two");
NODE
