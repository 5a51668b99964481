#!/usr/bin/env bash
# pyedflib 0.1.42, numpy 2.4.6
#
# A missing sample is stored in an EDF file as the lowest temperature of its scale, -100. A file of 1.5 seconds is read
# back as 2 seconds, its end filled with zeros, which are 0.0015. And a recording that began at 12:00:00.5 began at
# 12:00:00. There is no warning.
# Seen: 1.0, nan, 150.0, 0.0: 0.9995, -100.0, 100.0, 0.0015; 15 samples: 20; 12:00:00.500000: 12:00:00
#
# Most would guess: an error for nan, as the format has none, 15 samples, and half a second, which the format can hold.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyedflib==0.1.42 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

import numpy
import pyedflib

TENTHS = 10
SIGNAL = {
    "label": "temperature",
    "dimension": "C",
    "sample_frequency": TENTHS,
    "physical_max": 100,
    "physical_min": -100,
    "digital_max": 32767,
    "digital_min": -32768,
    "transducer": "",
    "prefilter": "",
}


def stored(samples):
    with pyedflib.EdfWriter("sensor.edf", 1, file_type=pyedflib.FILETYPE_EDFPLUS) as writer:
        writer.setSignalHeaders([SIGNAL])
        writer.setStartdatetime(datetime.datetime(2024, 1, 1, 12, 0, 0, 500000))
        writer.writeSamples([numpy.array(samples, dtype=float)])
    with pyedflib.EdfReader("sensor.edf") as reader:
        return [round(float(sample), 4) for sample in reader.readSignal(0)], reader.getStartdatetime().microsecond


values, microsecond = stored([1.0, numpy.nan, 150.0, 0.0] + [1.0] * 11)
print(values, microsecond)
assert values[:4] == [0.9995, -100.0, 100.0, 0.0015], values
assert values[15:] == [0.0015] * 5 and microsecond == 0, (values, microsecond)
print("held: a missing sample is the lowest of the scale")
PYTHON
