#!/usr/bin/env bash
# asammdf 8.8.28, numpy 2.4.6, pandas 2.3.3
#
# In a measurement file of a vehicle each signal has its own times. In one table, a signal has values before its first
# reading: the first one, back to the start of all others. An engine that is measured as 900 revolutions from the tenth
# second on has had 900 in all seconds before, and keeps its last reading to the end. A sum of the two signals has no
# values before the first reading.
#
# Most would guess: nothing before the first reading, as the table is said to hold the previous value.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  asammdf==8.8.28 numpy==2.4.6 pandas==2.3.3

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
from asammdf import MDF, Signal

speed = Signal(numpy.array([0, 0, 50]), numpy.array([0.0, 5.0, 15.0]), name="speed")
engine = Signal(numpy.array([900, 2500]), numpy.array([10.0, 12.0]), name="engine")
file = MDF()
file.append([speed])
file.append([engine])
table = file.to_dataframe()
seen = {time: int(value) for time, value in table["engine"].items()}
total = speed + engine
print(seen, dict(zip(total.timestamps.tolist(), total.samples.tolist(), strict=True)))
assert total.timestamps.tolist() == [10, 12], total.timestamps
assert seen == {0.0: 900, 5.0: 900, 10.0: 900, 12.0: 2500, 15.0: 2500}, seen
print("held: the engine turns ten seconds before it was first measured")
PYTHON
