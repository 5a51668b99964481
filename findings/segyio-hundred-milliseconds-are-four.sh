#!/usr/bin/env bash
# segyio 1.9.14, numpy 2.4.6
#
# A file of traces with a sample each 100 ms has one each 4 ms when it is read: the step in microseconds does not fit
# the 16 bits of its header, is written as a negative number without an error, and read as the default. 33.3 ms would
# fit the unsigned field of the format, and are 4 ms, too. In a file of 16-bit samples 40,000 is -25,536, and 1.9 is 1.
# Seen: [0.0, 4.0, 8.0] of [0, 100, 200]
#
# Most would guess: the times that were written, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check segyio==1.9.14 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import segyio


def written(data, samples, kind):
    spec = segyio.spec()
    spec.format, spec.samples, spec.tracecount = kind, samples, 1
    with segyio.create("traces.sgy", spec) as file:
        file.trace[0] = numpy.array(data)
    with segyio.open("traces.sgy", ignore_geometry=True) as file:
        return file.samples.tolist(), file.bin[segyio.BinField.Interval], file.trace[0].tolist()


floats = numpy.zeros(3, dtype="float32")
seen = {step: written(floats, [0, step, 2 * step], 5)[:2] for step in (4, 33.3, 100)}
cut = written(numpy.array([40000, 1.9, 3], dtype="float32"), [0, 4, 8], 3)[2]
print(seen, cut)
assert seen == {4: ([0, 4, 8], 4000), 33.3: ([0, 4, 8], -32236), 100: ([0, 4, 8], -31072)}, seen
assert cut == [-25536, 1, 3], cut
print("held: a sample each 100 ms is one each 4 ms")
PYTHON
