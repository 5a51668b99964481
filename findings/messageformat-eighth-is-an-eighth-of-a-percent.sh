#!/usr/bin/env bash
# @messageformat/core 3.4.1, intl-messageformat 12.1.5 (npm)
#
# Two readers of one language for messages. By {share, number, percent} an eighth is 13% for both, and by the form with
# digits, {share, number, ::percent .0}, it is 0.1% for the first and 12.5% for the second. A duration of 119.9996
# seconds is 1:60.000 by the first. The time ::HHmm is 3:04:05 PM and 15:04, and the text 12345678901234567890 a
# rounded number for the first.
# Seen: 0.1% and 12.5%
#
# Most would guess: 12.5% and 15:04 for both, and 2:00.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
    @messageformat/core@3.4.1 intl-messageformat@12.1.5

cat >script.mjs <<'NODE'
import assert from "node:assert";
import MessageFormat from "@messageformat/core";
import { IntlMessageFormat } from "intl-messageformat";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function read(message, value) {
  const readers = [new MessageFormat("en").compile(message), new IntlMessageFormat(message, "en").format];
  return readers.map((reader) => reader({ value }).replace("\u202f", " "));
}

holds("eighth", read("{value, number, percent}", 0.125), ["13%", "13%"]);
holds("eighth with a digit", read("{value, number, ::percent .0}", 0.125), ["0.1%", "12.5%"]);
const time = new Date("2024-01-02T15:04:05Z");
holds("short time", read("{value, time, short}", time), ["3:04 PM", "3:04 PM"]);
holds("HHmm", read("{value, time, ::HHmm}", time), ["3:04:05 PM", "15:04"]);
const id = "12345678901234567890";
holds("id", read("{value, number}", id), ["12,345,678,901,234,567,000", "12,345,678,901,234,567,890"]);
holds("duration", new MessageFormat("en").compile("{value, duration}")({ value: 119.9996 }), "1:60.000");
NODE
TZ=UTC node script.mjs
echo "held: an eighth is an eighth of a percent"
