#!/usr/bin/env bash
# pg-mem 3.0.14 (npm)
#
# PostgreSQL in memory, for tests. A year before 31 January 2024 is 5 February 2023, a year being 360 days, and a
# month after it 1 March, where PostgreSQL has 31 January 2023 and 29 February. What is missing is not in (9) and not
# in (1, NULL), and where a column has an index, it is also <> 9: PostgreSQL finds it by none of them. A numeric(10,
# 2) keeps 1.999, and an integer holds 3000000000.
# Seen: 2023-02-05 of a year before 2024-01-31
#
# Most would guess: the results of PostgreSQL, or an error for what is not done.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional pg-mem@3.0.14

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { newDb } from "pg-mem";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const base = newDb().public;
function rows(query) {
  return base.many(query).map((row) => Object.values(row)[0]);
}
function day(query) {
  return rows(query)[0].toISOString().slice(0, 10);
}

holds("a year before", day("SELECT date '2024-01-31' - interval '1 year'"), "2023-02-05");
holds("a month after", day("SELECT date '2024-01-31' + interval '1 month'"), "2024-03-01");
base.none("CREATE TABLE plain (v int); INSERT INTO plain VALUES (9), (10), (null)");
base.none("CREATE TABLE fast (v int); CREATE INDEX ON fast (v); INSERT INTO fast VALUES (9), (10), (null)");
holds("not in (9)", rows("SELECT v FROM plain WHERE v NOT IN (9)"), [10, null]);
holds("not in (1, null)", rows("SELECT v FROM plain WHERE v NOT IN (1, null)"), [9, 10, null]);
holds("<> 9", rows("SELECT v FROM plain WHERE v <> 9"), [10]);
holds("<> 9 by an index", rows("SELECT v FROM fast WHERE v <> 9"), [10, null]);
base.none("CREATE TABLE runs (cost numeric(10, 2), size int); INSERT INTO runs VALUES (1.999, 3000000000)");
holds("numeric(10, 2)", rows("SELECT cost FROM runs"), [1.999]);
holds("integer", rows("SELECT size FROM runs"), [3000000000]);
NODE
TZ=UTC node script.mjs
echo "held: a year ago is 360 days ago"
