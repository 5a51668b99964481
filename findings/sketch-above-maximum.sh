#!/usr/bin/env bash
# hdrhistogram 0.10.8, ddsketch 3.0.1
#
# Of the durations 0, 1 and 1,000 ms an HdrHistogram with two digits reports 1,003 as the maximum, and DDSketch with 1
# % reports 1,002.4 as the highest quantile. A timeout of 1,000 ms looks exceeded although nothing has. And a value
# above the histogram's range (two hours, in a histogram of one hour) is not counted at all: record_value returns
# False, and the total stays 3.
#
# Most would guess: the maximum is kept exactly, or lies below; a value out of range raises or is counted in the last
# bucket.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check hdrhistogram==0.10.8 ddsketch==3.0.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
from ddsketch import DDSketch
from hdrh.histogram import HdrHistogram

histogram, sketch = HdrHistogram(1, 3_600_000, 2), DDSketch(0.01)
for milliseconds in (0, 1, 1_000):
    histogram.record_value(milliseconds)
    sketch.add(milliseconds)
is_counted = histogram.record_value(7_200_000)
seen = histogram.get_max_value(), round(sketch.get_quantile_value(1), 1), is_counted, histogram.get_total_count()
print(seen)
assert seen == (1_003, 1_002.4, False, 3), seen
print("held: the maximum is above all that was recorded, and what is out of range is dropped")
PYTHON
