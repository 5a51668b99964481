#!/usr/bin/env bash
# date-holidays 3.37.0 (npm)
#
# `isHoliday` is true for each day that has a name in the calendar, be it one on which all work: Valentine's Day and
# Mother's Day are holidays in Germany. Only the type of what is returned, "observance", tells. A country that is not
# known, as UK for the code GB, or Germany, has no holidays, without an error, and a state that is not known has those
# of its country. Of a 4 July on a Saturday both that day and the Friday before are holidays.
# Seen: DE 14 February: observance; UK: 0 days, GB: 10; 2026: 3 and 4 July
#
# Most would guess: public holidays, and an error for a country that does not exist.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional date-holidays@3.37.0

TZ=UTC node - <<'NODE'
const assert = require("assert");
const Holidays = require("date-holidays");

const on = (country, day) => new Holidays(country).isHoliday(new Date(`${day}T12:00:00Z`));
const count = (...place) => new Holidays(...place).getHolidays(2024).length;
const days = Object.fromEntries(
  ["2024-02-14", "2024-05-12", "2024-12-25"].map((day) => [day, on("DE", day).map((holiday) => holiday.type)]),
);
const july = new Holidays("US").getHolidays(2026).filter((holiday) => holiday.date.startsWith("2026-07"));
console.log(days, on("UK", "2024-12-25"), count("UK"), count("Germany"), count("GB"));
assert(Object.keys(days).every((day) => on("DE", day)));
assert(days["2024-02-14"].every((type) => type === "observance"), days);
assert.deepStrictEqual(days["2024-12-25"], ["public"]);
assert.strictEqual(on("UK", "2024-12-25"), false);
assert.deepStrictEqual([count("UK"), count("Germany")], [0, 0]);
assert(count("GB") > 5 && count("DE", "xx") === count("DE"));
assert.deepStrictEqual(july.map((holiday) => holiday.date.slice(0, 10)), ["2026-07-03", "2026-07-04"]);
console.log("held: Valentine's Day is a holiday in Germany, and the UK has none");
NODE
