#!/usr/bin/env bash
# rfc6902 5.4.0 (npm)
#
# The patch between two objects is empty where only a date, a Set or a Map differs. When a patch is applied, the
# operations behind a test that fails are applied, too: a run that is to be reset if it waits is reset while it runs.
# RFC 6902 says that a patch is applied as a whole or not at all.
# Seen: [] of 1 January and 1 February; { rows: 0 } after a failed test
#
# Most would guess: a replaced day, and an object that is as it was.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional rfc6902@5.4.0

node - <<'NODE'
const assert = require("assert");
const { applyPatch, createPatch } = require("rfc6902");

const patches = [
  createPatch({ day: new Date("2024-01-01") }, { day: new Date("2024-02-01") }),
  createPatch({ tags: new Set(["a"]) }, { tags: new Set(["b"]) }),
  createPatch({ rows: new Map([["a", 1]]) }, { rows: new Map([["a", 2]]) }),
];
const run = { state: "running", rows: 5 };
const results = applyPatch(run, [
  { op: "test", path: "/state", value: "waiting" },
  { op: "replace", path: "/rows", value: 0 },
  { op: "remove", path: "/state" },
]);
console.log(patches, run, results.map((result) => result && result.name));
assert.deepStrictEqual(patches, [[], [], []]);
assert.deepStrictEqual(run, { rows: 0 });
assert.deepStrictEqual(results.map((result) => result && result.name), ["TestError", null, null]);
console.log("held: a date that changes has not, and a failed test stops nothing");
NODE
