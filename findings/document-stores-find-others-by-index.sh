#!/usr/bin/env bash
# lokijs 1.5.12, pouchdb 9.0.0 (npm)
#
# An index changes what a query finds. In LokiJS `$in: ["1"]` finds the text "1", and with an index of the field the
# number 1 as well. In PouchDB a search for null finds what is null, and with an index what has no such field as well.
# Less than 5 is in LokiJS also what is null or NaN.
# Seen: ["1"], and [1, "1"] with an index
#
# Most would guess: the same rows, only faster.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
  lokijs@1.5.12 pouchdb@9.0.0 pouchdb-find@9.0.0 pouchdb-adapter-memory@9.0.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import Loki from "lokijs";
import PouchDB from "pouchdb";
import find from "pouchdb-find";
import memory from "pouchdb-adapter-memory";

const rows = new Loki("").addCollection("rows");
rows.insert([1, "1", null, NaN, 10].map((value) => ({ value })));
const loki = () => rows.find({ value: { $in: ["1"] } }).map((row) => row.value);
const less = rows.find({ value: { $lt: 5 } }).length;
const before = loki();
rows.ensureIndex("value");
const after = loki();
console.log(before, after, less);
assert.deepStrictEqual([before, after, less], [["1"], [1, "1"], 4]);

PouchDB.plugin(find).plugin(memory);
const store = new PouchDB("rows", { adapter: "memory" });
await store.bulkDocs([{ _id: "null", value: null }, { _id: "missing" }, { _id: "one", value: 1 }]);
const pouch = async () => (await store.find({ selector: { value: null } })).docs.map((row) => row._id).sort();
const alone = await pouch();
await store.createIndex({ index: { fields: ["value"] } });
const indexed = await pouch();
console.log(alone, indexed);
assert.deepStrictEqual([alone, indexed], [["null"], ["missing", "null"]]);
console.log("held: an index finds another row");
NODE
