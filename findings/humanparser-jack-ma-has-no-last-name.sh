#!/usr/bin/env bash
# humanparser 2.7.0 (npm)
#
# A last word that is also a degree or a number is taken for that, even where nothing would be left for the name: Ma,
# one of the most frequent names of China, is a Master of Arts, V a fifth. The last name is an empty text then, with no
# sign that something is odd, so that a list by last names begins with them, and a join by it puts them together.
# Seen: Jack Ma -> first name Jack, last name empty, suffix Ma
#
# Most would guess: last name Ma, since a name of two words has one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional humanparser@2.7.0

TZ=UTC node --input-type=module - <<'NODE'
import assert from "node:assert";
import humanparser from "humanparser";

const seen = ["Jack Ma", "John V", "Ma Jun", "John Smith MA"].map((name) => {
  const { firstName, lastName, suffix } = humanparser.parseName(name);
  return [firstName, lastName, suffix];
});
console.log(seen);
assert.deepStrictEqual(seen, [
  ["Jack", "", "Ma"],
  ["John", "", "V"],
  ["Ma", "Jun", undefined],
  ["John", "Smith", "MA"],
]);
console.log("held: Jack Ma has no last name");
NODE
