#!/usr/bin/env bash
# flat 6.0.1 (npm)
#
# An object that is flattened and unflattened again is another one where its keys are numbers, as years, ids and postal
# codes are: each number is taken for the place in a list. The sales of 2024 are the 2,025th of a list, the others are
# empty, which JSON writes as null; {"0": ..., "1": ...} becomes a list, and an id of a million makes a list of a
# million. The option object: true keeps objects, and makes objects of lists.
# Seen: {"sales": {"2024": 5}} -> a list of 2,025, of which one is 5
#
# Most would guess: the same object as before.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional flat@6.0.1

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import { flatten, unflatten } from "flat";

const before = { sales: { 2024: 5 }, names: { 0: "a", 1: "b" } };
const after = unflatten(flatten(before));
console.log(Array.isArray(after.sales), after.sales.length, after.names);
assert(Array.isArray(after.sales));
assert.strictEqual(after.sales.length, 2025);
assert.strictEqual(JSON.stringify(after).match(/null/g).length, 2024);
assert.deepStrictEqual(after.names, ["a", "b"]);
assert.deepStrictEqual(unflatten(flatten({ list: [1] }), { object: true }), { list: { 0: 1 } });
console.log("held: a year is a list of 2,025");
NODE
