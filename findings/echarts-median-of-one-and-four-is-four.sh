#!/usr/bin/env bash
# echarts 6.1.0 (npm)
#
# The line of the median in a chart. Where readings are missing they are counted and not sorted in: of 1, a missing one
# and 4 it is 4, of 1, 3 and 2 with two missing ones 3, and of 1 and 9 with three there is no line; the average leaves
# them out. A missing reading is 0 for a box plot, so of 8, 9, 10 and null the box begins at 6, and the text "-", which
# means missing too, takes the upper half of the box. 10:00:00.5 is five milliseconds past.
# Seen: a median of 4 of 1 and 4
#
# Most would guess: 2.5, as the average, and a box from 8.5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional echarts@6.1.0

cat >script.mjs <<'NODE'
import assert from "node:assert";
import * as echarts from "echarts";

function holds(text, seen, expected) {
  console.log(`${text}: ${JSON.stringify(seen)}`);
  assert.deepStrictEqual(seen, expected);
}

const charts = [];
function draw(options) {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: 400, height: 300 });
  chart.setOption({ animation: false, xAxis: { type: "category" }, yAxis: { show: false }, ...options });
  charts.push(chart);
  return chart;
}
function lines(data) {
  const marks = ["average", "median"].map((type) => ({ type, label: { formatter: `${type} {c}` } }));
  const svg = draw({ series: [{ type: "line", data, markLine: { data: marks } }] }).renderToSVGString();
  return svg.match(/(average|median) [\d.]+/g);
}
function box(readings) {
  const dataset = [{ source: [readings] }, { transform: { type: "boxplot" } }];
  const chart = draw({ dataset, series: [{ type: "boxplot", datasetIndex: 1 }] });
  const drawn = chart.getModel().getSeriesByIndex(0).getData();
  return ["Q1", "Q2", "Q3"].map((name) => String(drawn.get(name, 0)));
}

holds("1, 2, 3", lines([1, 2, 3]), ["average 2", "median 2"]);
holds("1, missing, 4", lines([1, null, 4]), ["average 2.5", "median 4"]);
holds("1, 3, 2 and two missing", lines([1, null, 3, null, 2]), ["average 2", "median 3"]);
holds("1, 9 and three missing", lines([1, null, null, null, 9]), ["average 5"]);
holds("box", box([8, 9, 10]), ["8.5", "9", "9.5"]);
holds("box with null", box([8, 9, 10, null]), ["6", "8.5", "9.25"]);
holds("box with -", box([8, 9, 10, "-"]), ["8.75", "9.5", "NaN"]);
const time = echarts.number.parseDate("2024-01-02T10:00:00.5Z");
holds("half a second", time.toISOString(), "2024-01-02T10:00:00.005Z");
charts.forEach((chart) => chart.dispose());
NODE
TZ=UTC node script.mjs
echo "held: the median of one and four is four"
