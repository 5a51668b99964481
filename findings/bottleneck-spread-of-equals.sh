#!/usr/bin/env bash
# pandas 3.1.1, Bottleneck 1.6.0, numpy 2.4.6
#
# Equal values of 32 bits have a standard deviation of 0 in pandas, until the package bottleneck is installed: pandas
# then uses it, without being told, and a hundred thousand times 100.1 spread by 0.075. A check that a column does not
# change at all, or a z-score that guards against a division by zero, has another result on a host where some other
# package has brought bottleneck along.
# Seen: std 0.0 before, 0.0753 after; the mean is 100.09999 both times
#
# Most would guess: an optional accelerator changes the speed, and a digit of rounding at most.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 numpy==2.4.6

cd "$folder"
cat >spread.py <<'PYTHON'
import sys

import numpy
import pandas

column = pandas.Series(numpy.full(100_000, 100.1, dtype="float32"))
seen = round(float(column.std()), 4)
print("bottleneck" in sys.modules, float(column.mean()), seen)
assert column.nunique() == 1 and seen == float(sys.argv[1]), seen
PYTHON
"$folder/venv/bin/python" spread.py 0.0
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check Bottleneck==1.6.0
"$folder/venv/bin/python" spread.py 0.0753
echo "held: equal values spread once bottleneck is installed"
