#!/usr/bin/env bash
# shapely 2.2.0, pandas 3.1.1, numpy 2.4.6
#
# A place of -0.0001, 5 rounded to two digits is equal to the point 0, 5 and printed like it, and is another one in a set,
# where the same two pairs of numbers are one. A column of the two has a duplicate in some runs and none in others: the
# hashes differ, and change from run to run.
# Seen: 2 points, 1 pair; a duplicate in 3 of 12 runs
#
# Most would guess: what is equal is one in a set, and a duplicate in each run.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  shapely==2.2.0 pandas==3.1.1 numpy==2.4.6

cd "$folder"
cat >points.py <<'PYTHON'
import numpy
import pandas
import shapely

pairs = [tuple(numpy.round([-0.0001, 5.0], 2).tolist()), (0.0, 5.0)]
first, second = points = [shapely.Point(pair) for pair in pairs]
assert first == second and first.equals(second) and str(first) == str(second) == "POINT (0 5)"
print(len(set(points)), len(set(pairs)), pandas.Series(points, dtype=object).duplicated().sum())
PYTHON
for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
  PYTHONHASHSEED=$seed "$folder/venv/bin/python" points.py
done >seen
sort seen | uniq -c
[ "$(sort -u seen | tr '\n' ';')" = "2 1 0;2 1 1;" ] || exit 1
echo "held: two equal points are two in a set, and one or two in a column, by the run"
