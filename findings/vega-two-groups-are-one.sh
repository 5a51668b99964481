#!/usr/bin/env bash
# vega 6.4.0 (npm)
#
# The library below Vega-Lite and Altair groups rows by their values as texts, with a bar between two of them. So the
# host "a|b" with the task "c" and the host "a" with the task "b|c" are one group, under the name of the first; null and
# the text "null" are one, and times within a second are one group and one distinct value.
# Seen: one group of two rows in each of the three
#
# Most would guess: rows with different values are in different groups.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional vega@6.4.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import * as vega from "vega";

async function groups(values, transform) {
  const data = [{ name: "rows", values, transform: [{ type: "aggregate", ...transform }] }];
  const view = await new vega.View(vega.parse({ data }), { renderer: "none" }).runAsync();
  return JSON.parse(JSON.stringify(view.data("rows")));
}

const hosts = [{ host: "a|b", task: "c" }, { host: "a", task: "b|c" }];
const names = [{ name: null }, { name: "null" }];
const times = [{ at: new Date("2024-01-01T12:00:00.100Z") }, { at: new Date("2024-01-01T12:00:00.900Z") }];
const seen = {
  hosts: await groups(hosts, { groupby: ["host", "task"] }),
  names: await groups(names, { groupby: ["name"] }),
  times: (await groups(times, { groupby: ["at"] })).map((row) => row.count),
  distinct: await groups(times, { fields: ["at"], ops: ["distinct"], as: ["times"] }),
};
console.log(JSON.stringify(seen));
assert.deepStrictEqual(seen, {
  hosts: [{ host: "a|b", task: "c", count: 2 }],
  names: [{ name: null, count: 2 }],
  times: [2],
  distinct: [{ times: 1 }],
});
console.log("held: two groups are one");
NODE
