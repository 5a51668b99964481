#!/usr/bin/env bash
# yup 1.7.1, joi 18.3.2, zod 4.6.7 (npm)
#
# A date that comes as a number is read by yup as if its digits were a day: 1700000000, a Unix time of November 2023, is
# 1 January 1700, 1704067200, the first second of 2024, is 4 June 1704, 0 is the year 2000 and 5.9 is 9 May 2001. All
# are valid. joi and zod read a number as milliseconds, as JavaScript does; one of 13 digits, which is what JavaScript
# has for a time of today, yup refuses.
# Seen: 1700000000: 1700-01-01 by yup, 1970-01-20 by joi and zod; 0: 2000-01-01
#
# Most would guess: what new Date has: a time of 1970, in the first month.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional yup@1.7.1 joi@18.3.2 zod@4.6.7

TZ=UTC node - <<'NODE'
const assert = require("assert");
const joi = require("joi");
const yup = require("yup");
const { z } = require("zod");

const day = (time) => time.toISOString().slice(0, 10);
const numbers = [1700000000, 1704067200, 0, 5.9];
const seen = numbers.map((number) => [
  day(yup.date().validateSync(number)),
  day(joi.date().validate(number).value),
  day(z.coerce.date().parse(number)),
]);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["1700-01-01", "1970-01-20", "1970-01-20"],
  ["1704-06-04", "1970-01-20", "1970-01-20"],
  ["2000-01-01", "1970-01-01", "1970-01-01"],
  ["2001-05-09", "1970-01-01", "1970-01-01"],
]);
assert(!yup.date().isValidSync(1700000000123));
console.log("held: a Unix time of 2023 is the first day of 1700");
NODE
