#!/usr/bin/env bash
# postgres-interval 4.1.0 (npm)
#
# Intervals of PostgreSQL for Node's pg. Only the default style of the server is read: where intervalstyle is iso_8601,
# postgres_verbose or sql_standard, P1DT2H, "@ 1 hour" and 1-2 are empty intervals, without an error, and "@ 3 days
# ago" is three days to come.
# Seen: 0 of P1DT2H
#
# Most would guess: 1 day 2 hours, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional postgres-interval@4.1.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import Interval from "postgres-interval";

const parse = Interval.default ?? Interval;

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function read(text) {
  return parse(text).toPostgres();
}

holds("default", read("1 day 02:00:00"), "1 day 2 hours");
holds("iso_8601", read("P1DT2H"), "0");
holds("postgres_verbose", read("@ 1 hour"), "0");
holds("sql_standard", read("1-2"), "0");
holds("three days ago", read("@ 3 days ago"), "3 days");
NODE
TZ=UTC node script.mjs
echo "held: an hour is nothing"
