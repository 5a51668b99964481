#!/usr/bin/env bash
# laspy 2.7.0, numpy 2.4.6
#
# Of the fields of a point in LAS some refuse what is too large for them, and others wrap it without a word: a class of
# 40 is an OverflowError, an intensity of 70,000 is 4,464, a red of 1.9 is 1, and an angle of 200 degrees is -56. A
# point whose x is NaN is at -21,474,836.48. A file of format 3 that is converted to format 6 has all of its points
# measured straight down: their angles of 30 and -90 degrees are 0, as the field has another name there.
# Seen: [4464, 65535] of [70000, -1]; [0, 0] of [30, -90]
#
# Most would guess: what does not fit is refused, as for the class, and a conversion of a format keeps the angle that
# both have.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check laspy==2.7.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import laspy
import numpy

warnings.simplefilter("ignore", RuntimeWarning)


def points():
    data = laspy.LasData(laspy.LasHeader(point_format=3, version="1.2"))
    data.x, data.y, data.z = numpy.zeros(2), numpy.zeros(2), numpy.zeros(2)
    return data


def stored(field, values):
    data = points()
    setattr(data, field, numpy.array(values))
    return [float(value) for value in numpy.array(getattr(data, field))]


seen = {
    "intensity": stored("intensity", [70000, -1]),
    "red": stored("red", [1.9, 2.5]),
    "angle": stored("scan_angle_rank", [200, -100]),
    "x": stored("x", [float("nan"), 1]),
}
angles = points()
angles.scan_angle_rank = numpy.array([30, -90], dtype="int8")
converted = laspy.convert(angles, point_format_id=6)
seen["converted"] = numpy.array(converted.scan_angle).tolist()
print(seen)
assert seen == {
    "intensity": [4464, 65535],
    "red": [1, 2],
    "angle": [-56, -100],
    "x": [-21474836.48, 1],
    "converted": [0, 0],
}, seen
try:
    stored("classification", [40, 2])
except OverflowError:
    print("held: an intensity of 70,000 is 4,464, and an angle of 30 degrees is 0 in another format")
else:
    raise SystemExit("a class of 40 is accepted now")
PYTHON
