#!/usr/bin/env bash
# typeorm 1.1.1, sql.js 1.17.0, reflect-metadata 0.2.2 (npm)
#
# maximum() of a column of times is the number 2024, as it reads the number at the beginning of what SQLite gives. A
# time that is saved from its ISO text is not found by it, and half a second after 10:00 is not later than 10:00, since
# the text is compared as it is with the one that was stored, which has a blank for the T. Two upserts in one call make
# null of what each does not name. A filter of "anything, or a" finds a alone, where "anything" finds all.
# Seen: 2024 of 2024-01-02T10:00:00 and 10:00:00.5
#
# Most would guess: the second of the times, and the rows that a Date finds.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TZ=UTC
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
    typeorm@1.1.1 sql.js@1.17.0 reflect-metadata@0.2.2

cat >script.js <<'NODE'
require("reflect-metadata");
const assert = require("node:assert");
const { DataSource, EntitySchema, MoreThan } = require("typeorm");

const run = new EntitySchema({
  name: "Run",
  columns: {
    id: { type: Number, primary: true },
    name: { type: String, nullable: true },
    at: { type: "datetime", nullable: true },
    rows: { type: "integer", nullable: true },
  },
});

async function main() {
  const source = new DataSource({ type: "sqljs", entities: [run], synchronize: true });
  await source.initialize();
  const runs = source.getRepository("Run");
  const names = async (where) => (await runs.find({ where, order: { id: 1 } })).map((each) => each.name).join();
  const holds = (text, seen, expected) => {
    console.log(`${text}: ${seen}`);
    assert.strictEqual(seen, expected);
  };

  await runs.save([
    { id: 1, name: "a", at: "2024-01-02T10:00:00.000Z", rows: 5 },
    { id: 2, name: "b", at: "2024-01-02T10:00:00.500Z", rows: 7 },
  ]);
  holds("newest", await runs.maximum("at"), 2024);
  holds("by its text", await names({ at: "2024-01-02T10:00:00.000Z" }), "");
  holds("by a Date", await names({ at: new Date("2024-01-02T10:00:00.000Z") }), "a");
  holds("later than a text", await names({ at: MoreThan("2024-01-02T10:00:00.000Z") }), "");
  holds("later than a Date", await names({ at: MoreThan(new Date("2024-01-02T10:00:00.000Z")) }), "b");
  holds("anything", await names([{}]), "a,b");
  holds("anything or a", await names([{}, { name: "a" }]), "a");
  await runs.upsert([{ id: 1, name: "A" }, { id: 2, rows: 8 }], ["id"]);
  const stored = await runs.find({ order: { id: 1 } });
  holds("upserted", stored.map(({ name, rows }) => `${name} ${rows}`).join(), "A null,null 8");
}

main().then(() => console.log("held: the newest time is 2024"), (error) => {
  console.error(error);
  process.exit(1);
});
NODE
node script.js
