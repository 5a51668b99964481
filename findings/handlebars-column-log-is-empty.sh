#!/usr/bin/env bash
# handlebars 4.7.10, mustache 4.2.0 (npm)
#
# A field that has the name of a helper is not written: the log of a row is an empty text in a template. "lookup",
# "each", "if" and "with" are errors. {{this.log}} is right. A section of 0 or of an empty text is shown, and not by
# {{#if}}. In mustache the log is written, and neither section is shown.
# Seen: an empty text of {{log}}
#
# Most would guess: build.log, as of any other name.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional handlebars@4.7.10 mustache@4.2.0

node --input-type=module - <<'NODE'
import assert from "node:assert";
import Handlebars from "handlebars";
import Mustache from "mustache";

const row = { log: "build.log", zero: 0, empty: "" };
const both = (template) => [Handlebars.compile(template)(row), Mustache.render(template, row)];
const log = both("{{log}}");
const own = Handlebars.compile("{{this.log}}")(row);
const zero = both("{{#zero}}shown{{/zero}}");
const empty = both("{{#empty}}shown{{/empty}}{{^empty}}missing{{/empty}}");
console.log(log, own, zero, empty);
assert.deepStrictEqual([log, own], [["", "build.log"], "build.log"]);
assert.deepStrictEqual([zero, empty], [["shown", ""], ["shown", "missing"]]);
console.log("held: the column log is empty");
NODE
