#!/usr/bin/env bash
# pmdarima 2.1.1, numpy 2.4.6, scipy 1.17.1, pandas 3.1.1, statsmodels 0.15.0, scikit-learn 1.9.1
#
# A count that is 5 on each of 20 days is 0 on the next three, and so it is for the days that are known, by the model
# that is found automatically. The one warning says that the series is constant, not that the forecast is 0. With the
# same order that it chose, (0, 0, 0), the model that is fitted by hand forecasts 5, and so does the automatic one if
# one of the 20 days has 5.0001.
# Seen: forecast 0, 0, 0; by hand 5; with 5.0001: 5
#
# Most would guess: 5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pmdarima==2.1.1 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 statsmodels==0.15.0 scikit-learn==1.9.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import pmdarima

warnings.simplefilter("ignore")
DAYS = [5.0] * 20
model = pmdarima.auto_arima(DAYS)
seen = {
    "order": model.order,
    "forecast": [round(float(day), 3) for day in model.predict(3)],
    "known days": [round(float(day), 3) for day in model.predict_in_sample()[:3]],
    "by hand": [round(float(day), 3) for day in pmdarima.ARIMA(order=(0, 0, 0)).fit(DAYS).predict(3)],
    "5.0001": [round(float(day), 3) for day in pmdarima.auto_arima([*DAYS[:-1], 5.0001]).predict(3)],
}
print(seen)
assert seen == {
    "order": (0, 0, 0),
    "forecast": [0, 0, 0],
    "known days": [0, 0, 0],
    "by hand": [5, 5, 5],
    "5.0001": [5, 5, 5],
}, seen
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    pmdarima.auto_arima(DAYS)
print([str(one.message) for one in said])
assert len(said) == 1 and "constant" in str(said[0].message), said
print("held: five each day is zero tomorrow")
PYTHON
