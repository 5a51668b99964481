#!/usr/bin/env bash
# dayjs 1.11.23 (npm)
#
# A text is read by its format without the parts of the format that the plugin does not know. "2024-W05" by `GGGG-[W]WW`
# is midnight of today, day 60 of 2024 by `YYYY-DDD` is 1 January, and 17:30 by `kk:mm` is seven minutes past midnight.
# All letters are ones that dayjs writes with; formatting has them, parsing does not.
# Seen: week 5: today; day 60: 2024-01-01; 17:30: 00:07
#
# Most would guess: 29 January, 29 February and 17:30, or an error that names the part.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional dayjs@1.11.23

TZ=UTC node - <<'NODE'
const assert = require("assert");
const dayjs = require("dayjs");
for (const name of ["customParseFormat", "advancedFormat", "isoWeek", "weekOfYear", "weekYear", "dayOfYear"]) {
  dayjs.extend(require(`dayjs/plugin/${name}`));
}

const formats = dayjs("2024-01-29T17:30").format("GGGG-[W]WW kk:mm");
assert.strictEqual(formats, "2024-W05 17:30");
const week = dayjs("2024-W05", "GGGG-[W]WW");
const seen = {
  today: week.isValid() && Math.abs(dayjs().startOf("day").diff(week, "hour")) <= 24,
  day60: dayjs("2024-060", "YYYY-DDD").format("YYYY-MM-DD"),
  halfPastFive: dayjs("2024-01-15 17:30", "YYYY-MM-DD kk:mm").format("YYYY-MM-DD HH:mm"),
};
console.log(week.format(), seen);
assert.deepStrictEqual(seen, { today: true, day60: "2024-01-01", halfPastFive: "2024-01-15 00:07" });
console.log("held: week 5 of 2024 is today, and 17:30 is 00:07");
NODE
