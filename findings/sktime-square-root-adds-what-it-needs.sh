#!/usr/bin/env bash
# sktime 1.2.0, pandas 2.3.3, numpy 2.4.6
#
# The square roots of 4, -4 and 9 are those of 8, 0 and 13: where a value is negative, its size is added to all. Turned
# back they are 8, 0 and 13, as nothing takes it away again, and so a forecast that is made of the square roots of a
# series from 96 to 100 with one -4 is 104 for the next day. Without the -4 it is 100.
#
# Most would guess: what is transformed and turned back is as it was, and the root of a negative number is missing or an
# error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sktime==1.2.0 pandas==2.3.3 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.filterwarnings("ignore")
import pandas
from sktime.forecasting.compose import TransformedTargetForecaster
from sktime.forecasting.naive import NaiveForecaster
from sktime.transformations.series.exponent import ExponentTransformer, SqrtTransformer


def series(values: list[float]) -> pandas.Series:
    return pandas.Series(values, index=pandas.period_range("2024-01-01", periods=len(values), freq="D"), dtype=float)


def there_and_back(transformer, values: list[float]) -> list[float]:
    return transformer.inverse_transform(transformer.fit_transform(series(values))).round(6).tolist()


def next_day(values: list[float]) -> float:
    forecaster = TransformedTargetForecaster([("root", SqrtTransformer()), ("last", NaiveForecaster())])
    return round(float(forecaster.fit(series(values)).predict([1]).iloc[0]), 6)


seen = [
    there_and_back(SqrtTransformer(), [4, 1, 9]),
    there_and_back(SqrtTransformer(), [4, -4, 9]),
    there_and_back(ExponentTransformer(power=2), [2, -2]),
    next_day([96, 98, 99, 100]),
    next_day([96, -4, 99, 100]),
]
print(seen)
assert seen == [[4, 1, 9], [8, 0, 13], [4, 0], 100, 104], seen
print("held: a forecast of square roots is 4 too high after one value of -4")
PYTHON
