#!/usr/bin/env bash
# hjson 3.2.2 (npm)
#
# A day is written as {}, and is an empty object when it is read. A key whose value is undefined is written with the
# text "undefined", which is read as a text, and so is a key that is deleted from a file whose comments are kept.
# JSON.stringify writes the day as its text, and leaves the others out.
# Seen: {"day":{},"error":"undefined"}
#
# Most would guess: a superset of JSON writes at least what JSON writes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional hjson@3.2.2

node - <<'NODE'
const assert = require("assert");
const hjson = require("hjson");

const report = { day: new Date("2024-01-02T00:00:00Z"), error: undefined };
const seen = JSON.stringify(hjson.parse(hjson.stringify(report)));
const settings = hjson.rt.parse("{\n  # of the first try\n  timeout: 5\n  # of all tries\n  retries: 3\n}");
delete settings.timeout;
const kept = JSON.stringify(hjson.parse(hjson.rt.stringify(settings)));
console.log(seen, kept);
assert.strictEqual(seen, '{"day":{},"error":"undefined"}');
assert.strictEqual(kept, '{"timeout":"undefined","retries":3}');
assert.strictEqual(JSON.stringify(report), '{"day":"2024-01-02T00:00:00.000Z"}');
console.log("held: a day is an empty object, and a deleted key a text");
NODE
