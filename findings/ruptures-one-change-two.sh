#!/usr/bin/env bash
# ruptures 1.1.10, numpy 2.4.6
#
# Pelt looks only at every fifth index (jump=5 is the default). A clean step at 18 in 38 points is reported as two changes,
# 15 and 20; with jump=1 it is 18. A step at 20 is found exactly, so a first try on round numbers looks right. The last
# number in the list is the length of the series, no change.
# Seen: step at 18 -> [15, 20, 38], with jump=1 [18, 38], step at 20 -> [20, 40]
#
# Most would guess: one change, at 18, or at worst one change nearby.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check ruptures==1.1.10 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import numpy
import ruptures


def changes(step: int, **options: int) -> list[int]:
    series = numpy.r_[numpy.zeros(step), numpy.full(20, 5.0)]
    return ruptures.Pelt(model="l2", **options).fit(series).predict(pen=1)


seen = changes(18), changes(18, jump=1), changes(20)
print(seen)
assert seen == ([15, 20, 38], [18, 38], [20, 40]), seen
print("held: one clean step is reported as two changes, unless it lies on a multiple of five")
PYTHON
