#!/usr/bin/env bash
# udsv 0.7.3 (npm)
#
# The last of the first rows decides the type of a column. If it is y, t, no or TRUE the column is one of booleans, and
# all that is not that very text is false: the axes x and y are false and true, and of true, false and TRUE only the
# last is true. If it is a number, the others are NaN. A file with one column whose names are quoted has no rows.
# Seen: false for "x", false for "true", [] for two quoted names
#
# Most would guess: a type that fits all values that were looked at, or texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional udsv@0.7.3

node - <<'NODE'
const assert = require("assert");
const { inferSchema, initParser } = require("udsv");

const read = (text) => initParser(inferSchema(text)).typedObjs(text);
const column = (text) => read(text).map((row) => row.value);
const seen = [
  column("id,value\n1,x\n2,y\n"),
  column("id,value\n1,y\n2,x\n"),
  column("id,value\n1,true\n2,false\n3,unknown\n4,TRUE\n"),
  column("id,value\n1,A7\n2,12\n"),
  read('"name"\n"Ann"\n"Bob"\n'),
  read("name\nAnn\nBob\n"),
];
console.log(seen);
assert.deepStrictEqual(seen, [
  [false, true],
  ["y", "x"],
  [false, false, false, true],
  [NaN, 12],
  [],
  [{ name: "Ann" }, { name: "Bob" }],
]);
console.log("held: an axis is false, and a list of quoted names is empty");
NODE
