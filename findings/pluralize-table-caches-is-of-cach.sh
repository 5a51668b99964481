#!/usr/bin/env bash
# pluralize 8.0.0, inflection 3.0.2 (npm)
#
# Names of tables and their rows. pluralize makes cach of caches, cooky of cookies, axe of axes and len of lens, so a
# name that it made itself does not come back: cache, caches, cach. inflection, beside it, has cach, cooky and len as
# well, and makes analyasis of analyses, basis of bases, leave of leaves and ga of gas, which the other has right.
# Seen: cache, caches, cach
#
# Most would guess: cache, cookie, axis and lens, or the same of both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional pluralize@8.0.0 inflection@3.0.2

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { singularize } from "inflection";
import pluralize from "pluralize";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function both(word) {
  return [pluralize.singular(word), singularize(word)];
}

holds("cache", pluralize("cache"), "caches");
const words = {
  caches: ["cach", "cach"],
  cookies: ["cooky", "cooky"],
  lens: ["len", "len"],
  axes: ["axe", "ax"],
  analyses: ["analysis", "analyasis"],
  bases: ["base", "basis"],
  leaves: ["leaf", "leave"],
  gas: ["gas", "ga"],
};
for (const [word, expected] of Object.entries(words)) {
  holds(word, both(word), expected);
}
NODE
TZ=UTC node script.mjs
echo "held: caches are of cach"
