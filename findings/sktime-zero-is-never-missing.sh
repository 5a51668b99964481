#!/usr/bin/env bash
# sktime 1.2.0, pandas 2.3.3, numpy 2.4.6
#
# An imputer that is told that -1 stands for a missing reading replaces each -1. Told that 0 does, as for a counter that
# was off, it replaces none, without a word: zeros stay, the mean has them, and a real gap is filled with a zero before
# it.
#
# Most would guess: 0 is a value like -1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sktime==1.2.0 pandas==2.3.3 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.filterwarnings("ignore")
import pandas
from sktime.transformations.series.impute import Imputer


def filled(values: list, method: str, missing: int) -> list[float]:
    days = pandas.period_range("2024-01-01", periods=len(values), freq="D")
    readings = pandas.Series(values, index=days, dtype=float)
    return Imputer(method=method, missing_values=missing).fit_transform(readings).tolist()


seen = {
    (method, missing): filled([5, missing, None, 9], method, missing)
    for method in ("ffill", "mean") for missing in (-1, 0)
}
print(seen)
assert seen == {
    ("ffill", -1): [5, 5, 5, 9],
    ("ffill", 0): [5, 0, 0, 9],
    ("mean", -1): [5, seen["mean", -1][1], seen["mean", -1][1], 9],
    ("mean", 0): [5, 0, 14 / 3, 9],
}, seen
assert seen["mean", -1][1] > 0
print("held: a 0 that stands for a missing value stays")
PYTHON
