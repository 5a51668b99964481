#!/usr/bin/env bash
# compare-versions 6.1.1, semver 7.8.6 (npm)
#
# Two readers of a range of versions as npm has it. >1 is above all of version 1 for semver, and above 1.0.0 for the
# other, which finds 1.5.0 in it; 1.2 is each of 1.2.x for semver, and 1.2.0 alone for the other; <=1.2 has 1.2.5 for
# semver only. By ^1.2, ~1.2 and 1.2.x they agree. != and a comma, as pip has them, are no errors for semver: 1.0.0 is
# not in !=1.2, nor 1.5.0 in >1.2, <2.
# Seen: 1.5.0 is in >1 for one of the two
#
# Most would guess: the same of both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional compare-versions@6.1.1 semver@7.8.6

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { satisfies } from "compare-versions";
import semver from "semver";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function both(version, range) {
  return [satisfies(version, range), semver.satisfies(version, range)];
}

holds(">1", both("1.5.0", ">1"), [true, false]);
holds("1.2", both("1.2.5", "1.2"), [false, true]);
holds("<=1.2", both("1.2.5", "<=1.2"), [false, true]);
holds("^1.2", both("1.5.0", "^1.2"), [true, true]);
holds("~1.2", both("1.2.5", "~1.2"), [true, true]);
holds("1.2.x", both("1.2.5", "1.2.x"), [true, true]);
holds("!=", semver.satisfies("1.0.0", "!=1.2"), false);
holds("comma", semver.satisfies("1.5.0", ">1.2, <2"), false);
NODE
TZ=UTC node script.mjs
echo "held: 1.5 is above 1"
