#!/usr/bin/env bash
# prometheus-client 0.26.0
#
# A registry accepts rows.read and rows_read as two gauges. The classic text format writes both as rows_read: the same
# series twice with two values, two HELP and two TYPE lines, which Prometheus' format forbids. A registry refuses a true
# duplicate (two gauges rows_read) with DuplicateTimeseries.
# Seen: rows_read 1.0 and rows_read 2.0 in one page
#
# Most would guess: a name with a dot is refused, or kept apart, or the clash is found as other clashes are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check prometheus-client==0.26.0

"$folder/venv/bin/python" - <<'PYTHON'
from prometheus_client import CollectorRegistry, Gauge, generate_latest

registry = CollectorRegistry()
Gauge("rows.read", "of the source", registry=registry).set(1)
Gauge("rows_read", "of the target", registry=registry).set(2)
try:
    Gauge("rows_read", "again", registry=registry)
except ValueError as error:
    print(type(error).__name__, error)
else:
    raise SystemExit("a second gauge of the same name is accepted now")
page = generate_latest(registry).decode()
print(page)
lines = [line for line in page.splitlines() if not line.startswith("#")]
assert lines == ["rows_read 1.0", "rows_read 2.0"], lines
assert page.count("# TYPE rows_read gauge") == 2
print("held: two gauges whose names differ in a dot become one series with two values")
PYTHON
