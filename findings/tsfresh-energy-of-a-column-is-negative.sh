#!/usr/bin/env bash
# tsfresh 0.21.2, pandas 3.1.1, numpy 2.4.6
#
# The features of a series depend on the type of its column. Of the values 0, 60000, 100 and 50000 the energy, the sum
# of their squares, is 6,100,010,000; as 32-bit integers it is 1,805,042,704, with a root mean square of NaN, and as
# unsigned ones of 16 bits 50,192. There the mean absolute change is 38,512 instead of 56,600. Of 16-bit integers with
# a sign the largest absolute value of -32768 and 5 is 5. Two readings of 40,000 have a negative energy as 32-bit
# integers. Nothing is said; the columns of a Parquet file or a database have such types.
# Seen: 6100010000, 1805042704, 50192; 56600, 38512; NaN; 5; -1094967296
#
# Most would guess: the features of the values, whatever their type.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    tsfresh==0.21.2 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import pandas
from tsfresh import extract_features

warnings.simplefilter("ignore")
FEATURES = ["abs_energy", "root_mean_square", "mean_abs_change", "absolute_maximum"]


def extract(values, kind):
    table = pandas.DataFrame({"series": 1, "time": range(len(values)), "value": pandas.array(values).astype(kind)})
    features = extract_features(
        table,
        column_id="series",
        column_sort="time",
        default_fc_parameters=dict.fromkeys(FEATURES),
        n_jobs=0,
        disable_progressbar=True,
    )
    return [round(float(features[f"value__{name}"].iloc[0]), 1) for name in FEATURES]


READINGS = [0, 60000, 100, 50000]
seen = {kind: extract(READINGS, kind) for kind in ("float64", "int64", "int32", "uint16")}
seen["int16"] = extract([-32768, 5, 5, 5], "int16")
seen["two"] = extract([40000, 40000], "int32")
for kind, features in seen.items():
    print(kind, features)
right = [6100010000.0, 39051.3, 56600.0, 60000.0]
assert seen["float64"] == seen["int64"] == right, seen
assert seen["int32"][0] == 1805042704.0 and str(seen["int32"][1]) == "nan" and seen["int32"][2:] == right[2:], seen
assert seen["uint16"][0] == 50192.0 and seen["uint16"][2] == 38512.0, seen
assert seen["int16"][3] == 5.0 and seen["two"][0] == -1094967296.0, seen
print("held: the energy of two readings is negative")
PYTHON
