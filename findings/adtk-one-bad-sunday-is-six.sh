#!/usr/bin/env bash
# adtk 0.6.2, pandas 1.5.3, numpy 1.26.4, statsmodels 0.15.0, scikit-learn 1.9.1
#
# Six equal weeks with one value too high on a single Sunday: SeasonalAD finds six anomalies, all the Sundays. What is
# usual for a Sunday is the mean of all of them, with the odd one, so each is far from it, and on the other days
# nothing differs. LevelShiftAD finds no shift in these weeks, and six where one Thursday is left out.
# Seen: SeasonalAD 01-07, 01-14, 01-21, 01-28, 02-04, 02-11; LevelShiftAD none, and six of them without 01-11
#
# Most would guess: the one Sunday, as five of six are equal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  adtk==0.6.2 pandas==1.5.3 numpy==1.26.4 statsmodels==0.15.0 scikit-learn==1.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
import pandas as pd
from adtk.detector import LevelShiftAD, SeasonalAD

warnings.simplefilter("ignore")
weeks = pd.Series(np.tile([10.0, 20, 30, 40, 50, 60, 70], 6), index=pd.date_range("2024-01-01", periods=42))
sales = weeks.copy()
sales["2024-01-21"] += 100


def found(detector, series):
    labels = detector.fit_detect(series)
    return [day.strftime("%m-%d") for day in labels[labels == True].index]  # noqa: E712


seen = {
    "usual": found(SeasonalAD(), weeks),
    "season": found(SeasonalAD(), sales),
    "level": found(LevelShiftAD(window=3), sales),
    "level, a day missing": found(LevelShiftAD(window=3), sales.drop(pd.Timestamp("2024-01-11"))),
}
print(seen)
assert seen["usual"] == [] and seen["level"] == [], seen
assert seen["season"] == ["01-07", "01-14", "01-21", "01-28", "02-04", "02-11"], seen
assert len(seen["level, a day missing"]) == 6, seen
print("held: one odd Sunday makes six")
PYTHON
