#!/usr/bin/env bash
# jsonexport 3.2.0 (npm)
#
# JSON as CSV. A row with two items is two rows, and the second has none of the other columns, so an order of 5 becomes
# one of 5 and one without a number. A key with a dot in its name and one in an object make two rows as well. A row is
# cut behind its last value: one of two columns has one. A moment is a day as the language of the host writes it,
# 1/2/2024, without its time. A single object is a row of each key, without a header.
# Seen: two rows, the second without its order
#
# Most would guess: one row, or the order in both, and a time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional jsonexport@3.2.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import jsonexport from "jsonexport";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

async function lines(value) {
  return (await jsonexport(value)).split("\n");
}

const orders = [{ order: 5, items: [{ name: "a" }, { name: "b" }] }];
holds("items", await lines(orders), ["order,items.name", "5,a", ",b"]);
holds("dot", await lines([{ "run.id": 1, run: { id: 2 } }]), ["run.id", "1", "2"]);
holds("late column", await lines([{ a: 1 }, { a: 2, b: 3 }]), ["a,b", "1", "2,3"]);
holds("moment", await lines([{ at: new Date("2024-01-02T10:00:00Z") }]), ["at", "1/2/2024"]);
holds("object", await lines({ a: 1, b: 2 }), ["a,1", "b,2"]);
NODE
TZ=UTC LC_ALL=en_US.UTF-8 node script.mjs
echo "held: two items are two rows"
