#!/usr/bin/env bash
# sequelize 6.37.8, pg 8.23.1, @electric-sql/pglite 0.5.14, @electric-sql/pglite-socket 0.2.17 (npm)
#
# In a filter of Sequelize an empty `Op.or` finds no row, and so does `Op.in`. Beneath a column an empty `Op.or` is
# left out: an update or a delete of it takes all rows. `Op.startsWith`, `Op.endsWith` and `Op.substring`, which take a
# text and no pattern, leave `_` and `%` as they are, so a name that starts with an underscore is each name.
# `Op.notLike` with `Op.any` is no negation of `Op.like` with `Op.any`: it finds all rows, as one of two patterns never
# matches.
# Seen: n: {[Op.or]: []} -> all 3 rows updated; [Op.or]: [] -> none; startsWith "_" -> all 3; notLike any of a and b%
# -> all 3
#
# Most would guess: that what is one of none is no row, in both places, and that a text is searched for as it is.
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

const { Sequelize, DataTypes, Op } = createRequire(import.meta.url)("sequelize");
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
const Step = sequelize.define("step", { name: DataTypes.STRING, rows: DataTypes.INTEGER }, { timestamps: false });
await sequelize.sync();
await Step.bulkCreate([
  { name: "a", rows: 1 },
  { name: "bc", rows: 2 },
  { name: "_d", rows: 3 },
]);

const filters = {
  "one of none": { [Op.or]: [] },
  "rows in none": { rows: [] },
  "rows one of none": { rows: { [Op.or]: [] } },
  "starts with _": { name: { [Op.startsWith]: "_" } },
  "has a %": { name: { [Op.substring]: "%" } },
  "like any": { name: { [Op.like]: { [Op.any]: ["a", "b%"] } } },
  "not like any": { name: { [Op.notLike]: { [Op.any]: ["a", "b%"] } } },
};
const seen = {};
for (const [name, where] of Object.entries(filters)) seen[name] = await Step.count({ where });
console.log(seen);
assert.deepStrictEqual(seen, {
  "one of none": 0,
  "rows in none": 0,
  "rows one of none": 3,
  "starts with _": 3,
  "has a %": 3,
  "like any": 2,
  "not like any": 3,
});
const [changed] = await Step.update({ rows: 0 }, { where: { rows: { [Op.or]: [] } } });
assert.strictEqual(changed, 3);
process.exit(0);
NODE
TZ=UTC node script.mjs
echo "held: an update of no alternatives changes all rows"
