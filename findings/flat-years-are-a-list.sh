#!/usr/bin/env bash
# flat 6.0.1, csvtojson 2.0.14 (npm)
#
# Sales by year, {"sales": {"2023": 5, "2024": 7}}, that are flattened to `sales.2023` and `sales.2024` and put together
# again are a list of 2,025 places, of which two are filled; in JSON it begins with 2,023 nulls. A CSV with these two
# columns becomes such a list for csvtojson without being asked. Of the columns `price` and `price.net` only one is
# left: `price` by flat, and the last of them by csvtojson.
#
# Most would guess: what was flattened comes back, and two columns are two values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional flat@6.0.1 csvtojson@2.0.14

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";
import { flatten, unflatten } from "flat";

const csvtojson = createRequire(import.meta.url)("csvtojson");
const again = unflatten(flatten({ sales: { 2023: 5, 2024: 7 } })).sales;
const [row] = await csvtojson().fromString("shop,sales.2023,sales.2024\nA,5,7");
const prices = [
  unflatten({ price: 12, "price.net": 10 }),
  unflatten({ "price.net": 10, price: 12 }),
  (await csvtojson().fromString("price,price.net\n12,10"))[0],
  (await csvtojson().fromString("price.net,price\n10,12"))[0],
];
console.log(again.length, row.sales.length, prices);
assert.deepStrictEqual([Array.isArray(again), again.length, again[2023], again[0]], [true, 2025, 5, undefined]);
assert.deepStrictEqual([Array.isArray(row.sales), row.sales.length, row.sales[2023]], [true, 2025, "5"]);
assert.deepStrictEqual(prices, [{ price: 12 }, { price: 12 }, { price: { net: "10" } }, { price: "12" }]);
console.log("held: two years are a list of 2,025 values");
NODE
