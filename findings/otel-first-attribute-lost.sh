#!/usr/bin/env bash
# opentelemetry-sdk 1.45.2 (Python), @opentelemetry/sdk-trace-base 2.12.1, @opentelemetry/api 1.9.1 (npm)
#
# A span takes 128 attributes by default. With two more the SDK of Python drops the two that were set first, so the
# name of the pipeline or the id of the run, with a line in the log; that of JavaScript drops the two that came last,
# as the specification has it. Of 130 events both keep the last.
# Seen: Python has k2 to k129, JavaScript k0 to k127
#
# Most would guess: what comes after the limit is dropped, by each SDK alike.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check opentelemetry-sdk==1.45.2
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/api@1.9.1

"$folder/venv/bin/python" - <<'PYTHON'
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
with provider.get_tracer("load").start_as_current_span("load") as span:
    for number in range(130):
        span.set_attribute(f"k{number}", number)
        span.add_event(f"e{number}")
(span,) = exporter.get_finished_spans()
keys = list(span.attributes)
print(len(keys), keys[0], keys[-1], span.events[0].name, span.events[-1].name)
assert keys == [f"k{number}" for number in range(2, 130)], keys
assert [event.name for event in span.events] == [f"e{number}" for number in range(2, 130)], span.events
PYTHON

node - <<'NODE'
const assert = require("node:assert");
const {BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor} = require("@opentelemetry/sdk-trace-base");
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({spanProcessors: [new SimpleSpanProcessor(exporter)]});
const span = provider.getTracer("load").startSpan("load");
for (let number = 0; number < 130; number++) {
  span.setAttribute(`k${number}`, number);
  span.addEvent(`e${number}`);
}
span.end();
const [seen] = exporter.getFinishedSpans();
const keys = Object.keys(seen.attributes);
console.log(keys.length, keys[0], keys[127], seen.events[0].name);
assert.deepStrictEqual(keys, Array.from({length: 128}, (_, number) => `k${number}`));
assert.strictEqual(seen.events[0].name, "e2");
console.log("held: beyond 128 attributes Python drops the first ones, and JavaScript the last");
NODE
