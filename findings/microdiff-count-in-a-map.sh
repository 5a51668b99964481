#!/usr/bin/env bash
# microdiff 1.6.0, deep-diff 1.0.2, jsondiffpatch 0.7.7 (npm)
#
# A Map of row counts whose counts change has not changed for any of the three, and neither has a Set with other
# members: they compare the properties of an object, and a Map has none. A state that is kept in Maps never changes
# for what watches it by a difference. The same counts in an object are a change.
# Seen: [] and undefined for 5 rows that become 6 in a Map, one change in an object
#
# Most would guess: one change, as for an object.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
    microdiff@1.6.0 deep-diff@1.0.2 jsondiffpatch@0.7.7

node --input-type=module - <<'NODE'
import assert from "node:assert";
import deepDiff from "deep-diff";
import { diff as jsonDiff } from "jsondiffpatch";
import microdiff from "microdiff";

const states = {
  object: [{ rows: { runs: 5 } }, { rows: { runs: 6 } }],
  map: [{ rows: new Map([["runs", 5]]) }, { rows: new Map([["runs", 6]]) }],
  set: [{ failed: new Set(["runs"]) }, { failed: new Set(["days"]) }],
};
const seen = Object.entries(states).map(([kind, [old, fresh]]) => [
  kind,
  microdiff(old, fresh).length,
  deepDiff(old, fresh)?.length ?? 0,
  Object.keys(jsonDiff(old, fresh) ?? {}).length,
]);
console.log(seen);
assert.deepStrictEqual(seen, [["object", 1, 1, 1], ["map", 0, 0, 0], ["set", 0, 0, 0]]);
console.log("held: a count that changes in a Map has not changed");
NODE
