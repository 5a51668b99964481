#!/usr/bin/env bash
# influxdb 5.3.2, influxdb-client 1.50.0, numpy 2.4.6
#
# The client of InfluxDB 1 writes an integer of Python as "5i" and one of numpy as the float "5.0", so one count makes
# a field of two types, by the function that computed it. True of numpy is 1.0. The client of InfluxDB 2 writes 5i for
# both.
# Seen: runs rows=5i, runs rows=5.0; rows=True, rows=1.0
#
# Most would guess: 5i for both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    influxdb==5.3.2 influxdb-client==1.50.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
from influxdb.line_protocol import make_lines
from influxdb_client import Point

VALUES = [5, numpy.int64(5), True, numpy.bool_(True)]


def line(value):
    return make_lines({"points": [{"measurement": "runs", "fields": {"rows": value}}]}).strip()


old = [line(value) for value in VALUES]
new = [Point("runs").field("rows", value).to_line_protocol() for value in VALUES[:2]]
print(old, new)
assert old == ["runs rows=5i", "runs rows=5.0", "runs rows=True", "runs rows=1.0"], old
assert new == ["runs rows=5i", "runs rows=5i"], new
print("held: a count of numpy is a float")
PYTHON
