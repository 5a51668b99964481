#!/usr/bin/env bash
# boost-histogram 1.8.1, fast-histogram 0.14, numpy 2.4.6
#
# The numbers 0 to 100 in ten bins from their minimum to their maximum: numpy counts 101, boost-histogram and
# fast-histogram count 100. The largest value is not in the last bin; boost-histogram has it beside the bins,
# fast-histogram nowhere. A column in which all is 0 or 100 percent loses all its 100s. The same package with numpy's
# name, boost_histogram.numpy, counts 101.
# Seen: numpy 101, boost_histogram 100, fast_histogram 100, boost_histogram.numpy 101; ten zeros and ten hundreds: 20,
#       10, 10, 20
#
# Most would guess: bins from the minimum to the maximum hold all values, as in numpy.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  boost-histogram==1.8.1 fast-histogram==0.14 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import boost_histogram
import fast_histogram
import numpy


def counted(values):
    histogram = boost_histogram.Histogram(boost_histogram.axis.Regular(10, values.min(), values.max()))
    histogram.fill(values)
    ends = (values.min(), values.max())
    return [
        int(counts.sum())
        for counts in (
            numpy.histogram(values, 10, ends)[0],
            histogram.view(),
            fast_histogram.histogram1d(values, 10, ends),
            boost_histogram.numpy.histogram(values, 10, ends)[0],
        )
    ]


seen = [counted(numpy.arange(0, 101.0)), counted(numpy.array([0.0] * 10 + [100.0] * 10))]
print(seen)
assert seen == [[101, 100, 100, 101], [20, 10, 10, 20]], seen
print("held: the largest value is in no bin")
PYTHON
