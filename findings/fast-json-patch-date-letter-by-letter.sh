#!/usr/bin/env bash
# fast-json-patch 3.1.1 (npm)
#
# Two objects whose dates differ, as rows of a database have them, are compared by the text that a date is in JSON, but
# walked through like an object: the patch has 24 operations, one for each letter, at /at/0, /at/1 and so on. Applied
# to the old object, it hangs the letters on its date, which stays what it was; no error tells so. Two Maps that differ
# have no patch at all. With dates as texts there is one operation.
# Seen: 24 operations; the date after the patch: 1970-01-01T00:00:00.000Z
#
# Most would guess: one operation, which replaces the date.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional fast-json-patch@3.1.1

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import patches from "fast-json-patch";

const before = { at: new Date("1970-01-01T00:00:00Z") };
const after = { at: new Date("2024-02-03T00:00:00Z") };
const patch = patches.compare(before, after);
console.log(patch.length, JSON.stringify(patch.slice(0, 2)));
assert.strictEqual(patch.length, 24);
assert.deepStrictEqual(patch[0], { op: "add", path: "/at/0", value: "2" });
const patched = patches.applyPatch(before, patch).newDocument;
console.log(patched.at.toISOString());
assert.strictEqual(patched.at.toISOString(), "1970-01-01T00:00:00.000Z");
assert.strictEqual(patches.compare({ m: new Map([[1, 2]]) }, { m: new Map() }).length, 0);
const text = after.at.toISOString();
assert.strictEqual(patches.compare({ at: "1970-01-01T00:00:00.000Z" }, { at: text }).length, 1);
console.log("held: a date is patched letter by letter");
NODE
