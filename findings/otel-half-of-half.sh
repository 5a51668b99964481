#!/usr/bin/env bash
# opentelemetry-sdk 1.45.2 (Python), @opentelemetry/sdk-trace-base 2.12.1, @opentelemetry/api 1.9.1 (npm)
#
# Two services keep half of all traces, one in Python and one in JavaScript, each by the ratio of the trace id. Each
# keeps a half, and they agree on one trace of two, as chance would have it: of 2,000 traces about 500 are kept by
# both, and 1,000 by one alone. The ratio is there so that services agree without asking each other; each SDK reads
# other bits of the id.
# Seen: both keep 500, one alone 1,000 of 2,000, within 60
#
# Most would guess: the same ratio of the same id is the same decision.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check opentelemetry-sdk==1.45.2
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/api@1.9.1

"$folder/venv/bin/python" - <<'PYTHON'
import json
import pathlib
import random

from opentelemetry.sdk.trace.sampling import Decision, TraceIdRatioBased

sampler, numbers = TraceIdRatioBased(0.5), random.Random(1)
ids = [numbers.getrandbits(128) for _ in range(2000)]
kept = {f"{one:032x}": sampler.should_sample(None, one, "load").decision != Decision.DROP for one in ids}
pathlib.Path("kept.json").write_text(json.dumps(kept))
PYTHON

node - <<'NODE'
const assert = require("node:assert");
const {ROOT_CONTEXT} = require("@opentelemetry/api");
const {SamplingDecision, TraceIdRatioBasedSampler} = require("@opentelemetry/sdk-trace-base");
const sampler = new TraceIdRatioBasedSampler(0.5);
const seen = {python: 0, javascript: 0, both: 0, one: 0};
for (const [id, python] of Object.entries(require("./kept.json"))) {
  const javascript = sampler.shouldSample(ROOT_CONTEXT, id).decision !== SamplingDecision.NOT_RECORD;
  seen.python += python;
  seen.javascript += javascript;
  seen.both += python && javascript;
  seen.one += python !== javascript;
}
console.log(seen);
for (const [name, count] of Object.entries({python: 1000, javascript: 1000, both: 500, one: 1000})) {
  assert.ok(Math.abs(seen[name] - count) < 60, name);
}
console.log("held: two services that keep half of the traces keep one of four together");
NODE
