#!/usr/bin/env bash
# @js-joda/core 6.3.2 (npm)
#
# The day after 2 January 2024 is 11 January 2510 where the 1 is a text, as it is in a form, a CSV or an environment
# variable: it is joined with the number of the day, 19724, to 197241. A year after is 20241, 5 seconds and "5" are 55,
# and a Unix time of 2023 as a text is in 2508. A day less, an hour more and LocalDate.of() take texts for numbers. An
# hour and a half more are one hour, where a day and a half is an error.
# Seen: 2510-01-11 of plusDays("1")
#
# Most would guess: 2024-01-03, or an error, as for 1.5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TZ=UTC
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @js-joda/core@6.3.2

node --input-type=module - <<'NODE'
import assert from "node:assert";
import { Duration, Instant, LocalDate, LocalDateTime } from "@js-joda/core";

function holds(text, seen, expected) {
  console.log(`${text}: ${seen}`);
  assert.strictEqual(String(seen), expected);
}
const day = LocalDate.parse("2024-01-02");
holds("1 day", day.plusDays(1), "2024-01-03");
holds('"1" day', day.plusDays("1"), "2510-01-11");
holds('"1" day less', day.minusDays("1"), "2024-01-01");
holds('"1" year', day.plusYears("1"), "+20241-01-02");
holds('"1" month', LocalDate.parse("2024-01-31").plusMonths("1"), "+20240-02-29");
holds("of texts", LocalDate.of("2024", "1", "2"), "2024-01-02");
holds('5 and "5" seconds', Duration.ofSeconds(5).plusSeconds("5"), "PT55S");
holds("Unix time", Instant.ofEpochSecond(1700000000), "2023-11-14T22:13:20Z");
holds("as a text", Instant.ofEpochSecond("1700000000"), "2508-09-16T06:13:20Z");
holds("an hour and a half", LocalDateTime.parse("2024-01-02T10:00").plusHours(1.5), "2024-01-02T11:00");
assert.throws(() => day.plusDays(1.5));
console.log("held: the day after is in 2510");
NODE
