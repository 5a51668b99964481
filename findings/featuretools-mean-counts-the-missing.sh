#!/usr/bin/env bash
# featuretools 1.31.0, pandas 2.3.3, numpy 1.26.4
#
# The cumulative mean of 2, a missing value, 2 and 2 is 2, nan, 1.33 and 1.5: what is missing adds nothing to the sum,
# and one to the number that it is divided by. The mean, the rolling mean and the cumulative minimum of the same library
# leave it out.
#
# Most would guess: 2 all along, as pandas has it by expanding().mean().
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check featuretools==1.31.0 pandas==2.3.3 \
    numpy==1.26.4 'setuptools<81'

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.filterwarnings("ignore")
import pandas
from featuretools.primitives import CumMean, CumMin, Mean, RollingMean

values = pandas.Series([2.0, None, 2.0, 2.0])
days = pandas.Series(pandas.date_range("2024-01-01", periods=4))
cumulative = CumMean()(values).round(2).tolist()
rolling = RollingMean(window_length=4, gap=0)(days, values).tolist()
print(cumulative, CumMin()(values).tolist(), rolling, float(Mean()(values)))
assert [cumulative[0], *cumulative[2:]] == [2.0, 1.33, 1.5], cumulative
assert rolling == [2.0] * 4 and Mean()(values) == 2.0, rolling
assert values.expanding().mean().tolist() == [2.0] * 4
print("held: a missing value counts as 0 in a cumulative mean")
PYTHON
