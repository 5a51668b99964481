#!/usr/bin/env bash
# squel 6.5.0 (npm)
#
# SQL that is built. A question mark in a text in quotes is a place for a value: of note = 'why?' and id = ? with 5 the
# note is 'why5' and the id 'undefined'. With the flavour of PostgreSQL the value why? is written as 'why$1'. A missing
# value is the text 'undefined' by toString(), in an update and an insert, and stays undefined by toParam().
# Seen: note = 'why5' and id = 'undefined'
#
# Most would guess: note = 'why?' and id = 5, and NULL or an error for what is missing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional squel@6.5.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import module from "squel";

const squel = module.default ?? module;

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const inQuotes = squel.delete().from("t").where("note = 'why?' and id = ?", 5);
holds("in quotes", inQuotes.toString(), "DELETE FROM t WHERE (note = 'why5' and id = 'undefined')");
for (const [flavour, note] of [[squel, "why?"], [squel.useFlavour("postgres"), "why$1"]]) {
  const query = flavour.delete().from("t").where("note = ?", "why?");
  holds("value", query.toString(), `DELETE FROM t WHERE (note = '${note}')`);
}
const update = squel.update().table("t").set("a", undefined).where("id = ?", 5);
holds("update", update.toString(), "UPDATE t SET a = 'undefined' WHERE (id = 5)");
holds("update by toParam()", update.toParam().values, [undefined, 5]);
const insert = squel.insert().into("t").setFields({ a: 1, b: undefined });
holds("insert", insert.toString(), "INSERT INTO t (a, b) VALUES (1, 'undefined')");
holds("insert by toParam()", insert.toParam().values, [1, undefined]);
NODE
TZ=UTC node script.mjs
echo "held: a question mark takes a value"
