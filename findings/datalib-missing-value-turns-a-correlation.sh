#!/usr/bin/env bash
# datalib 1.9.3 (npm)
#
# Statistics that leave out missing values. In a correlation a null is 0: two columns that rise together, 1, null, 3, 4
# and 2, 4, 6, 8, have -0.11, and 1 without that row. An empty text is a 0 in a mean, which is right beside null. In a
# CSV a column of names is one of days where each has a number: Room 1 and Room 2 are days of 2001, as milliseconds.
# One empty cell makes a column of true and false texts.
# Seen: a correlation of -0.11
#
# Most would guess: 1, without the row, as the mean leaves it out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional datalib@1.9.3

cat >script.mjs <<'NODE'
import assert from "node:assert";
import datalib from "datalib";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const rounded = (number) => Math.round(number * 100) / 100;

holds("correlation", rounded(datalib.cor([1, 3, 4], [2, 6, 8])), 1);
holds("with a missing value", rounded(datalib.cor([1, null, 3, 4], [2, 4, 6, 8])), -0.11);
holds("mean", datalib.mean([1, null, 3]), 2);
holds("mean with an empty text", rounded(datalib.mean([1, "", 3])), 1.33);
function read(text) {
  return datalib.read(`v,w\n${text}`, { type: "csv", parse: "auto" }).map((row) => row.v);
}
const first = Date.UTC(2001, 0, 1);
holds("rooms", read("Room 1,a\nRoom 2,b\n"), [first, Date.UTC(2001, 1, 1)]);
holds("booleans", read("true,a\nfalse,b\n"), [true, false]);
holds("booleans and an empty one", read("true,a\nfalse,b\n,c\n"), ["true", "false", null]);
NODE
TZ=UTC node script.mjs
echo "held: a missing value turns a correlation"
