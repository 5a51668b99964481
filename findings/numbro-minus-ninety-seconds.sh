#!/usr/bin/env bash
# numbro 2.5.0 (npm)
#
# 90 seconds late are shown as -1:58:30, a second late as -1:59:59, and an hour late as -1:00:00: hours and minutes are
# rounded down, to below zero, and one sign stands for all. 59.7 seconds are 0:00:60. Numbers with a decimal comma are
# read by thousands: "1,5" is 15, "1.234,5" is 1.2345, and "12,5 %" is 125 percent.
#
# Most would guess: -0:01:30, and 0:01:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional numbro@2.5.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { createRequire } from "node:module";

const numbro = createRequire(import.meta.url)("numbro");
const shown = [-90, -1, -3600, 90, 59.7].map((seconds) => numbro(seconds).format({ output: "time" }));
const read = ["1,5", "1.234,5", "12,5 %"].map((text) => numbro.unformat(text));
console.log(shown, read);
assert.deepStrictEqual(shown, ["-1:58:30", "-1:59:59", "-1:00:00", "0:01:30", "0:00:60"]);
assert.deepStrictEqual(read, [15, 1.2345, 1.25]);
console.log("held: 90 seconds late are -1:58:30");
NODE
