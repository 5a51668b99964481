#!/usr/bin/env bash
# vega 6.4.0 (npm)
#
# The library below Vega-Lite and Altair finds the types of a CSV by itself. Names that end with a number up to 12 are
# days for it: "load-2" is the first of February 2001 and "web 1" that of January, "A 12" is in December. It takes a
# column for days if JavaScript reads each of its texts as one, so the names are back as soon as one ends with 13.
# Seen: load-2, load-11 are 2001-02-01, 2001-11-01; load-2, load-13 stay texts
#
# Most would guess: a name is a text, or only ISO 8601 is a day.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TZ=UTC
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional vega@6.4.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import * as vega from "vega";

const columns = [["load-2", "load-11"], ["web 1", "web 2"], ["A 12", "B 5"], ["load-2", "load-13"]];
const seen = columns.map((texts) =>
  vega
    .read(["name", ...texts].join("\n"), { type: "csv", parse: "auto" })
    .map(({ name }) => (typeof name === "string" ? name : new Date(name).toISOString().slice(0, 10))),
);
console.log(seen);
assert.deepStrictEqual(seen, [
  ["2001-02-01", "2001-11-01"],
  ["2001-01-01", "2001-02-01"],
  ["2001-12-01", "2001-05-01"],
  ["load-2", "load-13"],
]);
console.log("held: load-2 is a day of February");
NODE
