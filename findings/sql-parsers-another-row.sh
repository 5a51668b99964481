#!/usr/bin/env bash
# pgsql-ast-parser 12.0.2, node-sql-parser 5.4.0, @electric-sql/pglite 0.5.17 (npm, PostgreSQL 18.7)
#
# A statement that is parsed and written again, as is done to add a filter, does something else. With pgsql-ast-parser
# the DELETE of row 9007199254740993 deletes row 9007199254740992, and the ORDER BY and LIMIT of a union go into its
# second half: of one row become four. With node-sql-parser the "\t" and "\n" in a text, as in the path C:\temp\new,
# become a tab and a new line, and "- -3" becomes "--3", a comment.
#
# Most would guess: the statement, in another layout, or an error for what the parser does not know.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts \
  pgsql-ast-parser@12.0.2 node-sql-parser@5.4.0 @electric-sql/pglite@0.5.17

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { PGlite } from "@electric-sql/pglite";
import sql from "node-sql-parser";
import { parseFirst, toSql } from "pgsql-ast-parser";

const node = new sql.Parser();
const again = {
  unchanged: (query) => query,
  pgsql: (query) => toSql.statement(parseFirst(query)),
  node: (query) => node.sqlify(node.astify(query, { database: "postgresql" }), { database: "postgresql" }),
};

async function rows(query, select = null) {
  const database = new PGlite();
  await database.exec("CREATE TABLE runs (id bigint)");
  await database.exec("INSERT INTO runs VALUES (1), (9007199254740992), (9007199254740993)");
  let found = await database.query(query, [], { rowMode: "array" });
  if (select) found = await database.query(select, [], { rowMode: "array" });
  return found.rows.map(([value]) => String(value)).sort();
}

const left = (name) =>
  rows(again[name]("DELETE FROM runs WHERE id = 9007199254740993"), "SELECT id FROM runs");
const lowest = (name) => rows(again[name]("SELECT id FROM runs UNION ALL SELECT 0 ORDER BY 1 LIMIT 1"));
const path = (name) => rows(again[name](String.raw`SELECT 'C:\temp\new'`));
const negative = again.node("SELECT - -3 AS value");

const seen = {
  left: [await left("unchanged"), await left("pgsql")],
  lowest: [await lowest("unchanged"), await lowest("pgsql")],
  path: [await path("unchanged"), await path("node")],
  negative,
};
console.log(JSON.stringify(seen));
assert.deepStrictEqual(seen.left, [["1", "9007199254740992"], ["1", "9007199254740993"]]);
assert.deepStrictEqual([seen.lowest[0], seen.lowest[1].length], [["0"], 4]);
assert.deepStrictEqual(seen.path, [[String.raw`C:\temp\new`], ["C:\temp\new"]]);
assert.ok(negative.includes("--3"), negative);
console.log("held: a DELETE that was parsed and written again deletes another row");
NODE
