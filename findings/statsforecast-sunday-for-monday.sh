#!/usr/bin/env bash
# statsforecast 2.1.1, sktime 1.2.0, pandas 2.3.3, numpy 2.4.6
#
# Four weeks of daily values, each the number of its weekday, lack one Thursday. SeasonalNaive with a season of 7
# forecasts Sunday's value for Monday, Monday's for Tuesday, and so on to Thursday: it takes the value of seven rows
# before, whatever their dates are, while the dates of the forecast are right. There is no warning. sktime's
# NaiveForecaster, given the same values, goes by the date.
# Seen: Monday to Sunday: statsforecast 6, 0, 1, 2, 4, 5, 6; sktime 0, 1, 2, 3, 4, 5, 6
#
# Most would guess: it is told the dates and their frequency ("D"), so the value of the day a week before, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  statsforecast==2.1.1 sktime==1.2.0 pandas==2.3.3 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import pandas
from sktime.forecasting.naive import NaiveForecaster
from statsforecast import StatsForecast
from statsforecast.models import SeasonalNaive

warnings.simplefilter("ignore")
days = pandas.date_range("2024-01-01", periods=28, freq="D")
table = pandas.DataFrame({"unique_id": "rows", "ds": days, "y": days.dayofweek.astype(float)})
lacking = table[table["ds"] != "2024-01-25"]


def by_statsforecast(table):
    forecast = StatsForecast([SeasonalNaive(7)], freq="D").forecast(df=table, h=7)
    assert list(forecast["ds"].dt.dayofweek) == list(range(7)), forecast
    return [int(value) for value in forecast["SeasonalNaive"]]


def by_sktime(table):
    values = pandas.Series(table["y"].values, index=pandas.PeriodIndex(table["ds"], freq="D"))
    return [int(value) for value in NaiveForecaster(sp=7).fit(values).predict(fh=range(1, 8))]


seen = [by_statsforecast(table), by_statsforecast(lacking), by_sktime(lacking)]
print(seen)
assert seen == [[0, 1, 2, 3, 4, 5, 6], [6, 0, 1, 2, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6]], seen
print("held: one missing day gives Monday the value of Sunday")
PYTHON
