#!/usr/bin/env bash
# jsonstat-toolkit 2.2.2 (npm)
#
# The value of a year that a table does not have is the list of the values of all years: what is asked for and not known
# is left out of the question. So is an unknown region, for which one gets the values of all regions.
# Seen: [1, 3] of the north in 2025, in a table of 2023 and 2024
#
# Most would guess: null, as for a cell that is missing, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional jsonstat-toolkit@2.2.2

node --input-type=module - <<'NODE'
import assert from "node:assert";
import JSONstat from "jsonstat-toolkit";

const table = JSONstat({
  version: "2.0",
  class: "dataset",
  id: ["year", "region"],
  size: [2, 2],
  dimension: {
    year: { category: { index: ["2023", "2024"] } },
    region: { category: { index: ["north", "south"] } },
  },
  value: [1, 2, 3, 4],
});

function values(question) {
  const found = table.Data(question);
  return Array.isArray(found) ? found.map((cell) => cell.value) : found.value;
}

const seen = {
  known: values({ year: "2024", region: "north" }),
  unknownYear: values({ year: "2025", region: "north" }),
  unknownRegion: values({ year: "2024", region: "east" }),
};
console.log(seen);
assert.deepStrictEqual(seen, { known: 3, unknownYear: [1, 3], unknownRegion: [3, 4] });
console.log("held: the value of an unknown year is that of all years");
NODE
