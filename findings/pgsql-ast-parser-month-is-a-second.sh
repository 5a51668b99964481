#!/usr/bin/env bash
# pgsql-ast-parser 12.0.2 (npm)
#
# SQL of PostgreSQL, read and written again, each without an error. interval '1' month is the interval '1', a second,
# in a column of the name month, and 1e3 is 1 in a column e3. The order and the limit of a union become those of its
# second half, so all rows of the first are there. The key 9007199254740993 is its neighbour, 9007199254740992, in a
# condition and in an insert.
# Seen: SELECT (('1')::interval ) AS month
#
# Most would guess: the same query.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional pgsql-ast-parser@12.0.2

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { parse, toSql } from "pgsql-ast-parser";

function holds(text, expected) {
  const seen = parse(text).map((one) => toSql.statement(one)).join("; ").replace(/\s+/g, " ").trim();
  console.log(`${text}: ${seen}`);
  assert.deepStrictEqual(seen, expected);
}

holds("select interval '1 month'", "SELECT (('1 month')::interval )");
holds("select interval '1' month", "SELECT (('1')::interval ) AS month");
holds("select 1e3", "SELECT (1) AS e3");
holds(
  "select a from t union all select b from u order by 1 limit 1",
  "(SELECT a FROM t ) UNION ALL (SELECT b FROM u ORDER BY (1) LIMIT (1))",
);
holds("select a from t where id = 9007199254740993", "SELECT a FROM t WHERE (id = (9007199254740992))");
holds("insert into t values (9007199254740993)", "INSERT INTO t VALUES ((9007199254740992))");
NODE
TZ=UTC node script.mjs
echo "held: a month is a second"
