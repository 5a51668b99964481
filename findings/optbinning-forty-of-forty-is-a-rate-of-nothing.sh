#!/usr/bin/env bash
# optbinning 1.0.0, ortools 9.15.6755, numpy 2.4.6, pandas 2.3.3, scikit-learn 1.9.1
#
# All 40 rows whose load is missing have failed. The table of bins counts 40 events among them and gives the bin an
# event rate of 0, no weight and no information: the load has an information value of 0.85. When one of the 40 has not
# failed the rate is 0.975 and the value 1.74. By the usual transform a missing load has the rate 0 and the bin with
# index 0, which is that of the lowest loads, whose rate is 0.25.
# Seen: 40 of 40: rate 0.0, value 0.85; 39 of 40: rate 0.975, value 1.74; index of missing: 0
#
# Most would guess: a rate of 1 and a value above 1.74, and a bin of its own.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    optbinning==1.0.0 ortools==9.15.6755 numpy==2.4.6 pandas==2.3.3 scikit-learn==1.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy
from optbinning import OptimalBinning

warnings.simplefilter("ignore")
FAILED = (10, 10, 20, 30, 30)
loads = numpy.append(numpy.repeat([1.0, 2, 3, 4, 5], 40), [numpy.nan] * 40)
known = numpy.concatenate([[1] * failed + [0] * (40 - failed) for failed in FAILED])


def look(missing_failed):
    failed = numpy.append(known, [1] * missing_failed + [0] * (40 - missing_failed))
    binning = OptimalBinning(name="load").fit(loads, failed)
    table = binning.binning_table.build()
    missing = table[table["Bin"] == "Missing"].iloc[0]
    rates = binning.transform([numpy.nan, 1.0], metric="event_rate").tolist()
    places = binning.transform([numpy.nan, 1.0], metric="indices").tolist()
    value = round(float(table.loc["Totals", "IV"]), 2)
    return int(missing["Event"]), round(float(missing["Event rate"]), 3), value, rates, places


all_failed, nearly_all = look(40), look(39)
print(all_failed, nearly_all)
assert all_failed == (40, 0, 0.85, [0, 0.25], [0, 0]), all_failed
assert nearly_all == (39, 0.975, 1.74, [0, 0.25], [0, 0]), nearly_all
print("held: forty of forty is a rate of nothing")
PYTHON
