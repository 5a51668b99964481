#!/usr/bin/env bash
# uplot 1.6.32, jsdom 29.1.1 (npm)
#
# The small library for time series, which dashboards draw with, gives the axis of one reading a thousand days where its
# times are Unix seconds, which is its default, and 86 seconds where they are milliseconds: what is a day divided by the
# unit should be multiplied by it. Two readings have the axis from one to the other. So a chart whose last week has one
# reading ends in three years, with the reading at its left edge.
# Seen: 1000 days of seconds, 0.001 days of milliseconds, 1 hour between two readings
#
# Most would guess: one reading has a day around it, in either unit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts uplot@1.6.32 jsdom@29.1.1

node - <<'NODE'
const assert = require("node:assert");
const { JSDOM } = require("jsdom");

// A page without a canvas: what is drawn goes nowhere, the scales are computed all the same.
const { window } = new JSDOM("<body></body>", { pretendToBeVisual: true });
const nothing = new Proxy(function () {}, {
  get: (_, name) => (name === "measureText" ? () => ({ width: 10 }) : nothing),
  apply: () => nothing,
  set: () => true,
});
window.HTMLCanvasElement.prototype.getContext = () => nothing;
const listens = { addEventListener() {}, removeEventListener() {} };
Object.assign(globalThis, { window, document: window.document, matchMedia: () => listens, devicePixelRatio: 1 });
Object.assign(globalThis, { CustomEvent: window.CustomEvent, HTMLElement: window.HTMLElement });
Object.defineProperty(globalThis, "navigator", { value: window.navigator, configurable: true });
globalThis.Path2D = class {
  rect() {} moveTo() {} lineTo() {} arc() {} closePath() {} addPath() {}
};
const uPlot = require("uplot");

const draw = (times, unit) => {
  const size = { width: 400, height: 200, series: [{}, {}] };
  return new uPlot({ ...size, ...unit }, [times, times.map(() => 5)], window.document.body);
};
const length = ({ scales: { x } }) => x.max - x.min;
const one = draw([1700000000], {});
const oneInMilliseconds = draw([1700000000000], { ms: 1 });
const two = draw([1700000000, 1700003600], {});
setTimeout(() => {
  const seen = {
    days: length(one) / 86400,
    daysOfMilliseconds: length(oneInMilliseconds) / 86400_000,
    hours: length(two) / 3600,
  };
  console.log(JSON.stringify(seen));
  assert.deepStrictEqual(seen, { days: 1000, daysOfMilliseconds: 0.001, hours: 1 });
  console.log("held: one reading has a thousand days");
  process.exit(0);
}, 100);
NODE
