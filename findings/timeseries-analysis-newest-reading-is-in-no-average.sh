#!/usr/bin/env bash
# timeseries-analysis 1.0.12 (npm)
#
# A moving average of three readings is that of the three before: of 1, 2, 3, 4, 100 it is 1, 2, 3, 2, 3, so a spike at
# the end is not in it, and the first three are the readings themselves. In the linearly weighted one the oldest
# reading has the weight of three and the newest that of one: of 1, 2, 3 it is 1.67. Texts are joined in a mean, which
# of "9" and "10" is 455, with a least value of "10" and a greatest of "9"; a missing reading is 0 in it.
# Seen: 1, 2, 3, 2, 3
#
# Most would guess: 35.67 at the end, with 100 in it, and 2.33 of 1, 2, 3 by weights.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional timeseries-analysis@1.0.12

cat >script.mjs <<'NODE'
import assert from "node:assert";
import timeseries from "timeseries-analysis";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

function series(values) {
  return new timeseries.main(timeseries.adapter.fromArray(values));
}
function values({ data }) {
  return data.map((row) => Math.round(row[1] * 100) / 100);
}

const readings = [1, 2, 3, 4, 100];
holds("average", values(series(readings).ma({ period: 3 })), [1, 2, 3, 2, 3]);
holds("by weights", values(series(readings).lwma({ period: 3 })), [1, 2, 3, 1.67, 2.67]);
const rows = [{ day: "2024-01-02", count: "9" }, { day: "2024-01-03", count: "10" }];
const texts = new timeseries.main(timeseries.adapter.fromDB(rows, { date: "day", value: "count" }));
holds("texts", [texts.mean(), texts.min(), texts.max()], [455, "10", "9"]);
holds("missing", series([1, null, 3]).mean().toFixed(2), "1.33");
NODE
TZ=UTC node script.mjs
echo "held: the newest reading is in no average"
