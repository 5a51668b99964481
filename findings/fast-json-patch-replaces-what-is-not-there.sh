#!/usr/bin/env bash
# fast-json-patch 3.1.1 (npm), jsonpatch 1.48
#
# A patch that replaces a key which a document does not have adds it, one that removes it does nothing, one that moves
# it makes a key without a value, and one that adds a sixth value to a list of two adds a third. RFC 6902 calls each an
# error, as jsonpatch in Python does. A patch is checked only if that is asked for. A day that changes to the next
# millisecond is a patch of 24 letters, one by one, and a Map that changes is none.
# Seen: replace: {rows: 1, errors: 2}; remove: {rows: 1}; add at 5: [1, 2, 9]; day: 24 additions
#
# Most would guess: an error for each, since a patch is for one state of a document and may be applied once.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check jsonpatch==1.48
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional fast-json-patch@3.1.1

node - <<'NODE'
const assert = require("assert");
const { applyPatch, compare } = require("fast-json-patch");

const patched = (document, operation) => applyPatch(document, [operation]).newDocument;
const seen = [
  patched({ rows: 1 }, { op: "replace", path: "/errors", value: 2 }),
  patched({ rows: 1 }, { op: "remove", path: "/errors" }),
  patched({ rows: 1 }, { op: "move", from: "/errors", path: "/count" }),
  patched([1, 2], { op: "add", path: "/5", value: 9 }),
];
const day = compare({ at: new Date(0) }, { at: new Date(1) });
const map = compare({ rows: new Map([["a", 1]]) }, { rows: new Map([["a", 2]]) });
console.log(seen, day.slice(0, 2), map);
assert.deepStrictEqual(seen, [{ rows: 1, errors: 2 }, { rows: 1 }, { rows: 1, count: undefined }, [1, 2, 9]]);
assert(day.length === 24 && day.every((operation) => operation.op === "add" && operation.value.length === 1));
assert.deepStrictEqual(map, []);
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import jsonpatch

PATCHES = [
    ({"rows": 1}, {"op": "replace", "path": "/errors", "value": 2}),
    ({"rows": 1}, {"op": "remove", "path": "/errors"}),
    ({"rows": 1}, {"op": "move", "from": "/errors", "path": "/count"}),
    ([1, 2], {"op": "add", "path": "/5", "value": 9}),
]
for document, operation in PATCHES:
    try:
        print(jsonpatch.apply_patch(document, [operation]))
    except jsonpatch.JsonPatchConflict as error:
        print(operation["op"], "refused:", error)
    else:
        raise AssertionError(operation)
print("held: what is not there is replaced, and a day is 24 letters")
PYTHON
