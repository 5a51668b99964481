#!/usr/bin/env bash
# whylogs 1.6.4, pandas 3.1.1, numpy 2.4.6
#
# In the profile of a column of true and false the integers have the minimum 9,223,372,036,854,775,807 and the maximum
# -9,223,372,036,854,775,807; so they have in an empty column of integers, whose mean is 0. 2 to the power of 63 plus 1
# is negative, as minimum, maximum, mean and most frequent value.
#
# Most would guess: no minimum and no maximum, or nan, as the distribution in the same profile has for them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  whylogs==1.6.4 pandas==3.1.1 numpy==2.4.6

cd "$folder"
HOME=$folder WHYLOGS_NO_ANALYTICS=True "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import pandas
import whylogs

KEYS = ("ints/min", "ints/max", "distribution/min", "distribution/max", "distribution/mean")
seen = {}
for name, column in (
    ("bools", pandas.Series([True, False, True])),
    ("empty", pandas.Series([], dtype="int64")),
    ("large", pandas.Series([2**63 + 1])),
):
    profile = whylogs.log(pandas.DataFrame({"a": column})).profile().view()
    summary = profile.get_column("a").to_summary_dict()
    seen[name] = [str(summary[key]) for key in KEYS]
print(seen)
MOST, LEAST = "9223372036854775807", "-9223372036854775807"
assert seen["bools"][:4] == [MOST, LEAST, "0.0", "1.0"], seen
assert seen["empty"] == [MOST, LEAST, "nan", "nan", "0.0"], seen
assert seen["large"][:2] == [LEAST, LEAST] and float(seen["large"][4]) < 0, seen
print("held: the maximum of no integers is far below their minimum")
PYTHON
