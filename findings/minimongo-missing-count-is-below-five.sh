#!/usr/bin/env bash
# minimongo 7.1.1 (npm)
#
# Queries of MongoDB in memory. MongoDB compares a value with those of its own type alone; here each type is above or
# below another: null is below 5, and the text "2" and true are above 0, so the rows without a count are among those
# with less than five, and a row whose count is a text is at least 100. Each value is above null. A row without the
# field at all is below 5, too.
# Seen: null below 5, and "2" above 100
#
# Most would guess: only numbers, as of MongoDB.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional minimongo@7.1.1

cat >script.mjs <<'NODE'
import assert from "node:assert";
import minimongo from "minimongo";

const { MemoryDb } = minimongo;

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const base = new MemoryDb();
base.addCollection("runs");
const { runs } = base.collections;
const counts = [1, null, "2", 200, true];
for (const [index, count] of counts.entries()) {
  await runs.upsert({ _id: String(index), count });
}
await runs.upsert({ _id: "none" });
async function found(condition) {
  const rows = await runs.find({ count: condition }, { sort: ["_id"] }).fetch();
  return rows.map((row) => "count" in row ? row.count : "none");
}

holds("below 5", await found({ $lt: 5 }), [1, null, "none"]);
holds("at least 100", await found({ $gte: 100 }), ["2", 200, true]);
holds("above null", await found({ $gt: null }), [1, "2", 200, true]);
NODE
TZ=UTC node script.mjs
echo "held: a missing count is below five"
