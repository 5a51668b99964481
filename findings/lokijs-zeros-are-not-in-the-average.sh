#!/usr/bin/env bash
# lokijs 1.5.12 (npm)
#
# A store of documents in memory. Zeros are left out of averages, medians and standard deviations, as a missing value
# is: of 0, 0 and 6 the average is 6, the median 6 and the deviation 0, while the smallest is 0. So of the failures per
# day those without a failure do not count. A text is a number as far as it goes: "1,234" is 1 and "2%" is 2. One text
# in a column makes its maximum NaN.
# Seen: 6 of 0, 0 and 6
#
# Most would guess: an average of 2 and a median of 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional lokijs@1.5.12

cat >script.cjs <<'NODE'
const assert = require("node:assert");
const Loki = require("lokijs");

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}
function table(...values) {
  const table = new Loki("memory").addCollection("runs");
  table.insert(values.map((failed) => ({ failed })));
  return table;
}
const days = table(0, 0, 6);
holds("average", days.avg("failed"), 6);
holds("median", days.median("failed"), 6);
holds("deviation", days.stdDev("failed"), 0);
holds("minimum", days.min("failed"), 0);
holds("texts", table("1,234", "2%").extractNumerical("failed"), [1, 2]);
assert.deepStrictEqual(table(5, "n/a").max("failed"), NaN);
console.log("held: zeros are not in the average");
NODE
node script.cjs
