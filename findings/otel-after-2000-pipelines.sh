#!/usr/bin/env bash
# opentelemetry-sdk 1.45.2
#
# A gauge with one attribute value per pipeline keeps 2,000 of them. Values of further pipelines all go to one series with
# the single attribute otel.metric.overflow = True, where the last one that was set hides the others. No error, and the
# pipelines that come first keep their places.
# Seen for 2,500 pipelines: 2,001 series; the overflow series holds 2499, the last value set
#
# Most would guess: 2,500 series (as prometheus_client keeps), or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check opentelemetry-sdk==1.45.2

"$folder/venv/bin/python" - <<'PYTHON'
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

reader = InMemoryMetricReader()
provider = MeterProvider([reader])
rows = provider.get_meter("pipelines").create_gauge("rows")
for number in range(2_500):
    rows.set(number, {"pipeline": f"pipeline-{number}"})
points = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics[0].data.data_points
overflow = [(dict(point.attributes), point.value) for point in points if "pipeline" not in point.attributes]
print(len(points), overflow)
assert len(points) == 2_001, len(points)
assert overflow == [({"otel.metric.overflow": True}, 2_499)], overflow
provider.shutdown()
print("held: of 2,500 pipelines 2,000 have a series of their own and 500 share one without their names")
PYTHON
