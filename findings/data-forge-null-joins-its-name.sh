#!/usr/bin/env bash
# data-forge 1.10.5 (npm)
#
# Keys are compared as texts: a missing key joins the text "null", and is in one group with it, 1 joins "1", and two
# times within a second are one group. All objects are one key, whatever is in them. The columns are those of the
# first object: what only later ones have is not in the table, nor in the CSV that is made of it.
# Seen: one group of null and "null"; the CSV "a 1 2" of {a: 1} and {a: 2, b: 3}
#
# Most would guess: nulls join nothing, or each other; all columns.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional data-forge@1.10.5

node - <<'NODE'
const assert = require("assert");
const { DataFrame } = require("data-forge");

const sums = (rows) =>
  new DataFrame(rows).groupBy(({ key }) => key).select((group) => group.deflate(({ rows }) => rows).sum()).toArray();
const left = new DataFrame([{ key: null, rows: 5 }, { key: 1, rows: 6 }]);
const right = new DataFrame([{ key: "null", name: "none" }, { key: "1", name: "one" }]);
const key = (row) => row.key;
const seen = {
  joined: left.join(right, key, key, ({ rows }, { name }) => [rows, name]).toArray(),
  nulls: sums([{ key: null, rows: 1 }, { key: "null", rows: 2 }]),
  times: sums([{ key: new Date(0), rows: 1 }, { key: new Date(999), rows: 2 }]),
  objects: sums([{ key: { id: 1 }, rows: 1 }, { key: { id: 2 }, rows: 2 }]),
  csv: new DataFrame([{ a: 1 }, { a: 2, b: 3 }]).toCSV().split(/\s+/).join(" "),
};
console.log(seen);
assert.deepStrictEqual(seen, { joined: [[5, "none"], [6, "one"]], nulls: [3], times: [3], objects: [3], csv: "a 1 2" });
console.log("held: null joins the text null, and a column of the second object is lost");
NODE
