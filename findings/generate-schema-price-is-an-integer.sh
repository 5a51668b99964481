#!/usr/bin/env bash
# generate-schema 2.6.0 (npm)
#
# Of an order with a price of 1.5 and 5,000,000,000 hits a table with two columns of INT is made for MySQL, and one with
# two of Int32 for ClickHouse. They hold no fraction, and nothing above 2,147,483,647. For BigQuery the price is FLOAT.
# A truth value is a String in ClickHouse.
# Seen: price INT, hits INT
#
# Most would guess: a type that holds the value that was looked at.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional generate-schema@2.6.0

node - <<'NODE'
const assert = require("assert");
const schema = require("generate-schema");

const order = { price: 1.5, hits: 5_000_000_000, paid: true };
const columns = (text) => text.match(/(price|hits|paid) \w+/g);
const seen = {
  mysql: columns(schema.mysql("orders", order)),
  clickhouse: columns(schema.clickhouse("orders", order)),
  bigquery: schema.bigquery(order).map(({ name, type }) => `${name} ${type}`),
};
console.log(seen);
assert.deepStrictEqual(seen, {
  mysql: ["price INT", "hits INT", "paid BOOLEAN"],
  clickhouse: ["price Int32", "hits Int32", "paid String"],
  bigquery: ["price FLOAT", "hits INTEGER", "paid BOOLEAN"],
});
console.log("held: a price of 1.5 is an integer");
NODE
