#!/usr/bin/env bash
# i18next 26.7.2 (npm)
#
# The variables of a message are options of its formats too: in "every {{every, relativetime(hour)}}, {{range}}" a
# range that is day makes three hours three days, a variable named currency makes {{price, currency(USD)}} euros, one
# named style or notation a percentage or 1.2K, and by one named unit, day or year the value is written without its
# format, and without an error. A count that is a text, such as "5" of JSON, finds no plural: the text is the name of
# the key.
# Seen: in 3 days of {{every, relativetime(hour)}}
#
# Most would guess: in 3 hours, as the message says, and 5 rows of "5".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional i18next@26.7.2

cat >script.mjs <<'NODE'
import assert from "node:assert";
import i18next from "i18next";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const texts = {
  alone: "{{every, relativetime(hour)}}",
  every: "{{every, relativetime(hour)}}, {{range}}",
  price: "{{price, currency(USD)}} {{currency}}",
  style: "{{size, number}} {{style}}",
  notation: "{{size, number}} {{notation}}",
  unit: "{{size, number}} {{unit}}",
  at: "{{at, datetime}}",
  year: "{{at, datetime}} {{year}}",
  rows_one: "{{count}} row",
  rows_other: "{{count}} rows",
};
await i18next.init({ lng: "en", resources: { en: { translation: texts } }, interpolation: { escapeValue: false } });
holds("alone", i18next.t("alone", { every: 3 }), "in 3 hours");
holds("range", i18next.t("every", { every: 3, range: "day" }), "in 3 days, day");
holds("price", i18next.t("price", { price: 5, currency: "EUR" }), "€5.00 EUR");
holds("style", i18next.t("style", { size: 1234.5, style: "percent" }), "123,450% percent");
holds("notation", i18next.t("notation", { size: 1234.5, notation: "compact" }), "1.2K compact");
holds("unit", i18next.t("unit", { size: 1234.5, unit: "GB" }), "1234.5 GB");
const at = new Date("2024-01-02T10:00:00Z");
holds("day", i18next.t("at", { at }), "1/2/2024");
holds("day and year", i18next.t("year", { at, year: 2024 }), `${at} 2024`);
holds("5", i18next.t("rows", { count: 5 }), "5 rows");
holds("text 5", i18next.t("rows", { count: "5" }), "rows");
NODE
TZ=UTC node script.mjs
echo "held: three hours are three days"
