#!/usr/bin/env bash
# itty-time 2.0.2 (npm)
#
# datePlus adds years of 365.25 days and months of 30, so that a year after 1 January 2025 is six in the morning of the
# same day a year on, a year after 1 January 2024 six in the morning of 31 December, and a month after 31 January 1
# March. A unit that it does not know, as m, fortnight or mins, is a millisecond, and a text of two parts is NaN,
# although duration writes such texts.
# Seen: 2024-01-01 + 1 year -> 2024-12-31T06:00; ms("5 mins") -> 5
#
# Most would guess: 2025-01-01T00:00, and an error, or 300000.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional itty-time@2.0.2

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import { datePlus, duration, ms } from "itty-time";

const later = (text, day) => datePlus(text, new Date(`${day}T00:00:00Z`)).toISOString().slice(0, 16);
const seen = [later("1 year", "2024-01-01"), later("1 year", "2025-01-01"), later("1 month", "2024-01-31")];
console.log(seen);
assert.deepStrictEqual(seen, ["2024-12-31T06:00", "2026-01-01T06:00", "2024-03-01T00:00"]);
assert.deepStrictEqual([ms("5 mins"), ms("1 fortnight"), ms("5 minutes")], [5, 1, 300000]);
const written = duration(25 * 3600 * 1000);
assert.strictEqual(written, "1 day, 1 hour");
assert(Number.isNaN(ms(written)));
console.log("held: a year later is six in the morning");
NODE
