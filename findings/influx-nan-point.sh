#!/usr/bin/env bash
# influxdb-client 1.50.0
#
# A point whose only field is NaN (or infinity, or None) becomes an empty line, and one with two fields loses the NaN
# alone: `m b=1i`. Nothing raises. A metric that turns into NaN looks like a metric that was not sent. An integer of 10
# to the power of 20 is written with the suffix of a 64-bit integer, which it does not fit.
#
# Most would guess: an error that names the field, for both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check influxdb-client==1.50.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from influxdb_client import Point

seen = [
    Point("m").field("a", float("nan")).to_line_protocol(),
    Point("m").field("a", float("nan")).field("b", 1).to_line_protocol(),
    Point("m").field("a", float("inf")).to_line_protocol(),
    Point("m").field("a", 10**20).to_line_protocol(),
]
print(seen)
assert seen == ["", "m b=1i", "", "m a=100000000000000000000i"], seen
print("held: a point of NaN is an empty line")
PYTHON
