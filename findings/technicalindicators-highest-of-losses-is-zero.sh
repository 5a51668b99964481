#!/usr/bin/env bash
# technicalindicators 3.1.0 (npm)
#
# The highest of two values of a row of losses is 0. A deviation is left out where the mean is 0, and what follows is
# another: of 0, 0, 2, -2 and 4 it is 0, 0 and 3, and of the same values with one added 0, 1, 2 and 3, so the bands of
# Bollinger around 0, 0 and 2 have no width at the 2. A moving mean of the texts 1, 2 and 3 is 6 and 56.5, and a
# missing value counts as 0.
# Seen: [0, 0] of -3, -1 and -2
#
# Most would guess: [-1, -1], and 1.5 and 2.5 or an error for the texts.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional technicalindicators@3.1.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import indicators from "technicalindicators";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function of(name, values) {
  return indicators[name].calculate({ period: 2, values });
}

holds("highest", of("Highest", [-3, -1, -2]), [0, 0]);
holds("lowest", of("Lowest", [-3, -1, -2]), [-3, -2]);
holds("deviations", of("SD", [0, 0, 2, -2, 4]), [0, 0, 3]);
holds("with one added", of("SD", [1, 1, 3, -1, 5]), [0, 1, 2, 3]);
const bands = indicators.BollingerBands.calculate({ period: 2, stdDev: 2, values: [0, 0, 2] });
holds("bands", [bands.length, bands[0].lower, bands[0].middle, bands[0].upper], [1, 1, 1, 1]);
holds("numbers", of("SMA", [1, 2, 3]), [1.5, 2.5]);
holds("texts", of("SMA", ["1", "2", "3"]), [6, 56.5]);
holds("missing", of("SMA", [1, null, 3]), [0.5, 1.5]);
NODE
TZ=UTC node script.mjs
echo "held: the highest of losses is nothing"
