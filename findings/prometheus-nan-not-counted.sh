#!/usr/bin/env bash
# prometheus-client 0.26.0, opentelemetry-sdk 1.45.2
#
# A histogram that observes NaN does not count it, not even in the bucket +Inf, and yet adds it: the sum is NaN from then on, with
# a count that looks right. A counter takes inc(nan), though it refuses -1, and is NaN until the process ends. OpenTelemetry's
# SDK drops the NaN, with a warning, and goes on.
# Seen: Prometheus count 2, sum nan, counter nan; OpenTelemetry count 2, sum 12, counter 2
#
# Most would guess: the NaN is counted in +Inf, where all the values go that fit no bucket, and a counter refuses it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check prometheus-client==0.26.0 opentelemetry-sdk==1.45.2

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import math

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import CollectorRegistry, Counter, Histogram

registry = CollectorRegistry()
seconds = Histogram("seconds", "Duration of a run", buckets=(1, 10), registry=registry)
rows = Counter("rows", "Rows read", registry=registry)
for value in 5, math.nan, 7:
    seconds.observe(value)
for value in 1, math.nan, 1:
    rows.inc(value)
everything = registry.get_sample_value("seconds_bucket", {"le": "+Inf"})
prometheus = *(registry.get_sample_value(name) for name in ("seconds_count", "seconds_sum", "rows_total")), everything
print("Prometheus count, sum, counter, +Inf:", *prometheus)

reader = InMemoryMetricReader()
meter = MeterProvider([reader]).get_meter("pipeline")
histogram, counter = meter.create_histogram("seconds"), meter.create_counter("rows")
for value in 5, math.nan, 7:
    histogram.record(value)
for value in 1, math.nan, 1:
    counter.add(value)
metrics = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
point = {metric.name: metric.data.data_points[0] for metric in metrics}
otel = point["seconds"].count, point["seconds"].sum, point["rows"].value
print("OpenTelemetry count, sum, counter:", *otel)

assert prometheus[0] == prometheus[3] == 2 and math.isnan(prometheus[1]) and math.isnan(prometheus[2]), prometheus
assert otel == (2, 12, 2), otel
print("held: a NaN is in the sum of a histogram, not in its count, and stays in a counter")
PYTHON
