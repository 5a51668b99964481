#!/usr/bin/env bash
# qs 6.17.1 (npm)
#
# The query strings of Express. A list of 20 values that is written and read is a list, and one of 21 an object with
# the keys 0 to 20, without a length, also where the values are just repeated, as in id=7&id=8; the limit is documented
# for indices. A gap closes: the third value is the second. An empty list and an empty object are gone, a list of one
# missing value has an empty text, and of 1,500 keys 1,000 are left. By brackets a list of two rows is read as one row
# of two lists.
# Seen: a list of 20, and no list of 21
#
# Most would guess: a list, as of 20.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional qs@6.17.1

cat >script.mjs <<'NODE'
import assert from "node:assert";
import qs from "qs";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function again(value, options) {
  return qs.parse(qs.stringify(value, options));
}
function repeated(count) {
  return qs.parse("id=7&".repeat(count) + "page=1").id;
}

holds("20", Array.isArray(again({ ids: Array(20).fill(7) }).ids), true);
holds("21", Array.isArray(again({ ids: Array(21).fill(7) }).ids), false);
holds("20 repeated", repeated(20).length, 20);
holds("21 repeated", repeated(21).length, undefined);
holds("keys", Object.keys(repeated(21)).slice(-2), ["19", "20"]);
holds("gap", qs.parse("a[0]=x&a[2]=z").a, ["x", "z"]);
holds("empty", again({ list: [], object: {}, missing: [null] }), { missing: [""] });
const keys = Array.from({ length: 1500 }, (_, number) => `k${number}=1`);
holds("1,500 keys", Object.keys(qs.parse(keys.join("&"))).length, 1000);
const rows = { rows: [{ host: "a", count: 1 }, { host: "b", count: 2 }] };
const read = again(rows, { arrayFormat: "brackets" }).rows;
holds("two rows", read, [{ host: ["a", "b"], count: ["1", "2"] }]);
NODE
TZ=UTC node script.mjs
echo "held: a list of 21 is an object"
