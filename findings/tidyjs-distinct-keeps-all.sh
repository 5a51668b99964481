#!/usr/bin/env bash
# @tidyjs/tidy 2.6.1 (npm)
#
# `distinct()` without keys returns all rows, equal ones too. A left join replaces a column of the left table that has
# the name of one of the right, only in rows that have a partner, so one column has values of both. Null joins null, and
# 1 joins the text "1", and becomes it.
# Seen: two equal rows: two; rows 1 and 2 with the 9 of the other table: 9 and 2
#
# Most would guess: one row of each kind, as in dplyr whose names these are; columns of one name get a suffix, or an
# error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @tidyjs/tidy@2.6.1

node - <<'NODE'
const assert = require("assert");
const { distinct, innerJoin, leftJoin, tidy } = require("@tidyjs/tidy");

const equal = tidy([{ day: 1, rows: 2 }, { day: 1, rows: 2 }], distinct());
const joined = tidy([{ day: 1, rows: 1 }, { day: 2, rows: 2 }], leftJoin([{ day: 1, rows: 9 }], { by: "day" }));
const texts = tidy([{ id: 1, rows: 5 }], innerJoin([{ id: "1", name: "load" }], { by: "id" }));
const nulls = tidy([{ id: null, rows: 5 }], innerJoin([{ id: null, name: "load" }], { by: "id" }));
console.log(equal, joined, texts, nulls);
assert.strictEqual(equal.length, 2);
assert.deepStrictEqual(joined, [{ day: 1, rows: 9 }, { day: 2, rows: 2 }]);
assert.deepStrictEqual(texts, [{ id: "1", rows: 5, name: "load" }]);
assert.strictEqual(nulls.length, 1);
console.log("held: distinct rows are all rows, and a join overwrites");
NODE
