#!/usr/bin/env bash
# bson 7.3.4 (npm)
#
# An integer that does not fit is written as another one: a hash of 64 bits as a negative number, and 2 to the power of
# 64 as 0. An invalid date, as of a cell that could not be parsed, is the first instant of 1970, a Set is an empty
# object, and 5,000,000,000 as a 32-bit integer is 705,032,704. Nothing is said.
# Seen: -6101065172474983726 of 12345678901234567890n
#
# Most would guess: an error, as JSON.stringify has for the first, or null, which it has for the second.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional bson@7.3.4

node - <<'NODE'
const assert = require("assert");
const { deserialize, Int32, serialize } = require("bson");

const stored = deserialize(serialize({
  hash: 12345678901234567890n,
  limit: 2n ** 64n,
  seen: new Date("no day"),
  tags: new Set(["daily"]),
  rows: new Int32("5000000000"),
}));
const seen = [String(stored.hash), String(stored.limit), stored.seen.toISOString(), stored.tags, stored.rows];
console.log(seen);
assert.deepStrictEqual(seen, ["-6101065172474983726", "0", "1970-01-01T00:00:00.000Z", {}, 705032704]);
console.log("held: a hash is negative, and no day is the first of 1970");
NODE
