#!/usr/bin/env bash
# vcf 2.1.2, ical.js 2.2.1 (npm)
#
# A line break in a note is left out when a card is written: "l1" and "l2" are "l1l2". Semicolons are not escaped, also
# not in the fields of an address: a street "Main St; 5" moves the town to the region. Of a note that was read the
# escapes are part of the text.
# Seen: NOTE:l1l2
#
# Most would guess: two lines, and Berlin as the town.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional vcf@2.1.2 ical.js@2.2.1

node --input-type=module - <<'NODE'
import assert from "node:assert";
import Card from "vcf";
import ICAL from "ical.js";

const card = new Card();
card.set("fn", "Ada");
card.set("note", "l1\nl2");
card.set("adr", ["", "", "Main St; 5", "Berlin", "", "", ""]);
const text = card.toString("4.0");
const other = new ICAL.Component(ICAL.parse(text));
const [street, town, region] = other.getFirstPropertyValue("adr").slice(2, 5);
const note = Card.parse("BEGIN:VCARD\r\nVERSION:4.0\r\nNOTE:a\\, b\r\nEND:VCARD\r\n")[0].get("note").valueOf();
console.log(text, { street, town, region, note });
assert.strictEqual(other.getFirstPropertyValue("note"), "l1l2");
assert.deepStrictEqual([street, town.trim(), region], ["Main St", "5", "Berlin"]);
assert.strictEqual(note, "a\\, b");
console.log("held: two lines are one");
NODE
