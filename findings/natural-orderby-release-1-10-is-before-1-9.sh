#!/usr/bin/env bash
# natural-orderby 5.0.0 (npm)
#
# A natural order of texts. One that is a number as a whole is compared as a fraction, and any other by its parts: 1.10
# is before 1.9, while v1.9 is before v1.10 and 1.9.0 before 1.10.0, and 1.10.0 is before 1.9. 3.9.1, 3.10 and 3.9 are
# in this order. A thousand with a comma, 1,000, is before 900.
# Seen: 1.10, 1.9 and v1.9, v1.10
#
# Most would guess: 1.9 before 1.10, as of v1.9 and 1.9.0, and 900 before 1,000.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional natural-orderby@5.0.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { orderBy } from "natural-orderby";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

holds("1.9", orderBy(["1.9", "1.10"]), ["1.10", "1.9"]);
holds("v1.9", orderBy(["v1.10", "v1.9"]), ["v1.9", "v1.10"]);
holds("1.9.0", orderBy(["1.10.0", "1.9.0"]), ["1.9.0", "1.10.0"]);
holds("1.9 and 1.10.0", orderBy(["1.9", "1.10.0"]), ["1.10.0", "1.9"]);
holds("3.9", orderBy(["3.9", "3.9.1", "3.10"]), ["3.9.1", "3.10", "3.9"]);
holds("1,000", orderBy(["900", "1,000"]), ["1,000", "900"]);
NODE
TZ=UTC node script.mjs
echo "held: release 1.10 is before 1.9"
