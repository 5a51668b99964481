#!/usr/bin/env bash
# statsmodels 0.15.0, numpy 2.4.6
#
# On a table that gets 100 rows every day, STL with robust=True gives a day of 200 rows a remainder of 100 if it lies in the middle
# of the series, and of 0 if it is the last day, the one an alert asks for: the trend jumps to 200. With robust=False the last
# day's remainder is 27. If a little noise is added, the last day is found. One NaN, anywhere, makes all three parts NaN throughout.
# Seen: middle 100, last 0 (trend 200), last without robust 27, last with noise 100, NaN for one day 30 of 70: 70
#
# Most would guess: 100 at either place, as robust is there for outliers, and an error or one gap for the NaN.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check statsmodels==0.15.0 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy
from statsmodels.tsa.seasonal import STL


def parts(day: int, noise: float = 0, robust: bool = True) -> tuple[float, float]:
    rows = numpy.full(70, 100.0) + noise * numpy.sin(numpy.arange(70) ** 2)
    rows[day] += 100
    fitted = STL(rows, period=7, robust=robust).fit()
    return float(fitted.resid[day]), float(fitted.trend[day])


middle, last, plain, noisy = parts(35), parts(-1), parts(-1, robust=False), parts(-1, noise=3)
print("(remainder, trend):", middle, last, plain, noisy)
assert middle[0] > 99
assert abs(last[0]) < 1 and last[1] > 199
assert 20 < plain[0] < 40
assert noisy[0] > 80

rows = numpy.full(70, 100.0)
rows[30] = numpy.nan
missing = int(numpy.isnan(STL(rows, period=7, robust=True).fit().resid).sum())
print("days without a remainder:", missing)
assert missing == 70, missing
print("held: a doubled last day leaves no remainder, and one missing day leaves none at all")
PYTHON
