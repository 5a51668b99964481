#!/usr/bin/env bash
# Bottleneck 1.6.0, TA-Lib 0.8.2, pandas 3.1.1, polars 2.1.0, numpy 2.4.6
#
# One large value changes all averages of a moving window that come after it, however long it has left the window. The
# libraries keep a sum, add what comes in and subtract what goes out, and the digits that were lost on the way in do not
# come back. After a 1e16 the average of forty ones is 0 for bottleneck and 0.2 for TA-Lib. After a billion the spread
# of small values is half of what it is. pandas and Polars have 1, and the right spread.
# Seen: averages 0.0, 0.2, 1.0, 1.0; spread by bottleneck 0.49, by numpy and pandas 0.894
#
# Most would guess: a window of five values depends on five values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  Bottleneck==1.6.0 TA-Lib==0.8.2 pandas==3.1.1 polars==2.1.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import bottleneck
import numpy
import pandas
import polars
import talib

WINDOW = 5

ones = numpy.concatenate([[1e16], numpy.ones(40)])
averages = {
    "bottleneck": bottleneck.move_mean(ones, WINDOW)[-1],
    "TA-Lib": talib.SMA(ones, WINDOW)[-1],
    "pandas": pandas.Series(ones).rolling(WINDOW).mean().iloc[-1],
    "polars": polars.Series(ones).rolling_mean(WINDOW)[-1],
}
averages = {name: float(average) for name, average in averages.items()}
print(averages)
assert averages == {"bottleneck": 0, "TA-Lib": 0.2, "pandas": 1, "polars": 1}, averages

small = numpy.concatenate([numpy.ones(5), [1e9], numpy.arange(40) % 3 + 0.1])
spreads = [
    bottleneck.move_std(small, WINDOW)[-1],
    pandas.Series(small).rolling(WINDOW).std(ddof=0).iloc[-1],
    small[-WINDOW:].std(),
]
spreads = [round(float(spread), 3) for spread in spreads]
print(spreads)
assert spreads == [0.49, 0.894, 0.894], spreads
print("held: one large value changes all averages after it")
PYTHON
