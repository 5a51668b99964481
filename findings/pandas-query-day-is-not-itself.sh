#!/usr/bin/env bash
# pandas 3.1.1, numpy 2.4.6
#
# In `DataFrame.query` a day that is compared with its text is neither found by `==` nor left out by `!=`, and it is
# found by `<=` and `>=`: for the first two the text is made a list and looked for among times. Without `query` the
# same comparison finds it. A text of a variable, `@day`, is not found either, and there is no error.
# Seen: 0 rows for day == '2024-01-15', 1 for !=, 1 for <= and >=, and 1 for runs[runs.day == "2024-01-15"]
#
# Most would guess: the row, as by a condition without `query`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" -W error - <<'PYTHON'
import pandas

runs = pandas.DataFrame({"day": pandas.to_datetime(["2024-01-15"])})
day = "2024-01-15"
seen = {sign: len(runs.query(f"day {sign} '{day}'")) for sign in ("==", "!=", "<=", ">=")}
print(seen)
assert seen == {"==": 0, "!=": 1, "<=": 1, ">=": 1}, seen
assert len(runs.query("day == @day")) == 0
assert len(runs[runs["day"] == day]) == 1
print("held: a day is not equal to itself in a query")
PYTHON
