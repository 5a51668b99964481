#!/usr/bin/env bash
# pyjanitor 0.32.60, pandas 3.1.1, numpy 2.4.6
#
# `currency_column_to_numeric` keeps digits, points and minus signs and drops the rest. An amount in brackets, as
# accounts write a loss, is a gain: (5.00) is 5. `1e3` is 13, and €1.000,50 is 1.0005. `clean_names` gives two columns
# one name where "Row Count" stands beside "row_count", and does not say so.
# Seen: (5.00) 5.0; 1e3 13; €1.000,50 1.0005; 1 000,50 100050
#
# Most would guess: -5, 1000, and an error for what is no number of the United States.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    pyjanitor==0.32.60 pandas==3.1.1 numpy==2.4.6

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import janitor  # noqa: F401
import pandas

EXPECTED = {"$1,000.50": 1000.5, "-3": -3.0, "(5.00)": 5.0, "1e3": 13.0, "€1.000,50": 1.0005, "1 000,50": 100050.0}
rows = pandas.DataFrame({"amount": list(EXPECTED)}).currency_column_to_numeric("amount")
seen = dict(zip(EXPECTED, rows["amount"].tolist()))
print(seen)
assert seen == EXPECTED, seen
names = pandas.DataFrame({"Row Count": [1], "row_count": [2]}).clean_names().columns.tolist()
assert names == ["row_count", "row_count"], names
print("held: a loss in brackets is a gain")
PYTHON
