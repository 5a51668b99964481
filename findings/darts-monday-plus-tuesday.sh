#!/usr/bin/env bash
# darts 0.48.1, pandas 2.3.3, numpy 2.4.6
#
# Sales of Monday to Thursday plus those of Tuesday to Friday are four sums of two different days each, under the days
# of the first: series of the same length are added by place. What is written, a + b, is not b + a. A series of three
# days is an error, so it is the length that is looked at, not the days.
#
# Most would guess: sums of the three days that both have, as in pandas and xarray, or an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check darts==0.48.1 pandas==2.3.3 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import logging
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
import numpy
import pandas
from darts import TimeSeries


def series(begin: str, values: list[float]) -> TimeSeries:
    return TimeSeries.from_times_and_values(pd_days(begin, len(values)), numpy.array(values))


def pd_days(begin: str, number: int):
    return pandas.date_range(begin, periods=number, freq="D")


shop, online = series("2024-01-01", [1.0, 2.0, 3.0, 4.0]), series("2024-01-02", [20.0, 30.0, 40.0, 50.0])
both, other = shop + online, online + shop
by_pandas = (shop.to_series() + online.to_series()).dropna()
try:
    shorter = shop + series("2024-01-02", [20.0, 30.0, 40.0])
except ValueError:
    shorter = "error"
print(both.to_series().to_dict(), other.start_time(), by_pandas.to_dict(), shorter)
assert both.values().ravel().tolist() == [21, 32, 43, 54] == other.values().ravel().tolist()
assert both.start_time() == pandas.Timestamp("2024-01-01") != other.start_time()
assert by_pandas.tolist() == [22, 33, 44]
assert shorter == "error", shorter
print("held: Monday is added to Tuesday")
PYTHON
