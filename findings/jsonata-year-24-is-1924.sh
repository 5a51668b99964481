#!/usr/bin/env bash
# jsonata 2.2.2 (npm)
#
# By a picture of two digits, `[D01].[M01].[Y01]`, the year 24 is 1924, and each two digits are of the last century.
# 31.02. is 2 March, month 13 is January of the next year, and a time alone, 13:30, is today. The day of the week is not
# looked at: "Sunday" for a Monday is taken.
#
# Most would guess: 2024, as two digits are read by POSIX and by most libraries, and nothing for a day that does not
# exist.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional jsonata@2.2.2

node --input-type=module - <<'NODE'
import assert from "node:assert";
import jsonata from "jsonata";

const day = async (text, picture) =>
  new Date(await jsonata(`$toMillis("${text}", "${picture}")`).evaluate({})).toISOString().slice(0, 10);
const seen = [
  await day("05.03.24", "[D01].[M01].[Y01]"),
  await day("31.02.2024", "[D01].[M01].[Y0001]"),
  await day("05.13.2024", "[D01].[M01].[Y0001]"),
  await day("Sunday 1 January 2024", "[FNn] [D] [MNn] [Y]"),
];
console.log(seen);
assert.deepStrictEqual(seen, ["1924-03-05", "2024-03-02", "2025-01-05", "2024-01-01"]);
console.log("held: the year 24 is 1924");
NODE
