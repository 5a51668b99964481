#!/usr/bin/env bash
# lifelines 0.30.3, pandas 2.3.3, numpy 2.4.6, scipy 1.17.0
#
# The function that makes durations of dates reads what it cannot read as no date, and an end of text that is no date
# counts as one that was seen. 30 February, "never" and a date with a time among dates give the duration
# -9,223,372,036,854,775,808 days, as an event and not as censored, and the curve of survival falls by a third there.
# Only an empty text is censored. An end before its start is -30 days, without a word.
# Seen: the median of three is 31 days, the first of them gone before all time
#
# Most would guess: an error, as for a start that cannot be read, or the subject censored.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check lifelines==0.30.3 pandas==2.3.3 numpy==2.4.6 scipy==1.17.0
cd "$folder"

"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import pandas
from lifelines import KaplanMeierFitter
from lifelines.utils import datetimes_to_durations

warnings.simplefilter("ignore")
BEFORE_ALL = -9223372036854775808
START = "2024-01-01"
for end in ("2024-02-30", "never", "2024-01-31 23:00"):
    durations, seen = datetimes_to_durations([START] * 3, ["2024-02-01", end, "2024-03-01"], fill_date="2024-06-01")
    print(end, durations, seen)
    assert durations.tolist() == [31, BEFORE_ALL, 60] and seen.all(), (durations, seen)
fitter = KaplanMeierFitter().fit(durations, seen)
print(fitter.survival_function_)
assert fitter.survival_function_.index.tolist() == [BEFORE_ALL, 31, 60]
assert fitter.median_survival_time_ == 31

durations, seen = datetimes_to_durations([START] * 2, ["2024-02-01", ""], fill_date="2024-06-01")
assert durations.tolist() == [31, 152] and seen.tolist() == [True, False], (durations, seen)
durations, seen = datetimes_to_durations(["2024-01-31"], [START])
assert durations.tolist() == [-30] and seen.all(), (durations, seen)
try:
    datetimes_to_durations(["2024-01-01", "2024-01-01 12:00"], ["2024-02-01", "2024-02-01"])
except ValueError as error:
    print(error)
else:
    raise AssertionError("a start with a time among dates was read")
PYTHON
echo "held: an end that cannot be read was before all time"
