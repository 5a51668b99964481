#!/usr/bin/env bash
# sequelize 6.37.8, pg 8.23.1, @electric-sql/pglite 0.5.14, @electric-sql/pglite-socket 0.2.17 (npm)
#
# A row of Sequelize has a `BIGINT` as a text, so that no digit is lost, and a `DECIMAL` as well. Its `max()`, `min()`
# and `sum()` make floats of both: the maximum of ids is an id that no row has, so a search for it finds none. A list
# in a column of JSON to which a value is pushed has not changed for `save()`, without an error.
# Seen: row: 9007199254740993, max: 9007199254740992, rows with that id: 0; price 2.50 -> 2.5; saved after a push: [1]
#
# Most would guess: that the maximum is one of the values, as they are in the rows.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional sequelize@6.37.8 pg@8.23.1 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const { Sequelize, DataTypes } = createRequire(import.meta.url)("sequelize");
const db = await PGlite.create();
const server = new PGLiteSocketServer({ db, path: `${process.cwd()}/.s.PGSQL.5432` });
await server.start();
const sequelize = new Sequelize("postgres", "postgres", "p", {
  dialect: "postgres",
  host: process.cwd(),
  port: 5432,
  logging: false,
  pool: { max: 1 },
});
const Order = sequelize.define(
  "order",
  { number: DataTypes.BIGINT, price: DataTypes.DECIMAL(10, 2), steps: DataTypes.JSONB },
  { timestamps: false },
);
await sequelize.sync();
await Order.create({ number: "9007199254740993", price: "2.50", steps: [1] });

const order = await Order.findOne();
const largest = await Order.max("number");
console.log(order.number, largest, order.price, await Order.max("price"));
assert.strictEqual(order.number, "9007199254740993");
assert.strictEqual(largest, 9007199254740992);
assert.strictEqual(await Order.count({ where: { number: largest } }), 0);
assert.strictEqual(await Order.sum("number"), 9007199254740992);
assert.deepStrictEqual([order.price, await Order.max("price")], ["2.50", 2.5]);

order.steps.push(2);
await order.save();
assert.deepStrictEqual((await Order.findOne()).steps, [1]);
process.exit(0);
NODE
TZ=UTC node script.mjs
echo "held: the maximum of a large id is its neighbour"
