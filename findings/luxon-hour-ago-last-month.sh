#!/usr/bin/env bash
# luxon 3.7.2, date-fns 4.4.0 (npm)
#
# At 00:30 on 1 March a table written 40 minutes before was written "last month" by `toRelativeCalendar` of luxon, and
# at 00:30 on 1 January "last year"; in the middle of a day it is "today". `formatRelative` of date-fns says "yesterday
# at 11:50 PM", and `toRelative` of luxon "40 minutes ago".
#
# Most would guess: "yesterday" in all of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund luxon@3.7.2 date-fns@4.4.0

TZ=UTC node - <<'NODE'
const { DateTime } = require("luxon");
const { formatRelative } = require("date-fns");
const assert = require("assert");

const seen = ["2024-03-01T00:30Z", "2024-03-05T00:30Z", "2024-01-01T00:30Z", "2024-03-05T12:30Z"].map((now) => {
  const base = DateTime.fromISO(now, { zone: "UTC", locale: "en" });
  const written = base.minus({ minutes: 40 });
  return [
    written.toRelativeCalendar({ base }),
    written.toRelative({ base }),
    formatRelative(written.toJSDate(), base.toJSDate()),
  ];
});
console.log(seen);
assert.deepStrictEqual(seen, [
  ["last month", "40 minutes ago", "yesterday at 11:50 PM"],
  ["yesterday", "40 minutes ago", "yesterday at 11:50 PM"],
  ["last year", "40 minutes ago", "yesterday at 11:50 PM"],
  ["today", "40 minutes ago", "today at 11:50 AM"],
]);
console.log("held: forty minutes ago is last month, or last year");
NODE
