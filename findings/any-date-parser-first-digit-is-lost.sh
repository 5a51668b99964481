#!/usr/bin/env bash
# any-date-parser 2.2.4 (npm)
#
# Where the day stands first, as in most of the world, the first digit of a date is dropped if it fits a month then:
# 31/12/2024 is 12 January, 25/12/2024 is 12 May, 13/2/2024 is 2 March, each said to be valid. With points, or in the
# locale en-GB, the same dates are right. Of 24-01-02 the year becomes 4-01-02, which is 1 April 2002.
#
# Most would guess: the day first where the first number is no month, or no date.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export LC_ALL=C TZ=UTC
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional any-date-parser@2.2.4

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const loaded = createRequire(import.meta.url)("any-date-parser");
const parser = loaded.default ?? loaded;
const day = (text, locale) => parser.fromString(text, locale).toISOString().slice(0, 10);
const seen = [
  day("31/12/2024"),
  day("25/12/2024"),
  day("13/2/2024"),
  day("24-01-02"),
  day("31.12.2024"),
  day("31/12/2024", "en-GB"),
];
console.log(seen);
assert.deepStrictEqual(seen, ["2024-01-12", "2024-05-12", "2024-03-02", "2002-04-01", "2024-12-31", "2024-12-31"]);
console.log("held: the 31st of December is the 12th of January");
NODE
