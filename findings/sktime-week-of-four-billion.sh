#!/usr/bin/env bash
# sktime 1.2.0, pandas 2.3.3, numpy 2.4.6
#
# Among the features of 30 December 2024 is a week of the quarter of 4,294,967,258: the day is in week 1 of the next
# year, from which the week of October is taken away, in integers without a sign. 1 January 2024 is in the second week
# of its quarter, and 1 January 2023, a Sunday of week 52, in the first.
#
# Most would guess: a week of the quarter is from 1 to 14, and the first of January is in the first.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check sktime==1.2.0 pandas==2.3.3 numpy==2.4.6

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

warnings.filterwarnings("ignore")
import pandas
from sktime.transformations.series.date import DateTimeFeatures

days = pandas.date_range("2023-01-01", "2024-12-31", freq="D")
features = DateTimeFeatures(ts_freq="D", feature_scope="comprehensive").fit_transform(pandas.Series(1.0, index=days))
weeks = features["week_of_quarter"]
seen = {day: int(weeks[day]) for day in ("2023-01-01", "2024-01-01", "2024-12-29", "2024-12-30")}
print(seen, int((weeks > 14).sum()))
assert seen["2024-12-30"] == 4_294_967_258, seen
assert (seen["2023-01-01"], seen["2024-01-01"]) == (1, 2), seen
print("held: 30 December is in week 4,294,967,258 of its quarter")
PYTHON
