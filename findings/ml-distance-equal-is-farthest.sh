#!/usr/bin/env bash
# ml-distance 5.0.0 (npm)
#
# Distances of two shares. By fidelity and harmonicMean the farther two of them are apart the smaller is the distance:
# of half and half to itself it is 1, and to all and nothing 0.71 and 0.67, so that the nearest is the farthest. By
# motyka the distance to itself is a half, by innerProduct it is the same to each, and by the likeness kulczynski what
# is equal is infinite. Where a share is 0, jensenShannon is NaN, which by its definition is 0.22. A longer series is
# cut, and a missing value 0.
# Seen: a distance of 1 to itself, and of 0.71 to the opposite
#
# Most would guess: 0 to itself, as by the other distances, and a finite jensenShannon.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional ml-distance@5.0.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import { distance, similarity } from "ml-distance";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const half = [0.5, 0.5];
function distances(name) {
  return [half, [0.75, 0.25], [1, 0]].map((share) => distance[name](half, share).toFixed(2));
}

holds("euclidean", distances("euclidean"), ["0.00", "0.35", "0.71"]);
holds("fidelity", distances("fidelity"), ["1.00", "0.97", "0.71"]);
holds("harmonicMean", distances("harmonicMean"), ["1.00", "0.93", "0.67"]);
holds("motyka", distances("motyka"), ["0.50", "0.63", "0.75"]);
holds("innerProduct", distances("innerProduct"), ["0.50", "0.50", "0.50"]);
holds("jensenShannon", distances("jensenShannon"), ["0.00", "0.03", "NaN"]);
holds("likeness of equals", similarity.kulczynski(half, half), Infinity);
holds("longer", distance.euclidean([0, 0], [3, 4, 100]), 5);
holds("missing", distance.euclidean([0, null], [3, 4]), 5);
NODE
TZ=UTC node script.mjs
echo "held: what is equal is farthest"
