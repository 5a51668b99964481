#!/usr/bin/env bash
# parse-prometheus-text-format 1.1.1 (npm)
#
# A histogram with a label, for two services, is parsed as one without it: the buckets are those of the last service,
# the first is gone, and so are both counts and sums. Of a summary the quantiles are the last one's, too. Gauges and
# counters keep their labels, and a histogram without labels its count. A last line without a line end is left out,
# without an error.
# Seen: [{"buckets": {"1": "3", "+Inf": "4"}}] of two services; [] of "rows 5" without a line end
#
# Most would guess: two histograms with their labels, counts and sums, as for gauges.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional parse-prometheus-text-format@1.1.1

TZ=UTC node - <<'NODE'
const assert = require("assert");
const parsed = require("parse-prometheus-text-format");
const parse = parsed.default || parsed;

const metrics = (lines) => parse(lines.join("\n") + "\n").map((family) => family.metrics)[0];
const buckets = (service, one, all) => [
  `h_bucket{service="${service}",le="1"} ${one}`,
  `h_bucket{service="${service}",le="+Inf"} ${all}`,
  `h_sum{service="${service}"} 9`,
  `h_count{service="${service}"} ${all}`,
];
const quantile = (service, value) => `s{service="${service}",quantile="0.5"} ${value}`;
const seen = {
  histogram: metrics(["# TYPE h histogram", ...buckets("orders", 1, 2), ...buckets("users", 3, 4)]),
  summary: metrics(["# TYPE s summary", quantile("orders", 1), quantile("users", 2)]),
  gauge: metrics(["# TYPE g gauge", 'g{service="orders"} 1', 'g{service="users"} 2']),
  bare: metrics(["# TYPE h histogram", 'h_bucket{le="+Inf"} 2', "h_sum 9", "h_count 2"]),
  end: parse("rows 5"),
};
console.log(JSON.stringify(seen));
assert.deepStrictEqual(JSON.parse(JSON.stringify(seen)), {
  histogram: [{ buckets: { 1: "3", "+Inf": "4" } }],
  summary: [{ quantiles: { 0.5: "2" } }],
  gauge: [
    { value: "1", labels: { service: "orders" } },
    { value: "2", labels: { service: "users" } },
  ],
  bare: [{ buckets: { "+Inf": "2" }, count: "2", sum: "9" }],
  end: [],
});
console.log("held: of the histograms of two services one is left, without its name");
NODE
