#!/usr/bin/env bash
# skrub 0.11.0, pandas 3.1.1
#
# The Cleaner makes dates of columns of text that look like them. Amounts of 1200 and 1500 are the first days of the
# years 1200 and 1500, unless one of them has three digits. Where it has learnt on days up to the 12th that the month
# comes first, it makes nothing of a 13th that comes later: the value is missing, without an error or a warning.
# Seen: "1200", "1500": 1200-01-01, 1500-01-01; "1200", "950": text; then "13/02/2024": NaT
#
# Most would guess: numbers stay as they are, and a date that does not fit what was learnt is an error.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  skrub==0.11.0 pandas==3.1.1

cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import pandas
import skrub

warnings.simplefilter("error", UserWarning)


def cleaned(*values):
    return [str(value) for value in skrub.Cleaner().fit_transform(pandas.DataFrame({"value": values}))["value"]]


seen = {"years": cleaned("1200", "1500"), "text": cleaned("1200", "950")}
learnt = skrub.Cleaner().fit(pandas.DataFrame({"day": ["01/02/2024", "03/04/2024"]}))
seen["later"] = [str(day) for day in learnt.transform(pandas.DataFrame({"day": ["05/02/2024", "13/02/2024"]}))["day"]]
print(seen)
assert seen == {
    "years": ["1200-01-01 00:00:00", "1500-01-01 00:00:00"],
    "text": ["1200", "950"],
    "later": ["2024-05-02 00:00:00", "NaT"],
}, seen
print("held: amounts of 1200 and 1500 are dates, and the 13th is missing")
PYTHON
