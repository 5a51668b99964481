#!/usr/bin/env bash
# feature-engine 1.9.4, pandas 3.1.1, numpy 2.4.6, scikit-learn 1.9.1
#
# DropHighPSIFeatures drops columns that have changed between an earlier and a later half, by the stability index of ten
# bins with equally many rows. A count of failures that is 0 in 48 of 50 rows has one bin, from minus to plus infinity:
# when it is 100 in each later row its index is 0, and the column is kept. By bins of equal width it is 12.7. A column
# of zeros has the index 0 as well, while one that only moves from 0-49 to 10-59 is dropped.
# Seen: zeros 0.0, mostly zeros 0.0 of equally many rows and 12.7 of equal width; kept
#
# Most would guess: a large index, and a column that is dropped.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    feature-engine==1.9.4 pandas==3.1.1 numpy==2.4.6 scikit-learn==1.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import pandas
from feature_engine.selection import DropHighPSIFeatures

table = pandas.DataFrame(
    {
        "day": range(100),
        "steady": list(range(50)) * 2,
        "moved": [*range(50), *range(10, 60)],
        "zeros": [0.0] * 50 + [100.0] * 50,
        "failures": [0.0] * 48 + [1.0, 2.0] + [100.0] * 50,
    }
)
seen = {}
for strategy in ("equal_frequency", "equal_width"):
    check = DropHighPSIFeatures(split_col="day", strategy=strategy).fit(table)
    seen[strategy] = {name: round(float(index), 1) for name, index in check.psi_values_.items()}
    print(strategy, seen[strategy], check.features_to_drop_)
    if strategy == "equal_frequency":
        assert check.features_to_drop_ == ["moved"], check.features_to_drop_
assert seen["equal_frequency"]["zeros"] == seen["equal_frequency"]["failures"] == 0, seen
assert seen["equal_width"]["failures"] == 12.7, seen
print("held: a hundred for each zero has not drifted")
PYTHON
