#!/usr/bin/env bash
# knex 3.3.0, knex-pglite 0.14.0, @electric-sql/pglite 0.4.6 (npm)
#
# An order that is "descending" is ascending, since all but "desc" is, and so the newest run is the oldest one. 2 less
# and 1 more in one update are 1 more. A column of the type float() is one of 32 bits in PostgreSQL, though SQLite and
# JavaScript have 64, so 123456789.12 is 123456790, and decimal() cuts to cents. Two rows that are merged in one call
# make null of what each does not name, and a limit of "ten" is none.
# Seen: 1 2 3 by orderBy("id", "descending")
#
# Most would guess: 3 2 1, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
    knex@3.3.0 knex-pglite@0.14.0 @electric-sql/pglite@0.4.6

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { PGlite } from "@electric-sql/pglite";
import knex from "knex";
import * as driver from "knex-pglite";

const client = driver.default?.default ?? driver.default ?? driver.ClientPgLite;
const database = knex({ client, dialect: "postgres", connection: { pglite: new PGlite() } });
function holds(text, seen, expected) {
  console.log(`${text}: ${seen}`);
  assert.strictEqual(String(seen), expected);
}

await database.schema.createTable("runs", (table) => {
  table.increments("id");
  table.text("name");
  table.integer("rows");
  table.float("load");
  table.decimal("amount");
});
await database("runs").insert([
  { id: 1, name: "a", rows: 10, load: 123456789.12, amount: 1.005 },
  { id: 2, name: "b", rows: 20 },
  { id: 3, name: "c", rows: 30 },
]);
holds("descending", await database("runs").orderBy("id", "descending").pluck("id"), "1,2,3");
holds("desc", await database("runs").orderBy("id", "desc").pluck("id"), "3,2,1");
holds("limit", await database("runs").limit("ten").orderBy("id").pluck("id"), "1,2,3");
const [{ load, amount }] = await database("runs").where("id", 1);
holds("float", load, "123456790");
holds("decimal", amount, "1.01");
await database("runs").where("id", 3).decrement({ rows: 2 }).increment({ rows: 1 });
holds("2 less and 1 more", await database("runs").where("id", 3).pluck("rows"), "31");
await database("runs").insert([{ id: 1, name: "A" }, { id: 2, rows: 50 }]).onConflict("id").merge();
const merged = await database("runs").orderBy("id").limit(2);
holds("merged", merged.map(({ name, rows }) => `${name} ${rows}`), "A null,null 50");
await database.destroy();
console.log("held: descending is ascending");
NODE
node script.mjs 2>/dev/null
