#!/usr/bin/env bash
# sktime 1.2.0, pandas 2.3.3, numpy 2.4.6
#
# A forecast of 1, 2 and 3 for Tuesday to Thursday has a mean absolute error of 0 against 1, 2 and 3 of Monday to
# Wednesday. Both carry their days as an index, which is checked to be in order, and only their places are compared. A
# forecast whose index is not in order is an error.
#
# Most would guess: values are compared by their days, or days that differ are an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sktime==1.2.0 pandas==2.3.3 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.filterwarnings("ignore")
import pandas
from sktime.performance_metrics.forecasting import MeanAbsoluteError, MeanSquaredError


def series(begin: str) -> pandas.Series:
    return pandas.Series([1.0, 2.0, 3.0], index=pandas.period_range(begin, periods=3, freq="D"))


actual = series("2024-01-01")
a_day_late = series("2024-01-02")
seen = [float(error()(actual, a_day_late)) for error in (MeanAbsoluteError, MeanSquaredError)]
by_day = (actual - a_day_late).dropna().abs().tolist()
try:
    backwards = float(MeanAbsoluteError()(actual, actual.iloc[::-1]))
except TypeError:
    backwards = "error"
print(seen, by_day, backwards)
assert seen == [0.0, 0.0], seen
assert by_day == [1.0, 1.0], by_day
assert backwards == "error", backwards
print("held: a forecast for other days is perfect")
PYTHON
