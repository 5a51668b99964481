#!/usr/bin/env bash
# drizzle-orm 0.45.4, sql.js 1.17.0 (npm)
#
# or() of a list of conditions that is empty is no condition: a select finds all rows, and a delete deletes all, while
# inArray() of an empty list finds none. A time of the mode timestamp is cut to its second: the run of 10:00:00.999 is
# found by eq() of 10:00:00.100, and is not after 10:00:00.500. A numeric is a text in TypeScript and a number in
# SQLite: 1.10 is 1.1 and 007 is 7 when they are read.
# Seen: all rows by or(), none by inArray() of nothing
#
# Most would guess: no row for both, as none of no conditions holds.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional drizzle-orm@0.45.4 sql.js@1.17.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { drizzle } from "drizzle-orm/sql-js";
import { eq, gt, inArray, or } from "drizzle-orm";
import { integer, numeric, sqliteTable } from "drizzle-orm/sqlite-core";
import initSqlJs from "sql.js";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const { Database } = await initSqlJs();
const file = new Database();
file.run("CREATE TABLE runs (id integer PRIMARY KEY, at integer, release numeric)");
const runs = sqliteTable("runs", {
  id: integer("id").primaryKey(),
  at: integer("at", { mode: "timestamp" }),
  release: numeric("release"),
});
const base = drizzle(file);
function found(condition) {
  return base.select().from(runs).where(condition).all().map((run) => run.id);
}
function at(seconds) {
  return new Date(`2024-01-02T10:00:${seconds}Z`);
}

base.insert(runs).values([{ id: 1, at: at("00.999"), release: "1.10" }, { id: 2, release: "007" }]).run();
holds("in a list of none", found(inArray(runs.id, [])), []);
holds("or of none", found(or(...[])), [1, 2]);
holds("at .100", found(eq(runs.at, at("00.100"))), [1]);
holds("after .500", found(gt(runs.at, at("00.500"))), []);
holds("releases", base.select().from(runs).all().map((run) => run.release), ["1.1", "7"]);
base.delete(runs).where(or(...[])).run();
holds("left", found(), []);
NODE
TZ=UTC node script.mjs
echo "held: none of no conditions deletes all"
