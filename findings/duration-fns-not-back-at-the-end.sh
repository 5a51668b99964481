#!/usr/bin/env bash
# duration-fns 3.0.2, temporal-polyfill 1.0.8 (npm)
#
# From 31 January to 29 February it is `P1M-2D`, a month less two days, and that much after 31 January is 27 February.
# From 31 May to 30 June it is `P1M-1D`, which ends on 29 June. For Temporal, the coming standard of JavaScript, it is
# `P29D` and `P30D`, which lead to the end.
#
# Most would guess: a month or 29 days, and the end where one adds what lies between.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TZ=UTC
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional duration-fns@3.0.2 temporal-polyfill@1.0.8

node --input-type=module - <<'NODE'
import assert from "node:assert";
import * as durations from "duration-fns";
import { Temporal } from "temporal-polyfill";

const seen = [["2024-01-31", "2024-02-29"], ["2024-05-31", "2024-06-30"], ["2024-01-10", "2024-02-15"]].map(
  ([start, end]) => {
    const between = durations.between(start, end);
    return [durations.toString(between), durations.apply(new Date(start), between).toISOString().slice(0, 10)];
  },
);
console.log(seen);
assert.deepStrictEqual(seen, [["P1M-2D", "2024-02-27"], ["P1M-1D", "2024-06-29"], ["P1M5D", "2024-02-15"]]);
const standard = (start, end) => Temporal.PlainDate.from(start).until(end, { largestUnit: "month" }).toString();
assert.deepStrictEqual([standard("2024-01-31", "2024-02-29"), standard("2024-05-31", "2024-06-30")], ["P29D", "P30D"]);
console.log("held: what lies between two days does not lead from one to the other");
NODE
