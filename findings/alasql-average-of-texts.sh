#!/usr/bin/env bash
# alasql 4.19.1 (npm)
#
# SQL over objects of JavaScript. The average of the texts "9" and "10" is 455, half of "910". A join finds null equal
# to null, and 1 equal to "1"; a group by of null and of the text "null" is one group of two, and the distinct values of
# 1 and "1" are one. A sum of no rows is 0, and null is sorted between -1 and 9.
#
# Most would guess: what SQL says for nulls, and for texts a number or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional alasql@4.19.1

node - <<'NODE'
const alasql = require("alasql");
const assert = require("assert");

const rows = (...prices) => prices.map((price) => ({ price }));
const seen = {
  average: alasql("SELECT AVG(price) AS x FROM ?", [rows("9", "10")]),
  join: alasql("SELECT a.price FROM ? a JOIN ? b ON a.price = b.price", [rows(1, null, "1"), rows(1, null)]),
  groups: alasql("SELECT price, COUNT(*) AS n FROM ? GROUP BY price", [rows(null, "null")]),
  distinct: alasql("SELECT DISTINCT price FROM ?", [rows(1, "1")]),
  sum: alasql("SELECT SUM(price) AS x FROM ?", [[]]),
  sorted: alasql("SELECT price FROM ? ORDER BY price", [rows(9, null, -1)]).map((row) => row.price),
};
console.log(JSON.stringify(seen));
assert.deepStrictEqual(seen.average, [{ x: 455 }]);
assert.deepStrictEqual(seen.join, rows(1, null, "1"));
assert.deepStrictEqual(seen.groups, [{ price: null, n: 2 }]);
assert.deepStrictEqual(seen.distinct.length, 1);
assert.deepStrictEqual(seen.sum, [{ x: 0 }]);
assert.deepStrictEqual(seen.sorted, [-1, null, 9]);
console.log('held: the average of "9" and "10" is 455');
NODE
