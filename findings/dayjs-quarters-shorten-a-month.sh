#!/usr/bin/env bash
# dayjs 1.11.23 (npm)
#
# A duration of a month that is added to 31 January leads to 29 February. Once another module of the program has loaded
# the plugin for quarters of a year, the same line leads to 1 March at 10:00: that plugin turns what is added into a
# number, and the number of a duration is its milliseconds, of which a month has 30.4 days. `add(1, "month")` stays
# right. If the plugin for durations is loaded after that for quarters, all stays right.
# Seen: 2024-02-29T00:00; then 2024-03-01T10:00 by the same line
#
# Most would guess: a plugin adds quarters, and leaves months as they are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional dayjs@1.11.23

TZ=UTC node - <<'NODE'
const assert = require("assert");
const dayjs = require("dayjs");
dayjs.extend(require("dayjs/plugin/duration"));

const later = () => dayjs("2024-01-31").add(dayjs.duration("P1M")).format("YYYY-MM-DDTHH:mm");
const before = later();
dayjs.extend(require("dayjs/plugin/quarterOfYear"));
const after = later();
console.log(before, after);
assert.strictEqual(before, "2024-02-29T00:00");
assert.strictEqual(after, "2024-03-01T10:00");
assert.strictEqual(dayjs("2024-01-31").add(1, "month").format("YYYY-MM-DDTHH:mm"), before);
console.log("held: with a plugin for quarters a month is 30 days and ten hours");
NODE
