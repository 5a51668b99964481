#!/usr/bin/env bash
# sequelize 6.37.8, pg 8.23.1, @electric-sql/pglite 0.5.14, @electric-sql/pglite-socket 0.2.17 (npm)
#
# A model of Sequelize takes the text of a day as midnight in UTC when a row is created, as JavaScript does, and as
# midnight of the host when it is searched: with the host in Berlin these are two instants, an hour apart. So
# `findOrCreate()` with a day never finds what it has created, and two calls make two rows. A filter from that day up
# to the next finds it all the same, and the last hour of the day before, too; a `DATEONLY` that is given an instant of
# New York takes the day of the host.
# Seen: created with 2024-01-02: 2024-01-02T00:00:00.000Z; searched by it: 2024-01-01 23:00:00.000 +00:00; three calls:
# three rows
#
# Most would guess: that the same text is the same instant in both, so that the second call finds the row of the first.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional sequelize@6.37.8 pg@8.23.1 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17

cat >script.mjs <<'NODE'
process.env.TZ = "Europe/Berlin";
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
const Run = sequelize.define("run", { at: DataTypes.DATE, day: DataTypes.DATEONLY }, { timestamps: false });
await sequelize.sync();

const created = [];
for (let call = 0; call < 3; call++) created.push((await Run.findOrCreate({ where: { at: "2024-01-02" } }))[1]);
const all = await Run.findAll();
const found = await Run.findAll({ where: { at: "2024-01-02" } });
console.log(created, all.map((run) => run.at.toISOString()), found.length);
assert.deepStrictEqual(created, [true, true, true]);
assert.strictEqual(all.length, 3);
assert(all.every((run) => run.at.toISOString() === "2024-01-02T00:00:00.000Z"));
assert.strictEqual(found.length, 0);

const late = await Run.create({ at: "2024-01-02T23:30:00-05:00", day: "2024-01-02T23:30:00-05:00" });
console.log(late.day);
assert.strictEqual(late.day, "2024-01-03");
process.exit(0);
NODE
TZ=UTC node script.mjs
echo "held: three calls of findOrCreate make three rows"
