#!/usr/bin/env bash
# envalid 8.2.0 (npm)
#
# num() is there to validate a number in the environment, and refuses a text that does not begin with one. Of any other
# it takes the beginning and leaves out the rest: 5GB is 5, 1,5 and 1_000 are 1, 0x10 is 0, and 10-20 is 10. port() and
# json() refuse such texts; bool() knows yes, no, on and off in small letters alone, and refuses TRUE.
# Seen: 5GB -> 5, 1_000 -> 1, 1,5 -> 1, 0x10 -> 0
#
# Most would guess: errors, since that is what it is used for.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional envalid@8.2.0

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import { bool, cleanEnv, num, port } from "envalid";

const options = { reporter: ({ errors }) => { if (Object.keys(errors).length) throw new Error(Object.keys(errors)); } };
const read = (validator, text) => cleanEnv({ VALUE: text }, { VALUE: validator() }, options).VALUE;
const seen = Object.fromEntries(["5GB", "1_000", "1,5", "0x10", "10-20"].map((text) => [text, read(num, text)]));
console.log(seen);
assert.deepStrictEqual(seen, { "5GB": 5, "1_000": 1, "1,5": 1, "0x10": 0, "10-20": 10 });
assert.throws(() => read(num, "GB5"));
assert.throws(() => read(port, "80x"));
assert.throws(() => read(bool, "TRUE"));
assert.strictEqual(read(bool, "yes"), true);
console.log("held: five gigabytes are five");
NODE
