#!/usr/bin/env bash
# arktype 2.2.10 (npm)
#
# A text that is checked as a date in ISO 8601 and parsed is valid and an invalid date: the week 2024-W05, the day
# 2024-060 and 20240102 pass the check, and what comes out is no date, without an error; the type of a date alone
# refuses one. 2024-02-30 is 1 March. A Map of texts and a date are records of numbers. A second of 2023 as a text is
# in 1970.
# Seen: Invalid Date, Invalid Date, Invalid Date; 2024-03-01; a Map: valid; 1970-01-20
#
# Most would guess: the date of what was found valid, or an error; and no Map for a record.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional arktype@2.2.10

TZ=UTC node - <<'NODE'
const assert = require("assert");
const { type } = require("arktype");

const checked = (definition, value) => {
  const found = type(definition)(value);
  if (found instanceof type.errors) return "refused";
  return found instanceof Date ? (Number.isNaN(found.getTime()) ? "no date" : found.toISOString().slice(0, 10)) : found;
};
const seen = {
  dates: ["2024-W05", "2024-060", "20240102", "2024-02-30"].map((text) => checked("string.date.iso.parse", text)),
  alone: checked("Date", new Date("2024-W05")),
  records: [new Map([["a", "x"]]), new Date(0), { a: "x" }].map((value) => checked("Record<string, number>", value)),
  second: checked("string.date.epoch.parse", "1700000000"),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  dates: ["no date", "no date", "no date", "2024-03-01"],
  alone: "refused",
  records: [new Map([["a", "x"]]), "1970-01-01", "refused"],
  second: "1970-01-20",
});
console.log("held: a valid week is an invalid date");
NODE
