#!/usr/bin/env bash
# runstats 2.0.0
#
# `ExponentialStatistics` of runstats begins with a mean of 0 and a variance of 0, as if 0 had been measured before:
# with its default weights the mean of three readings of 5 is 1.36, and that of ten is 3.26. Their standard deviation
# is 2.2, where all are equal. Other libraries begin with the first reading or divide by the sum of the weights.
# Seen: means of 1, 3, 10 and 100 fives: 0.5, 1.355, 3.257, 5.0; deviation of three: 2.222; `Statistics` of three: 5.0
#
# Most would guess: 5, as all readings are 5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check runstats==2.0.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
from runstats import ExponentialStatistics, Statistics

means = [round(ExponentialStatistics(iterable=[5] * count).mean(), 3) for count in [1, 3, 10, 100]]
deviation = round(ExponentialStatistics(iterable=[5] * 3).stddev(), 3)
print(means, deviation, Statistics([5] * 3).mean())
assert means == [0.5, 1.355, 3.257, 5.0], means
assert deviation == 2.222, deviation
assert Statistics([5] * 3).mean() == 5.0 and Statistics([5] * 3).stddev() == 0.0
PYTHON
echo "held: the mean of three fives is 1.36"
