#!/usr/bin/env bash
# obspy 1.5.1, numpy 2.4.6
#
# Two pieces of a record whose samples do not lie on one grid are joined by moving the second: what began at 5.4
# seconds begins at 5, without a warning, and the file that is written has the wrong times. Where pieces overlap and
# differ, `merge` drops the readings of both; where they agree it keeps them. SAC, a usual format, has 32-bit floats:
# a count of 16,777,217 is 16,777,216.
# Seen: an end of 7.0 for 7.4; [0, 1, 2, --, --, 102] for readings that differ at 3 and 4
#
# Most would guess: an error, or a gap; the later or the first of two readings.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    obspy==1.5.1 numpy==2.4.6 setuptools==80.9.0

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import obspy


def piece(start, values):
    return obspy.Trace(numpy.array(values), {"starttime": obspy.UTCDateTime(start), "sampling_rate": 1.0})


def merged(*pieces):
    return obspy.Stream(pieces).merge()[0]


late = merged(piece(0, [0, 1, 2, 3, 4]), piece(5.4, [5, 6, 7]))
overlap = merged(piece(0, [0, 1, 2, 3, 4]), piece(3, [100, 101, 102]))
obspy.Stream([piece(0, [1, 2**24 + 1])]).write("count.sac", format="SAC")
count = obspy.read("count.sac")[0].data[1]
print(late.data, late.stats.endtime, overlap.data, count)
assert late.data.tolist() == list(range(8)) and late.stats.endtime.timestamp == 7.0, late
assert overlap.data.tolist() == [0, 1, 2, None, None, 102], overlap.data
assert count == 2**24, count
print("held: a piece that began at 5.4 seconds begins at 5")
PYTHON
