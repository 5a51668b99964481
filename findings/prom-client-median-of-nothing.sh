#!/usr/bin/env bash
# prom-client 15.1.3 (npm), prometheus-client 0.26.0
#
# A summary of Prometheus that has seen nothing yet has a median of 0 in prom-client, and so have all its quantiles: a
# service without requests answers in no time. And the bucket up to one second is named le="1" by prom-client and
# le="1.0" by the client of Python, so a sum over both services by bucket has two buckets of one second, each with half
# of the requests.
#
# Most would guess: NaN for the median of nothing, or no line for it, and one name for one bucket.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check prometheus-client==0.26.0
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund prom-client@15.1.3

"$folder/venv/bin/python" - <<'PYTHON'
import prometheus_client

registry = prometheus_client.CollectorRegistry()
prometheus_client.Histogram("seconds", "help", buckets=[1, 2.5], registry=registry).observe(0.5)
text = prometheus_client.generate_latest(registry).decode()
print(text)
assert 'seconds_bucket{le="1.0"} 1.0' in text and 'le="1"' not in text, text
PYTHON
node - <<'NODE'
const assert = require("assert");
const client = require("prom-client");

new client.Histogram({ name: "seconds", help: "help", buckets: [1, 2.5] }).observe(0.5);
new client.Summary({ name: "answer", help: "help", percentiles: [0.5, 0.99] });
client.register.metrics().then((text) => {
  console.log(text);
  const lines = ['seconds_bucket{le="1"} 1', 'answer{quantile="0.5"} 0', 'answer{quantile="0.99"} 0', "answer_count 0"];
  for (const line of lines) assert(text.split("\n").includes(line), line);
  assert(!text.includes('le="1.0"'));
  console.log("held: the median of nothing is 0, and one bucket has two names");
});
NODE
