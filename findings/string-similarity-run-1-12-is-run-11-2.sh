#!/usr/bin/env bash
# string-similarity 4.0.4 (npm)
#
# How alike two texts are, from 0 to 1, by their pairs of letters. Spaces are removed first, and the order of the pairs
# does not count: "run 1 12" and "run 11 2" have 1, as have the numbers 1001 and 0010, and 110100 and 101100. The best
# match of "now here" is "nowhere", with 1, where the text itself comes second. A single letter is like no other text:
# 5 and 15 have 0, as have a and A.
# Seen: 1 of "run 1 12" and "run 11 2"
#
# Most would guess: less than 1 for texts that differ.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional string-similarity@4.0.4

cat >script.mjs <<'NODE'
import assert from "node:assert";
import similarity from "string-similarity";

const { compareTwoStrings: alike, findBestMatch } = similarity;

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

holds("runs", alike("run 1 12", "run 11 2"), 1);
holds("1001", alike("1001", "0010"), 1);
holds("110100", alike("110100", "101100"), 1);
holds("days", alike("2024-01-02", "2024-01-03") < 1, true);
holds("best", findBestMatch("now here", ["nowhere", "now here"]).bestMatch.target, "nowhere");
holds("5 and 15", alike("5", "15"), 0);
holds("a and A", alike("a", "A"), 0);
NODE
TZ=UTC node script.mjs
echo "held: run 1 12 is run 11 2"
