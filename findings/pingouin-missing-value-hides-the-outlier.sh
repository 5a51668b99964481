#!/usr/bin/env bash
# pingouin 0.7.0, scipy 1.17.1, numpy 2.4.6
#
# The rule of pingouin for outliers finds 100 among 1, 2, 3 and 4. With one missing value among them it finds none,
# without a warning: the median is NaN, and nothing is far from it, while the median deviation beside it, mad(), leaves
# missing values out, as its documentation says. Where more than half of all values are equal each other one is an
# outlier, 1.0001 among ones, too. Five equal values are normally distributed, with a p of 1; by another method fifty
# are not.
# Seen: [.., True] without, all False with a missing value; normality of [3, 3, 3, 3, 3]: W 1.0, p 1.0, normal True
#
# Most would guess: the missing value is left out, as by mad(), and an error or NaN for values that are all equal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pingouin==0.7.0 scipy==1.17.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy
import pingouin

warnings.simplefilter("ignore")
complete = [1.0, 2.0, 3.0, 4.0, 100.0]
missing = [1.0, 2.0, numpy.nan, 3.0, 4.0, 100.0]
found = [pingouin.madmedianrule(values).tolist() for values in (complete, missing, [1, 1, 1, 1, 1.0001])]
deviations = [round(float(pingouin.mad(values)), 4) for values in (complete, missing)]
print(*found, deviations, sep="\n")
assert found == [[False] * 4 + [True], [False] * 6, [False] * 4 + [True]], found
assert deviations == [1.4826, 1.4826], deviations

equal = pingouin.normality([3.0] * 5)
row = float(equal["W"].iloc[0]), float(equal["pval"].iloc[0]), bool(equal["normal"].iloc[0])
other = bool(pingouin.normality([3.0] * 50, method="normaltest")["normal"].iloc[0])
print("W, p, normal:", *row, "by another method:", other)
assert row == (1.0, 1.0, True) and not other, (row, other)
print("held: one missing value hides an outlier")
PYTHON
